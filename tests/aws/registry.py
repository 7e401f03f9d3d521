"""Who answers an operation: our own handler where moto is wrong or slow, moto otherwise."""

from collections.abc import Callable
from typing import Any

from aws.call import Call

Handler = Callable[[Call], Any]
HANDLERS: dict[tuple[str, str], Handler] = {}


def answers(service: str, *operations: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        for operation in operations:
            assert (service, operation) not in HANDLERS, f"{service} {operation} has two handlers"
            HANDLERS[(service, operation)] = handler
        return handler

    return register
