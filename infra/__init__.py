"""The AWS resources of lambda-usage, for the CDK: see README.md beside this file."""
