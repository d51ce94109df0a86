"""Small things that several layers need."""
