"""Export workflow: rows to files."""
