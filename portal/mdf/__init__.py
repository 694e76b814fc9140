"""Marketing development funds (Q14, M1 to M5): from the first idea to the money, every cent explained."""
