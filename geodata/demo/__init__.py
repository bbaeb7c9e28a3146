"""The demonstration data: real stations and counties, seeded and marked inventions."""
