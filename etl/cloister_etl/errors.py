"""What goes wrong, in words that may be shown to anybody."""


class EtlError(Exception):
    """Its text holds fixed words, numbers and declared names only, never anything that came out of a file."""


class Rejected(EtlError):
    """The input is at fault: the same file will never do, so a retry cannot help."""


class Terminated(KeyboardInterrupt):
    """SIGTERM came. Luigi lets nothing but a KeyboardInterrupt out of a running task."""
