"""When bundles leave the process, and where they go."""
