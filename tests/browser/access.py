"""What browsers asked of the example application, beside what the access log has of it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

# Method, route and status.
Request = tuple[str, str, int]


def asked(answers: Iterable[tuple[str, str, int]]) -> Counter[Request]:
    """Of methods, paths and statuses."""
    return Counter((method, _route(url), status) for method, url, status in answers)


def written(lines: Iterable[Mapping[str, Any]]) -> Counter[Request]:
    return Counter((str(line["method"]), str(line["route"]), line["status"]) for line in lines)


def _route(url: str) -> str:
    path = urlsplit(url).path
    return re.sub(r"^/claims/.+$", "/claims/:id", re.sub(r"^/static/.+$", "/static/:file", path))
