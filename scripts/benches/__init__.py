"""Measurements against peers, as ratios inside one run."""
