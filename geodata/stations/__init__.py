"""Care of stations: what works today, reports of the public."""
