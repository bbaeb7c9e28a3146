"""Boundary workflow: check, approve, activate, look up a past date."""
