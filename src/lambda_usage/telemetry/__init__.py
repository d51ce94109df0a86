"""What the agent says of itself while it works."""
