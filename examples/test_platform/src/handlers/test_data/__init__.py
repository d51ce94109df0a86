"""Data that tests run on."""
