"""The model of what was seen, and its file format."""
