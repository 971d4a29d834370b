"""Effects outside the database: planned before they begin, done once, and looked up when their outcome is unknown."""
