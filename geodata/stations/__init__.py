"""What happens to stations: kept by their managers, found and reported on by the public."""
