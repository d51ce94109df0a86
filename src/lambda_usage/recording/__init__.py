"""What notes executed code: the scope, and a recorder for each kind of runtime."""
