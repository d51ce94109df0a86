"""Ways to stand in front of a handler: exec wrapper, redirect, decorator, context manager."""
