<<<<<<< HEAD
"""The station manager's work: today's state, hours, closures, services, visitors, photos, confirmation."""
=======
"""Care of stations: what works today, reports of the public."""
>>>>>>> main
