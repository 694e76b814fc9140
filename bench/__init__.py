"""Measurements: each prints what it measured and, beside it, its own limit, in one run."""
