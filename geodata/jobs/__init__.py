"""Long work: queued, with progress, resumed after a crash."""
