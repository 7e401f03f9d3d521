"""$(VARIABLE) in commands, arguments and values; what is not set stays as it is, $$ is a dollar sign.

https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
"""

import re
from collections.abc import Mapping

_REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\))")


def expand(text: str, known: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1] is None:
            return "$"
        return known.get(found[1], found[0])

    return _REFERENCE.sub(value, text)
