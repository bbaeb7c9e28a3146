"""The union work on enterprises: claimed, worked in five steps, paused, ended, verified, disputed."""
