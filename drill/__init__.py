"""Faults on purpose: what must hold when processes are killed, and a printed proof that it does."""
