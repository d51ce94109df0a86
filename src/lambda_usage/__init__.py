"""Shows which Python code an AWS Lambda fleet really uses in production."""

__version__ = "0.1.0"
