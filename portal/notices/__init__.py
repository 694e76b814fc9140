"""Advance notices: nothing changes for a partner that was not told in advance (N1 to N5, P2)."""
