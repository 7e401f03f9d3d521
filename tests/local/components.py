"""The command lines of the control plane: what differs from a production one, and why."""

from dataclasses import dataclass
from pathlib import Path

from aws.accounts import ISSUER
from local.credentials import Credentials

_AUDIT_POLICY = Path(__file__).with_name("audit-policy.yaml")


@dataclass(frozen=True)
class Layout:
    """Where one control plane keeps its files and listens."""

    binaries: Path
    directory: Path
    etcd_port: int
    etcd_peer_port: int
    apiserver_port: int

    @property
    def etcd_url(self) -> str:
        return f"http://127.0.0.1:{self.etcd_port}"

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.apiserver_port}"

    @property
    def audit_log(self) -> Path:
        return self.directory / "logs" / "audit.jsonl"


def etcd(layout: Layout) -> list[str]:
    peer = f"http://127.0.0.1:{layout.etcd_peer_port}"
    return [
        str(layout.binaries / "etcd"),
        f"--data-dir={layout.directory / 'etcd'}",
        f"--listen-client-urls={layout.etcd_url}",
        f"--advertise-client-urls={layout.etcd_url}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        # The data dies with the platform, so it need not survive a power cut.
        "--unsafe-no-fsync",
        # A lone member need not wait a whole second for others to stand for election.
        "--heartbeat-interval=10",
        "--election-timeout=100",
        # `Ports` holds the ports until the servers have them.
        "--socket-reuse-port",
        "--log-level=warn",
    ]


def apiserver(layout: Layout, keys: Credentials) -> list[str]:
    certificate, key = keys.server
    private, public = keys.signing
    return [
        str(layout.binaries / "kube-apiserver"),
        f"--etcd-servers={layout.etcd_url}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        # The default one refuses to publish a loopback address.
        "--endpoint-reconciler-type=none",
        f"--secure-port={layout.apiserver_port}",
        "--permit-port-sharing",
        f"--tls-cert-file={certificate}",
        f"--tls-private-key-file={key}",
        f"--client-ca-file={keys.authority}",
        "--authorization-mode=Node,RBAC",
        # A node may speak for itself and its own pods only.
        "--enable-admission-plugins=NodeRestriction",
        "--service-cluster-ip-range=10.96.0.0/16",
        # What roles in AWS trust; the examples' Environment names it.
        f"--service-account-issuer={ISSUER}",
        "--api-audiences=https://kubernetes.default.svc",
        f"--service-account-signing-key-file={private}",
        f"--service-account-key-file={public}",
        f"--audit-policy-file={_AUDIT_POLICY}",
        f"--audit-log-path={layout.audit_log}",
        # Blocking: once a request is answered, a test finds it in the log.
        "--audit-log-mode=blocking",
        # In MB: it is read whole, so it must not rotate (at 100 by default).
        "--audit-log-maxsize=4096",
        "--profiling=false",
    ]


def controller_manager(layout: Layout, keys: Credentials, *, node_grace: int | None = None) -> list[str]:
    """`node_grace`: after how many seconds of silence a node counts as lost; None is Kubernetes' own default."""
    grace = [] if node_grace is None else [f"--node-monitor-grace-period={node_grace}s"]
    return [
        str(layout.binaries / "kube-controller-manager"),
        f"--kubeconfig={keys.manager_kubeconfig}",
        f"--root-ca-file={keys.authority}",
        f"--service-account-private-key-file={keys.signing[0]}",
        # Each controller under its own account, so that the audit log tells who.
        "--use-service-account-credentials",
        *grace,
        *_only_one(),
        # A hundred tenants at once must measure the operator, not this client.
        "--kube-api-qps=200",
        "--kube-api-burst=400",
    ]


def scheduler(layout: Layout, keys: Credentials) -> list[str]:
    return [
        str(layout.binaries / "kube-scheduler"),
        f"--kubeconfig={keys.scheduler_kubeconfig}",
        *_only_one(),
    ]


def _only_one() -> list[str]:
    # No election saves seconds; no port is one less to collide on.
    return ["--leader-elect=false", "--secure-port=0"]
