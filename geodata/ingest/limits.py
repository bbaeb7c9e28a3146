"""What one file may be and cost. Published in ``docs/import.md``; a hostile file meets these first."""

MIB = 1024 * 1024

MAX_FILE_BYTES = 100 * MIB
MAX_ROWS = 300_000
MAX_COLUMNS = 300
MAX_CELL_CHARACTERS = 40 * MIB
"""A polygon as text may stand in one cell of a csv; every other text has its own, small limit."""

MAX_MEMBERS = 1000
MAX_UNPACKED_BYTES = 500 * MIB
MAX_RATIO = 250
"""Unpacked to packed size of one archive member, looked at above ``RATIO_FREE_BYTES``."""
RATIO_FREE_BYTES = 10 * MIB

MAX_VERTICES = 200_000
"""Of one geometry. The border of the largest Chinese county drawn at 1:50,000 has about 60,000."""
REPAIR_VERTICES = 500
REPAIR_SECONDS = 1.0
"""A repair is only measured, never applied; shapes that could make it slow are left out."""

CHILD_MEMORY_BYTES = 2048 * MIB
CHILD_OUTPUT_BYTES = 300 * MIB
HANDED_CHARACTERS = 1000
"""Of one cell; more than any field takes, so a longer text is still seen to be too long."""


def child_seconds(size_bytes: int) -> int:
    """Seconds of work one file may cost: 10, and one more for each MiB."""
    return 10 + size_bytes // MIB


MAX_EDGES = 1_000_000
"""Of one street network; a county of a million people has about 50,000."""
MAX_FINDINGS = 2000
MAX_CLASSES = 100


def street_seconds(size_bytes: int) -> int:
    """Seconds of work one file of streets may cost: 30, and six more for each MiB; they come packed."""
    return 30 + 6 * (size_bytes // MIB)
