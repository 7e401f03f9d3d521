"""Who looks, by the door's word. Nobody else can reach this process, and without that word nothing is shown."""

from dataclasses import dataclass

from werkzeug.datastructures import Headers


@dataclass(frozen=True, slots=True)
class Viewer:
    user: str
    name: str
    request: str

    @classmethod
    def of(cls, headers: Headers) -> "Viewer | None":
        user = headers.get("Cloister-User", "")
        if not user:
            return None
        return cls(user, headers.get("Cloister-User-Name") or user, headers.get("Cloister-Request-Id", ""))
