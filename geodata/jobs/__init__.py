"""Long work beside the web: asked for in one transaction, done in another, exactly once."""
