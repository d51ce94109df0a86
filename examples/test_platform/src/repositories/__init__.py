"""Data access. Nothing else talks to DynamoDB."""
