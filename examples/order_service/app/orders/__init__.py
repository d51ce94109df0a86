"""The parts of the order service."""
