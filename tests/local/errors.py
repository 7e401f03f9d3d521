"""The one exception that the platform shows to people without a traceback."""


class PlatformError(Exception):
    """Says what is wrong and, where it can, what to do about it."""
