"""What the history of results foretells."""
