"""What the tests and the demo stand on: interpreters, AWS's emulator, an S3 server."""
