"""The verb `cloister drill` against the platform."""
