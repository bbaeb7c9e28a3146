"""Street graphs and travel time: pure arrays, no database."""
