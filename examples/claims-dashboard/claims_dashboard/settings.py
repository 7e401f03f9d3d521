"""What the operator tells, in CLOISTER_APP."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]{0,126}")


class Unusable(Exception):
    """Every mistake, by field; no value is repeated."""


@dataclass(frozen=True, slots=True)
class Settings:
    tenant: str
    app: str
    region: str
    cluster: str
    database: str
    schema: str

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        try:
            told = json.loads(environment.get("CLOISTER_APP", ""))
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise Unusable("CLOISTER_APP must hold a JSON object: {tenant, app, region, warehouse}")
        warehouse = told.get("warehouse")
        if not isinstance(warehouse, dict):
            raise Unusable("CLOISTER_APP names no warehouse: give the AnalyticsApp `data`, with a schema and a role")
        found: dict[str, Any] = {name: told.get(name) for name in ("tenant", "app", "region")}
        found |= {name: warehouse.get(name) for name in ("cluster", "database", "schema")}
        bad = [name for name, value in found.items() if not isinstance(value, str) or not _NAME.fullmatch(value)]
        if bad:
            raise Unusable(f"CLOISTER_APP: not a name in lower case: {', '.join(bad)}")
        return cls(**found)
