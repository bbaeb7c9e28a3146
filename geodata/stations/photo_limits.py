"""What one photo may be and cost, and what is kept of it. Published in ``docs/stations.md``."""

MIB = 1024 * 1024

MAX_PHOTOS = 6
"""Of one station at a time."""
MAX_FILE_BYTES = 12 * MIB
MAX_JPEG_PIXELS = 110_000_000
"""Phones take pictures of 108 megapixels; they are decoded small."""
MAX_OTHER_PIXELS = 30_000_000
SHORTEST_SIDE_PX = 100

LONGEST_SIDE_PX = 1600
THUMBNAIL_PX = (480, 360)
QUALITY = 80

SECONDS = 10
MEMORY_BYTES = 1024 * MIB
OUTPUT_BYTES = 8 * MIB
