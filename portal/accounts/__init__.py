"""Who signs in, for which company or registry, and in which role."""
