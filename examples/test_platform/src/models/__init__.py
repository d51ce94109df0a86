"""Data models and schemas."""
