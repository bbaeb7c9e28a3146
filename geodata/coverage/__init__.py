"""Coverage workflow: who is within reach, when, of what."""
