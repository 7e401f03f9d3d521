"""What is done to a file before it is loaded or after: each reads a stream and writes one, and can be run again."""
