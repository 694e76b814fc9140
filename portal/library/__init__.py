"""Portals, tools, processes, sales materials and the brand: what Q15, Q16 and Q17 say stays, by date."""
