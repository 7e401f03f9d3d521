"""Who is who in one control plane: keys, and a kubeconfig for each client."""

from dataclasses import dataclass
from pathlib import Path

from local import kubeconfig
from local.pki import Pki


@dataclass(frozen=True)
class Credentials:
    authority: Path
    server: tuple[Path, Path]
    # The key pair of service account tokens: private, public.
    signing: tuple[Path, Path]
    admin: tuple[Path, Path]
    admin_kubeconfig: Path
    manager_kubeconfig: Path
    scheduler_kubeconfig: Path


def make(directory: Path, url: str) -> Credentials:
    pki = Pki.make(directory / "pki")

    def write(path: Path, pair: tuple[Path, Path]) -> Path:
        user = kubeconfig.certificate_user(*pair)
        return kubeconfig.write(path, url, pki.authority, user)

    def component(name: str) -> Path:
        # RBAC binds the components' rights to these user names.
        return write(pki.directory / f"{name}.kubeconfig", pki.client(f"system:{name}"))

    admin = pki.client("admin", "system:masters")
    return Credentials(
        authority=pki.authority,
        server=pki.server(),
        signing=pki.signing_key(),
        admin=admin,
        admin_kubeconfig=write(directory / "kubeconfig", admin),
        manager_kubeconfig=component("kube-controller-manager"),
        scheduler_kubeconfig=component("kube-scheduler"),
    )
