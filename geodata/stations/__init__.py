"""The station manager's work: today's state, hours, closures, services, visitors, photos, confirmation."""
