"""What administrators set: choices of counties, services, coverage rules, working days, the base map."""
