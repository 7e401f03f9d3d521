"""Bytes go through as they are, to the next pod that takes the connection."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.ports import Ports
from local.waiting import wait_for

_TESTS = Path(__file__).resolve().parent.parent


def _pod(name: bytes) -> socket.socket:
    """Says its name once the other side has said all."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                there, _ = listener.accept()
            except OSError:
                return
            with there:
                said = _heard(there)
                there.sendall(name + b" heard " + str(len(said)).encode())

    threading.Thread(target=serve, daemon=True).start()
    return listener


@pytest.fixture
def pods() -> Iterator[list[socket.socket]]:
    made = [_pod(b"one"), _pod(b"two")]
    yield made
    for each in made:
        each.close()


@pytest.fixture
def port(pods: list[socket.socket]) -> Iterator[int]:
    with Ports() as ports:
        chosen = ports.take()
    targets = [f"127.0.0.1:{each.getsockname()[1]}" for each in pods]
    command = [sys.executable, "-m", "local.balancer", str(chosen), *targets]
    process = subprocess.Popen(command, env={"PYTHONPATH": str(_TESTS)})
    wait_for("the balancer", lambda: _answers(chosen))
    yield chosen
    process.terminate()
    process.wait(10)


def _answers(port: int) -> bool:
    try:
        return _said(port, b"") != b""
    except OSError:
        return False


def _said(port: int, text: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as there:
        there.sendall(text)
        there.shutdown(socket.SHUT_WR)
        return _heard(there)


def test_pods_take_turns_and_one_that_is_gone_is_passed_over(pods: list[socket.socket], port: int) -> None:
    large = bytes(300_000)
    assert {_said(port, large) for _ in range(2)} == {b"one heard 300000", b"two heard 300000"}
    # Not closed alone: the thread that waits in accept would hold it.
    pods[0].shutdown(socket.SHUT_RDWR)
    pods[0].close()
    assert {_said(port, b"x") for _ in range(4)} == {b"two heard 1"}


def _heard(there: socket.socket) -> bytes:
    return b"".join(iter(lambda: there.recv(65536), b""))
