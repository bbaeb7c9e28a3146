"""Doors for programs: GeoJSON, answers and vector tiles below ``/api/v1``."""
