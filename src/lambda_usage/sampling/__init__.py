"""Whether an invocation is a window, and with which probability."""
