"""What stands between API Gateway and a handler."""
