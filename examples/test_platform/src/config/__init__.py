"""What differs between deployments, and the connections that outlive an invocation."""
