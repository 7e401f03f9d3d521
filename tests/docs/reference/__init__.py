"""The pages of the reference, which `make generate` writes from the code."""
