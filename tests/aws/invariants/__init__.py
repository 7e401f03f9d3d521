"""What must hold after every call of the operator.

A careless administrator's call is drift, not a violation; but from then on the operator may only make things better.
"""

from aws.invariants.watch import Invariants

__all__ = ["Invariants"]
