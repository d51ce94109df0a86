"""What lambda-usage and its alternatives cost, measured in one run. README.md says how."""
