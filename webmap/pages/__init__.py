"""Doors for people: HTML pages."""
