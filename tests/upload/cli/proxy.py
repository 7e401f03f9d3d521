"""A TCP proxy on loopback that can be cut, frozen, and made to damage what goes through."""

import socket
import threading
import time
from urllib.parse import urlsplit


class Proxy:
    """Of a network: `cut` ends all connections and takes no more; `freeze` lets nothing through and says nothing."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        assert parts.hostname and parts.port
        self.target = (parts.hostname, parts.port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.open: set[socket.socket] = set()
        self.is_cut = False
        self.flowing = threading.Event()
        self.flowing.set()
        self.forwarded = 0
        self.damage_at: int | None = None
        self.stopped = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self.is_cut = True
        self._drop()

    def freeze(self) -> None:
        self.flowing.clear()

    def mend(self) -> None:
        self.is_cut = False
        self.flowing.set()

    def stop(self) -> None:
        self.stopped = True
        self.mend()
        self.listener.close()
        self._drop()

    def wait_for(self, octets: int) -> None:
        """Until so many have gone to the target."""
        ends = time.monotonic() + 60
        while self.forwarded < octets:
            assert time.monotonic() < ends, f"only {self.forwarded} of {octets} bytes have come"
            time.sleep(0.005)

    def _drop(self) -> None:
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it has ended by itself

    def _accept(self) -> None:
        while not self.stopped:
            try:
                here, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut:
                here.close()
                continue
            there = socket.create_connection(self.target)
            self.open |= {here, there}
            threading.Thread(target=self._pump, args=(here, there, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(there, here, False), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, outwards: bool) -> None:
        try:
            while data := source.recv(1 << 16):
                self.flowing.wait()
                sink.sendall(self._seen(data) if outwards else data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # cut
        finally:
            self.open.discard(source)
            source.close()

    def _seen(self, data: bytes) -> bytes:
        before, self.forwarded = self.forwarded, self.forwarded + len(data)
        at = self.damage_at
        if at is None or not before <= at < self.forwarded:
            return data
        self.damage_at = None
        damaged = bytearray(data)
        damaged[at - before] ^= 1
        return bytes(damaged)
