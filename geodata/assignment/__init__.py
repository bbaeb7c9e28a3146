"""Assignment workflow: the one responsible grid of every enterprise."""
