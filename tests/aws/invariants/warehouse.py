"""Which safeguards a cluster of ours lacks: those that it must have from its first moment on.

Controls R1, R2, R4, R7 and R8; audit logs and copies of snapshots can only follow when the cluster is there.
"""

from aws import stores
from aws.call import Call
from aws.invariants.safeguards import MANAGED
from aws.redshift import clock, parameters
from aws.redshift.records import Cluster
from aws.service_access import find_key

OWNER = "cloister.dev/owner-uid"
DEFAULT_USER, DEFAULT_DATABASE = "awsuser", "dev"


def of(call: Call) -> Cluster | None:
    """The cluster that a call names."""
    here = clock.current(call.account, call.region)
    return here.clusters.get(str(call.param("ClusterIdentifier", "")))


def missing(cluster: Cluster) -> frozenset[str]:
    """As it is or will be: what is pending was asked for."""
    settings = cluster.settings | cluster.pending
    lacking = set()
    if not cluster.tags.keys() >= {MANAGED, OWNER}:
        lacking.add("our tags")
    if not settings["Encrypted"]:
        lacking.add("encryption")
    if not _is_key_of(cluster.tags.get(OWNER, "nobody"), cluster, settings.get("KmsKeyId") or ""):
        lacking.add("the owner's key")
    if settings["PubliclyAccessible"]:
        lacking.add("no public access")
    if not settings["EnhancedVpcRouting"]:
        lacking.add("enhanced VPC routing")
    if cluster.username == DEFAULT_USER or settings["DBName"] == DEFAULT_DATABASE:
        lacking.add("names other than the defaults")
    if parameters.is_default(cluster.parameter_group):
        lacking.add("a parameter group of its own")
    here = stores.redshift(cluster.account, cluster.region)
    if parameters.values_of(here, cluster.parameter_group)[parameters.TLS] != "true":
        lacking.add("TLS")
    return frozenset(lacking)


def of_snapshots_owner(cluster: Cluster) -> bool:
    """Whether a restored one is under a key of whoever the snapshot belongs to."""
    snapshot = stores.redshift(cluster.account, cluster.region).snapshots[cluster.restored]
    return _is_key_of(snapshot.tags.get(OWNER, "nobody"), cluster, cluster.encrypted_by)


def _is_key_of(owner: str, cluster: Cluster, arn: str) -> bool:
    key = find_key(cluster.account, cluster.region, arn) if arn else None
    return key is not None and stores.key_record(key).tags.get(OWNER) == owner
