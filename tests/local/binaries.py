"""Where the control plane's binaries come from: given, cached, or built."""

import functools
import os
import re
from pathlib import Path

from local.errors import PlatformError
from local.gobuild import GoBuild

_TESTS = Path(__file__).resolve().parent.parent
MODULE = _TESTS / "controlplane"
_HELM = _TESTS / "helm"

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
    return _required(MODULE / "go.mod", "k8s.io/kubernetes")


def _required(file: Path, module: str) -> str:
    found = re.search(rf"^\s*(?:require )?{re.escape(module)} (v\S+)", file.read_text(), re.MULTILINE)
    if found is None:
        raise PlatformError(f"{file} does not require {module}.")
    return found[1]


@functools.cache
def ensure() -> Path:
    """The folder of all binaries; the first call on a machine takes minutes."""
    build = GoBuild("controlplane", f"Kubernetes {kubernetes_version()} and etcd", MODULE, PACKAGES, _stamps())
    given = os.environ.get("KUBEBUILDER_ASSETS")
    if given:
        if build.is_whole(Path(given)):
            return Path(given)
        missing = ", ".join(n for n in PACKAGES if not (Path(given) / n).exists())
        print(f"KUBEBUILDER_ASSETS lacks {missing}: using our own build.", flush=True)
    return build.ensure()


def cloister() -> Path:
    """Where `make build` puts the operator, which is kubectl's plugin too."""
    repository = MODULE.parent.parent
    return Path(os.environ.get("CARGO_TARGET_DIR", repository / "target")).absolute() / "debug" / "cloister"


def door() -> Path:
    """Where cargo puts the door in front of applications, or another that is to be taken."""
    return Path(os.environ.get("CLOISTER_DOOR_BINARY", cloister().with_name("cloister-door")))


@functools.cache
def kwok() -> Path:
    """The program that pretends to be nodes; built when something asks for it, in a minute or two."""
    module = MODULE / "kwok"
    return GoBuild("kwok", "kwok", module, {"kwok": "sigs.k8s.io/kwok/cmd/kwok"}).ensure() / "kwok"


@functools.cache
def helm() -> Path:
    """What installs the chart; built when something asks for it, in two minutes or so."""
    version = _required(_HELM / "go.mod", "helm.sh/helm/v4")
    stamps = (f"helm.sh/helm/v4/internal/version.version={version}",)
    build = GoBuild("helm", f"Helm {version}", _HELM, {"helm": "helm.sh/helm/v4/cmd/helm"}, stamps)
    return build.ensure() / "helm"


def _stamps() -> tuple[str, ...]:
    # Unstamped, the API server calls itself v0.0.0 and refuses to start.
    version = kubernetes_version()
    major, minor, _ = version.removeprefix("v").split(".")
    stamps = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    return tuple(f"{package}.{field}={value}" for package in _VERSION_PACKAGES for field, value in stamps.items())
