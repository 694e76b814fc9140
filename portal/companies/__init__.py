"""Partner companies and their people: applying to a registry, inviting, joining, leaving."""
