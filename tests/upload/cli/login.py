"""A person at a terminal, and a browser in which they approve."""

import json

from local.provider import Provider
from upload.cli.command import Command


def log_in(command: Command, provider: Provider, user: str) -> None:
    process = command.start("login", "--no-browser", "--json")
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    provider.approve(told["code"], user)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
