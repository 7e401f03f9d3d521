"""Ends the containers of a pod as kubelet does: preStop, SIGTERM, and when the grace is over SIGKILL."""

import signal
import subprocess
import time
from pathlib import Path

from nodes.attempt import Running
from nodes.container import Container

# What a container gets at least after SIGTERM when its hook has used up the grace.
_LEAST = 2.0
_POLL = 0.1


class Stopping:
    """One for each pod that ends. SIGTERM goes to the first process of a container alone, as containerd sends it."""

    def __init__(self, grace: float) -> None:
        self._deadline = time.time() + grace
        self._hooks: dict[str, subprocess.Popen[bytes] | None] = {}
        self._kill_at: dict[str, float] = {}

    def shorten(self, grace: float) -> None:
        """A second deletion may only bring the end nearer."""
        self._deadline = min(self._deadline, time.time() + grace)
        self._kill_at = {name: min(at, max(self._deadline, at - _LEAST)) for name, at in self._kill_at.items()}

    def step(self, containers: list[Container]) -> float:
        """Does what is due; how many seconds until more may be."""
        pauses = [self._step(one, running) for one in containers if (running := one.running())]
        return min(pauses, default=0.0)

    def _step(self, container: Container, running: Running) -> float:
        name, now = container.name, time.time()
        if name not in self._kill_at:
            if self._hook_runs(container, running) and now < self._deadline:
                return _POLL
            self._end_hook(name)
            running.process.send(signal.SIGTERM)
            overrun = container.name in self._hooks and now >= self._deadline
            self._kill_at[name] = now + _LEAST if overrun else self._deadline
        if now < self._kill_at[name]:
            return self._kill_at[name] - now
        running.process.send(signal.SIGKILL)
        return _POLL

    def _hook_runs(self, container: Container, running: Running) -> bool:
        hook = container.spec.get("lifecycle", {}).get("preStop")
        if hook is None:
            return False
        if container.name not in self._hooks:
            self._hooks[container.name] = _start(hook, container, running)
        child = self._hooks[container.name]
        return child is not None and child.poll() is None

    def _end_hook(self, name: str) -> None:
        child = self._hooks.get(name)
        if child is not None and child.poll() is None:
            child.kill()
            child.wait()


def _start(hook: dict[str, dict[str, object]], container: Container, running: Running) -> subprocess.Popen[bytes]:
    if "sleep" in hook:
        return subprocess.Popen(["sleep", str(hook["sleep"]["seconds"])])
    words = hook["exec"].get("command", [])
    command = [str(word) for word in words] if isinstance(words, list) else []
    assert container.latest is not None
    spec = container.latest.spec()
    groups = ["--groups", ",".join(map(str, spec["groups"]))] if spec["groups"] else ["--clear-groups"]
    inside = ["nsenter", f"--target={running.process.pid}", "--mount", "--pid", "--uts", "--ipc", "--"]
    lower = ["setpriv", f"--reuid={spec['uid']}", f"--regid={spec['gid']}", *groups, "--"]
    there = ["sh", "-c", 'cd "$0" && exec "$@"', spec["cwd"]]
    with Path(spec["log"]).open("ab") as log:
        return subprocess.Popen(
            [*inside, *lower, *there, *command],
            env=spec["env"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
