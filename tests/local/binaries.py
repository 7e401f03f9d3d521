"""Where the control plane's binaries come from: given, cached, or built."""

import functools
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from local.cache import cache_dir, key_of, locked
from local.errors import PlatformError
from local.progress import Progress

MODULE = Path(__file__).resolve().parent.parent / "controlplane"

PACKAGES = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
}

# Both count: servers report the first, kubectl's user agent the second.
_VERSION_PACKAGES = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")


def kubernetes_version() -> str:
    module = (MODULE / "go.mod").read_text()
    found = re.search(r"^\s*(?:require )?k8s\.io/kubernetes (v\S+)", module, re.MULTILINE)
    if found is None:
        raise PlatformError(f"{MODULE / 'go.mod'} does not require k8s.io/kubernetes.")
    return found[1]


@functools.cache
def ensure() -> Path:
    """The folder of all binaries; the first call on a machine takes minutes."""
    given = os.environ.get("KUBEBUILDER_ASSETS")
    if given:
        if _whole(Path(given)):
            return Path(given)
        missing = ", ".join(n for n in PACKAGES if not (Path(given) / n).exists())
        print(f"KUBEBUILDER_ASSETS lacks {missing}: using our own build.", flush=True)
    home = cache_dir() / "controlplane"
    binaries = home / _key()
    if not _whole(binaries):
        with locked(home / "build.lock", "Waiting for another build to end..."):
            if not _whole(binaries):
                _build(binaries)
    return binaries


def _whole(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in PACKAGES)


def _key() -> str:
    flags = " ".join([*PACKAGES.values(), *_build_flags()])
    files = [(MODULE / name).read_bytes() for name in ("go.mod", "go.sum")]
    return key_of(*files, flags.encode(), _go("version").encode())


def _build(target: Path) -> None:
    print(f"Building Kubernetes {kubernetes_version()} and etcd (minutes, once per machine):")
    # Beside the target, so that the rename stays within one file system.
    unfinished = Path(tempfile.mkdtemp(dir=target.parent, prefix="unfinished-"))
    try:
        for name, package in PACKAGES.items():
            with Progress(name):
                _go("build", *_build_flags(), "-o", str(unfinished / name), package)
        unfinished.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        unfinished.rename(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _build_flags() -> list[str]:
    # Unstamped, the API server calls itself v0.0.0 and refuses to start.
    version = kubernetes_version()
    major, minor, _ = version.removeprefix("v").split(".")
    stamps = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    linker = ["-s", "-w"]
    for package in _VERSION_PACKAGES:
        linker += [f"-X {package}.{field}={value}" for field, value in stamps.items()]
    return ["-trimpath", "-buildvcs=false", "-mod=readonly", f"-ldflags={' '.join(linker)}"]


def _go(*arguments: str) -> str:
    environment = os.environ | {"CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": ""}
    try:
        done = subprocess.run(["go", *arguments], cwd=MODULE, env=environment, capture_output=True, text=True)
    except FileNotFoundError:
        raise PlatformError("Go is needed to build the control plane.") from None
    if done.returncode != 0:
        raise PlatformError(f"go {arguments[0]} failed:\n{done.stderr.strip()}")
    return done.stdout.strip()
