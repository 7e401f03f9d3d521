"""Free ports on loopback that nobody can take before their server does."""

import socket
from types import TracebackType
from typing import Self


class Ports:
    """Holds ports bound but not listening.

    The servers bind them too, with SO_REUSEPORT; letting go only afterwards
    leaves no gap in which the kernel could give the port to someone else.
    """

    def __init__(self) -> None:
        self._held: list[socket.socket] = []

    def take(self) -> int:
        holder = socket.socket()
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))
        self._held.append(holder)
        port: int = holder.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for holder in self._held:
            holder.close()
