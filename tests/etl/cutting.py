"""A connection to the emulator that breaks after so many bytes of answer, as connections do."""

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit


class Cutting:
    def __init__(self, endpoint: str, after: int, cuts: int) -> None:
        target = urlsplit(endpoint)
        self.target = (str(target.hostname), int(target.port or 80))
        self.after, self.left = after, cuts
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection(self.target)
                threading.Thread(target=self._pump, args=(near, far, False), daemon=True).start()
                threading.Thread(target=self._pump, args=(far, near, True), daemon=True).start()

    def _pump(self, source: socket.socket, into: socket.socket, answers: bool) -> None:
        passed = 0
        with suppress(OSError), source, into:
            while chunk := source.recv(65536):
                into.sendall(chunk)
                passed += len(chunk)
                if answers and passed > self.after and self.left > 0:
                    self.left -= 1
                    into.shutdown(socket.SHUT_RDWR)
                    return
