"""Ask your team (Q18): a question goes to the right team of the right registry, and is answered there."""
