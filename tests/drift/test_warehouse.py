"""Every managed field of the warehouse is repaired or reported. The fields come from the types."""

from typing import Any

from drift.access import flip_key
from drift.patterns import is_in
from drift.rounds import Fields, Rounds
from drift.snapshot import snapshot
from drift.vault import TENANT, resources
from drift.warehouse import RECOVERY, Spare, flip_cluster, flip_log_group, flip_parameter_group, flip_subnet_group, tag
from e2e.waiting import until
from e2e.world import World

KINDS = {
    "redshift-cluster",
    "redshift-parameter-group",
    "redshift-subnet-group",
    "redshift-snapshot-copy-grant",
    "log-group",
    "recovery-kms-key",
}
# No API of AWS changes these of what is there: they come with another cluster, group or grant of the same name.
FIXED = [
    "redshift-cluster/* admin",
    "redshift-cluster/* database",
    "redshift-cluster/* subnetGroup",
    "redshift-parameter-group/* family",
    "redshift-snapshot-copy-grant/* kmsKey",
]
# KMS refuses these flips, to everybody: the lockout check, and principal or resource that would lock everybody out.
REFUSED = ["recovery-kms-key/* policy.AdministeredByIam.*", "recovery-kms-key/* policy.GuardedAgainstLoss.*"]
# Whose it is can no longer be proven: said, and left.
REPORTED = ["* tags.cloister.dev/owner-uid", "recovery-kms-key/* tags.cloister.dev/resource-name"]


def _of_warehouse(world: World) -> Fields:
    found = {id_: paths for id_, paths in resources(world).items() if id_.partition("/")[0] in KINDS}
    assert {id_.partition("/")[0] for id_ in found} == KINDS
    return found


def _spare(world: World) -> Spare:
    def key(kms: Any) -> str:
        ours = {"TagKey": "cloister.dev/managed-by", "TagValue": "cloister"}
        made: str = kms.create_key(Tags=[ours])["KeyMetadata"]["Arn"]
        return made

    found = world.aws.ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["default"]}])
    groups = [g["GroupId"] for g in found["SecurityGroups"] if g["VpcId"].startswith("vpc-0c10157e")]
    return Spare(world.endpoints.control, key(world.aws.kms), key(world.aws.in_region(RECOVERY).kms), groups[0])


def _flip(world: World, spare: Spare, resource: str, path: str) -> None:
    kind, _, name = resource.partition("/")
    aws = world.aws
    if path.startswith("tags."):
        return tag(aws, resource, path.removeprefix("tags."), "elsewhere")
    return {
        "redshift-cluster": lambda: flip_cluster(aws, name, path, spare),
        "redshift-parameter-group": lambda: flip_parameter_group(aws, name, path),
        "redshift-subnet-group": lambda: flip_subnet_group(aws, name, path),
        "log-group": lambda: flip_log_group(aws, name, path),
        "recovery-kms-key": lambda: flip_key(aws.in_region(RECOVERY), name, path),
    }[kind]()


def test_every_managed_field_of_the_warehouse_is_repaired(vault: World) -> None:
    found = _of_warehouse(vault)
    todo = {id_: [p for p in paths if not is_in(FIXED + REPORTED, id_, p)] for id_, paths in found.items()}
    assert sum(map(len, todo.values())) > 70
    spare = _spare(vault)
    rounds = Rounds(
        flip=lambda resource, path: _flip(vault, spare, resource, path),
        look=lambda resource: snapshot(vault.aws, vault.cluster, resource),
        poke=lambda: vault.cluster.poke("ClientTenant", TENANT),
        is_refused=lambda resource, path: is_in(REFUSED, resource, path),
    )
    assert rounds.run(todo) == []
    assert vault.calls.violations() == []


def test_what_of_the_warehouse_cannot_be_repaired_is_reported(vault: World) -> None:
    found = _of_warehouse(vault)
    todo = [(id_, path) for id_, paths in found.items() for path in paths if is_in(REPORTED, id_, path)]
    assert len(todo) == len(found) + 1
    for resource, path in todo:
        before = snapshot(vault.aws, vault.cluster, resource)
        key = path.removeprefix("tags.")
        own = vault.cluster.get("ClientTenant", TENANT)["metadata"]["uid"] if key.endswith("uid") else "recovery-key"
        tag(vault.aws, resource, key, "elsewhere")
        vault.cluster.poke("ClientTenant", TENANT)
        # A key's name is mended where the listing, which lags, still finds the key by it.
        until(
            f"{resource} {path} is told of",
            lambda r=resource, b=before: r in _message(vault) or snapshot(vault.aws, vault.cluster, r) == b,  # type: ignore[misc]
            timeout=60,
        )
        tag(vault.aws, resource, key, own)
        vault.cluster.poke("ClientTenant", TENANT)
        until(
            f"{resource} {path} is as before once it is given back",
            lambda r=resource: snapshot(vault.aws, vault.cluster, r),  # type: ignore[misc]
            lambda now, b=before: bool(now == b),  # type: ignore[misc]
            timeout=60,
        )
    vault.cluster.wait_ready("ClientTenant", TENANT, timeout=60)


def _message(world: World) -> str:
    return str(world.cluster.get("ClientTenant", TENANT)["status"]["message"])
