"""What a command stands on: the database, dated facts, events, stored decisions, the pack."""
