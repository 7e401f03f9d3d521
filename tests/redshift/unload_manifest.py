"""Manifests of UNLOAD. https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html, MANIFEST [ VERBOSE ]"""

import json
from dataclasses import dataclass
from typing import Any

from redshift.result import Column

# Redshift's names of types where drivers tell others.
TYPES = {
    "int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real", "float8": "double precision",
    "bool": "boolean", "varchar": "character varying", "bpchar": "character", "text": "character varying",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    url: str
    size: int
    rows: int


def write(entries: list[Entry], columns: list[Column] | None) -> bytes:
    """With the columns, verbose: it "includes the following details: the column names and data types, ... the total
    file size of all files unloaded to Amazon S3 in bytes, ... the total row count", and both for each file."""
    if columns is None:
        return json.dumps({"entries": [{"url": entry.url} for entry in entries]}).encode()
    manifest: dict[str, Any] = {
        "entries": [{"url": entry.url, "meta": _meta(entry.size, entry.rows)} for entry in entries],
        "schema": {"elements": [{"name": c.name, "type": {"base": TYPES.get(c.type, c.type)}} for c in columns]},
        "meta": _meta(sum(entry.size for entry in entries), sum(entry.rows for entry in entries)),
        "author": {"name": "Amazon Redshift", "version": "1.0.0"},
    }
    return json.dumps(manifest).encode()


def _meta(size: int, rows: int) -> dict[str, int]:
    return {"content_length": size, "record_count": rows}
