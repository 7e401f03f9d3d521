"""Kubernetes quantities: 500m, 2, 1Gi, 1.5G, 1e3.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

import re
from decimal import ROUND_CEILING, Decimal

_SUFFIXES = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    **{letter: Decimal(1000) ** power for power, letter in enumerate("kMGTPE", start=1)},
    **{f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", start=1)},
}
_SHAPE = re.compile(r"([+-]?[0-9.]+)(?:([eE][+-]?[0-9]+)|([A-Za-z]*))")


def quantity(text: str | int | float) -> Decimal:
    found = _SHAPE.fullmatch(str(text))
    if found is None or (found[3] or "") not in _SUFFIXES:
        raise ValueError(f"{text!r} is no quantity: write for example 500m, 2 or 1Gi")
    return Decimal(found[1] + (found[2] or "")) * _SUFFIXES[found[3] or ""]


def whole(amount: Decimal, divisor: Decimal = Decimal(1)) -> int:
    """In units of the divisor, rounded up, as the downward API gives it."""
    return int((amount / divisor).to_integral_value(ROUND_CEILING))


def cores(amount: Decimal) -> str:
    return f"{whole(amount, Decimal('0.001'))}m"


def mebibytes(amount: Decimal) -> str:
    return f"{int(amount // 1024**2)}Mi"
