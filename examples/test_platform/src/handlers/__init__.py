"""Lambda function handlers, one module for each function."""
