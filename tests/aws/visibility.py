"""Delayed visibility: after a change, reads answer the state as of before for a while.

The state before is kept as shallow copies of the changed objects. A read puts them back for its own duration, which
is safe because the loop runs one call at a time. Writes see the truth, as they do in AWS, where the primary copy takes
them and the replicas that serve reads lag behind.
"""

import copy
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, is_dataclass
from typing import Any

from aws import stores
from aws.call import Call

ABSENT = object()
Store = dict[str, Any]


@dataclass(slots=True)
class Hidden:
    store: Store
    key: str
    before: Any
    until: float


def duplicate(value: Any) -> Any:
    """A copy whose own fields, and containers in them, no longer change with the original."""
    if not hasattr(value, "__dict__") and not is_dataclass(value):
        return copy.copy(value)
    twin = copy.copy(value)
    for name, inner in vars(value).items() if hasattr(value, "__dict__") else ():
        if type(inner) in (dict, list, set) or is_dataclass(inner):
            # Exactly these: a bucket's objects and a queue's messages are shared, not copied.
            setattr(twin, name, duplicate(inner) if is_dataclass(inner) else inner.copy())
    return twin


def same(one: Any, other: Any) -> bool:
    if hasattr(one, "__dict__") and hasattr(other, "__dict__"):
        return bool(vars(one) == vars(other))
    return bool(one == other)


class Visibility:
    def __init__(self) -> None:
        self.hidden: list[Hidden] = []

    def before(self, call: Call) -> list[tuple[Store, Store]]:
        return [(store, {k: duplicate(v) for k, v in store.items()}) for store in stores.of(call)]

    def after(self, snapshot: list[tuple[Store, Store]], seconds: float) -> None:
        until = time.monotonic() + seconds
        for store, before in snapshot:
            for key in store.keys() | before.keys():
                now = store.get(key, ABSENT)
                was = before.get(key, ABSENT)
                changed = now is ABSENT or was is ABSENT or not same(now, was)
                # What is hidden already keeps its older past: replicas lag, they do not jump.
                if changed and not any(h.store is store and h.key == key for h in self.live()):
                    self.hidden.append(Hidden(store, key, was, until))

    def live(self) -> list[Hidden]:
        if self.hidden:
            now = time.monotonic()
            self.hidden = [h for h in self.hidden if h.until > now]
        return self.hidden

    @contextmanager
    def past(self, call: Call) -> Iterator[None]:
        """Within this, the state is what a lagging replica holds."""
        hidden = [] if call.mutating else self.live()
        present = []
        for h in hidden:
            present.append(h.store.get(h.key, ABSENT))
            _put(h.store, h.key, h.before)
        try:
            yield
        finally:
            for h, value in zip(hidden, present, strict=True):
                _put(h.store, h.key, value)

    def is_hidden(self, store: Store, key: str) -> bool:
        """Whether something exists that replicas do not know of yet."""
        return any(h.store is store and h.key == key and h.before is ABSENT for h in self.live())


def _put(store: Store, key: str, value: Any) -> None:
    if value is ABSENT:
        store.pop(key, None)
    else:
        store[key] = value


VISIBILITY = Visibility()
