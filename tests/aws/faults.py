"""Injected faults: which call is hit, and by what.

A rule names what it matches (service, operation, account, resource, caller: globs, or lists of them; mutating: true or
false), which of the matching calls it hits (the nth from now on, and count of them; -1 is all that follow), and a kind:

latency {ms}               waits first
throttle                   the service's own throttling error
error {code, status}       any error; InternalError and 500 unless given
timeout {ms}               never performed; the connection is held, 60 s unless given, then closed
answer_lost                performed; the connection is closed without an answer
delayed_visibility {ms}    performed; reads answer the state as of before for that long
kill {pid, when}           SIGKILL before the call is performed, or after it and before the answer

Without nth and count a rule hits the next matching call only; latency and delayed visibility hit all.
"""

import itertools
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from aws.call import Call

KINDS = {"latency", "throttle", "error", "timeout", "answer_lost", "delayed_visibility", "kill"}
STANDING = {"latency", "delayed_visibility"}  # these hit every matching call unless a count is given
MATCHED = ("service", "operation", "account", "resource", "caller")


class BadRule(ValueError):
    pass


@dataclass(slots=True)
class Rule:
    id: str
    kind: str
    matched: dict[str, list[str]]
    mutating: bool | None
    nth: int
    count: int
    settings: dict[str, Any]
    seen: int = 0
    hits: int = 0
    raw: dict[str, Any] = field(default_factory=dict)

    def triggered(self, call: Call) -> bool:
        if self.mutating is not None and self.mutating != call.mutating:
            return False
        for name, patterns in self.matched.items():
            value = _value(call, name)
            if not any(fnmatchcase(value, pattern) for pattern in patterns):
                return False
        self.seen += 1
        if self.seen < self.nth or (self.count >= 0 and self.seen >= self.nth + self.count):
            return False
        self.hits += 1
        return True

    @property
    def seconds(self) -> float:
        return float(self.settings.get("ms", 0)) / 1000

    def public(self) -> dict[str, Any]:
        return {**self.raw, "id": self.id, "seen": self.seen, "hits": self.hits}


def _value(call: Call, name: str) -> str:
    if name == "service":
        return call.service
    if name == "operation":
        return call.operation
    if name == "account":
        return call.account
    if name == "caller":
        return call.caller.arn if call.caller else ""
    return call.resource


class Faults:
    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.numbers = itertools.count(1)

    def add(self, raw: dict[str, Any]) -> Rule:
        kind = raw.get("kind")
        if kind not in KINDS:
            raise BadRule(f"kind must be one of {sorted(KINDS)}")
        if kind == "kill" and (not isinstance(raw.get("pid"), int) or raw["pid"] < 2):
            raise BadRule("kill needs the pid of a process")
        if kind in ("latency", "delayed_visibility") and "ms" not in raw:
            raise BadRule(f"{kind} needs ms")
        known = {*MATCHED, "id", "kind", "mutating", "nth", "count", "ms", "code", "status", "message", "pid", "when"}
        unknown = set(raw) - known
        if unknown:
            raise BadRule(f"unknown fields {sorted(unknown)}")
        matched = {name: _patterns(raw[name]) for name in MATCHED if raw.get(name)}
        rule = Rule(
            id=str(raw.get("id") or f"rule-{next(self.numbers)}"),
            kind=kind,
            matched=matched,
            mutating=raw.get("mutating"),
            nth=int(raw.get("nth", 1)),
            count=int(raw.get("count", -1 if kind in STANDING else 1)),
            settings=raw,
            raw=raw,
        )
        self.rules = [r for r in self.rules if r.id != rule.id] + [rule]
        return rule

    def remove(self, rule_id: str | None) -> None:
        self.rules = [r for r in self.rules if rule_id and r.id != rule_id]

    def match(self, call: Call) -> list[Rule]:
        if not self.rules:
            return []
        return [rule for rule in self.rules if rule.triggered(call)]


def _patterns(raw: Any) -> list[str]:
    return [str(value) for value in raw] if isinstance(raw, list) else [str(raw)]
