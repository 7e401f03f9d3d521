"""What was just asked is not asked again; of several who ask at once, one does."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
SECONDS = 30.0
MOST = 64


@dataclass(slots=True)
class _Slot(Generic[V]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    at: float = 0.0
    value: V | None = None


class Held(Generic[K, V]):
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slots: OrderedDict[K, _Slot[V]] = OrderedDict()

    def get(self, key: K, make: Callable[[], V]) -> V:
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > MOST:
                self._slots.popitem(last=False)
        with slot.lock:
            if slot.value is None or time.monotonic() - slot.at > SECONDS:
                slot.value = make()
                slot.at = time.monotonic()
            return slot.value
