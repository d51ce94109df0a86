"""Many bundles into one."""
