"""The partner portal. Imports nothing, so that the rules stay importable without Flask."""
