"""Fields by glob: `RESOURCE PATH`."""

import fnmatch


def is_in(patterns: list[str], resource: str, path: str) -> bool:
    return any(fnmatch.fnmatchcase(f"{resource} {path}", pattern) for pattern in patterns)
