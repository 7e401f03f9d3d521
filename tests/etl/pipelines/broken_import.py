"""A module that fails as it is loaded."""

raise RuntimeError("MARKER-4711")
