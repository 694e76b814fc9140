"""What a rule stands on: decisions, time, languages, access. Standard library only."""
