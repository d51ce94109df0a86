"""Business logic. Knows neither API Gateway nor DynamoDB."""
