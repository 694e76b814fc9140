"""Advisory councils: who sits in which, its meetings, and the merge that only a notice brings (C1, C2)."""
