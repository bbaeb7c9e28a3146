"""The spatial domain of Tenmin: tables, rules, set-based queries and workflows; knows nothing of the web."""

__version__ = "0.1.0"
