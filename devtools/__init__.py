"""What `./dev` does, step by step: standard library only, since it runs before anything is installed."""
