"""Injected faults: which call is hit, and by what.

A rule names what it matches (service, operation, account, resource, caller, sql: globs, or lists of them; mutating:
true or false), which of the matching calls it hits (the nth from now on, and count of them; -1 is all that follow, 0 is
none, so that it only counts), and a kind:

latency {ms}               waits first
throttle                   the service's own throttling error
error {code, status}       any error; InternalError and 500 unless given
timeout {ms}               never performed; the connection is held, 60 s unless given, then closed
answer_lost                performed; the connection is closed without an answer
delayed_visibility {ms}    performed; reads answer the state as of before for that long
kill {pid, when}           SIGKILL before the call is performed, or after it and before the answer

Without nth and count a rule hits the next matching call only; latency and delayed visibility hit all. The sql of a
call is what it brings, or that of the statement which it asks about.

Other kinds hit SQL statements that a cluster performs, whatever call brought them, and match account, resource (the
cluster) and sql (the one statement):

refuse {message}           not performed; the cluster refuses it so
disconnect                 performed; then the cluster loses the session, and what was not committed with it
abort                      performed; then the request is cancelled, as by an administrator
kill {pid, when: within}   performed; SIGKILL before it is committed. The cluster goes on
"""

import itertools
import logging
import os
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from aws.call import Call
from aws.redshift_data.about import sql_of

log = logging.getLogger("aws.faults")
WITHIN = {"refuse", "disconnect", "abort"}  # these hit SQL statements
KINDS = {"latency", "throttle", "error", "timeout", "answer_lost", "delayed_visibility", "kill", *WITHIN}
STANDING = {"latency", "delayed_visibility"}  # these hit every matching call unless a count is given
MATCHED = ("service", "operation", "account", "resource", "caller", "sql")
OF_SQL = ("account", "resource", "sql")


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

    @property
    def is_within(self) -> bool:
        """Whether it hits SQL statements rather than calls."""
        return self.kind in WITHIN or (self.kind == "kill" and self.settings.get("when") == "within")

    def triggered(self, facts: Mapping[str, str], mutating: bool | None = None) -> bool:
        if self.mutating is not None and self.mutating != mutating:
            return False
        for name, patterns in self.matched.items():
            if not any(fnmatchcase(facts[name], pattern) for pattern in patterns):
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


class Faults:
    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.numbers = itertools.count(1)
        self.counting = threading.Lock()

    def add(self, raw: dict[str, Any]) -> Rule:
        kind = raw.get("kind")
        if kind not in KINDS:
            raise BadRule(f"kind must be one of {sorted(KINDS)}")
        if kind == "kill" and (not isinstance(raw.get("pid"), int) or raw["pid"] < 2):
            raise BadRule("kill needs the pid of a process")
        if kind == "refuse" and not raw.get("message"):
            raise BadRule("refuse needs the message that the cluster gives")
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
        unmatched = set(matched) - set(OF_SQL) if rule.is_within else set()
        if unmatched or (rule.is_within and rule.mutating is not None):
            raise BadRule(f"SQL statements are matched by {OF_SQL} only")
        self.rules = [r for r in self.rules if r.id != rule.id] + [rule]
        return rule

    def remove(self, rule_id: str | None) -> None:
        self.rules = [r for r in self.rules if rule_id and r.id != rule_id]

    def match(self, call: Call) -> list[Rule]:
        rules = [rule for rule in self.rules if not rule.is_within]
        if not rules:
            return []
        facts = {
            "service": call.service,
            "operation": call.operation,
            "account": call.account,
            "resource": call.resource,
            "caller": call.caller.arn if call.caller else "",
            "sql": sql_of(call),
        }
        return [rule for rule in rules if rule.triggered(facts, call.mutating)]

    def match_sql(self, facts: Mapping[str, str]) -> list[Rule]:
        """Of one statement; asked from the threads that perform them."""
        with self.counting:
            return [rule for rule in self.rules if rule.is_within and rule.triggered(facts)]


def _patterns(raw: Any) -> list[str]:
    return [str(value) for value in raw] if isinstance(raw, list) else [str(raw)]


def kill(rule: Rule) -> None:
    try:
        os.kill(int(rule.settings["pid"]), signal.SIGKILL)
    except ProcessLookupError:
        log.warning("kill rule %s: no process %s", rule.id, rule.settings["pid"])


FAULTS = Faults()
