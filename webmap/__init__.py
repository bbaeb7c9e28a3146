"""The web application of Tenmin: doors, pages, languages."""
