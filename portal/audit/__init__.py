"""The audit: who did what, when and from where; sealed, verified, and shown to whom it concerns."""
