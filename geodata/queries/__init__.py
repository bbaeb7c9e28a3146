"""The place for SQL: one module a subject, whole sets at a time."""
