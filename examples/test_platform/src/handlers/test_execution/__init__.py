"""Running tests, and what came of it."""
