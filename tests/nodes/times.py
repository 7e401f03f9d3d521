"""Times as Kubernetes writes them: RFC 3339 in UTC, in whole seconds or (Lease) in microseconds."""

import datetime


def now() -> str:
    return written(datetime.datetime.now(datetime.UTC).timestamp())


def now_micro() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def written(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(int(seconds), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text: str) -> float:
    return datetime.datetime.fromisoformat(text).timestamp()
