"""Snapshot copy grants: Redshift's leave to encrypt copies with a key of the region where they arrive.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateSnapshotCopyGrant.html
They are made, listed and deleted in that region, and named by clusters of others.
"""

from typing import Any

from aws.call import Call
from aws.redshift import clock, encryption, names, pages, records
from aws.redshift.records import CopyGrant, Region
from aws.redshift.snapshot_copy import regions
from aws.redshift.wire import Arguments, fault, operation


def _view(grant: CopyGrant) -> dict[str, Any]:
    return {
        "SnapshotCopyGrantName": grant.name,
        "KmsKeyId": grant.key or None,
        "Tags": pages.tag_list(grant.tags),
    }


def _find(here: Region, name: str) -> CopyGrant:
    found = here.copy_grants.get(name)
    if found is None:
        raise fault("SnapshotCopyGrantNotFoundFault")
    return found


@operation("CreateSnapshotCopyGrant")
def create_snapshot_copy_grant(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    name = names.identifier(given["SnapshotCopyGrantName"], "SnapshotCopyGrantName")
    if name in here.copy_grants:
        raise fault("SnapshotCopyGrantAlreadyExistsFault")
    tags, key = pages.read_tags(given), ""
    if given.get("KmsKeyId"):
        found = encryption.usable(call, given["KmsKeyId"])
        encryption.granted(call, found, names.arn("snapshotcopygrant", call.account, call.region, name))
        key = found.arn
    here.copy_grants[name] = CopyGrant(name, key, tags)
    return {"SnapshotCopyGrant": _view(here.copy_grants[name])}


@operation("DescribeSnapshotCopyGrants")
def describe_snapshot_copy_grants(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    wanted = given.get("SnapshotCopyGrantName")
    found = {wanted: _find(here, wanted)} if wanted else here.copy_grants
    chosen = {name: each for name, each in found.items() if pages.matches(each.tags, given)}
    listed, marker = pages.page(given, chosen, "SnapshotCopyGrantName")
    return {"Marker": marker, "SnapshotCopyGrants": [_view(each) for each in listed]}


@operation("DeleteSnapshotCopyGrant")
def delete_snapshot_copy_grant(call: Call, given: Arguments) -> None:
    here = clock.current(call.account, call.region)
    grant = _find(here, given["SnapshotCopyGrantName"])
    if _used(call, grant):
        raise fault("InvalidSnapshotCopyGrantStateFault")
    del here.copy_grants[grant.name]


def _used(call: Call, grant: CopyGrant) -> bool:
    return any(
        cluster.snapshot_copy.get("SnapshotCopyGrantName") == grant.name
        and cluster.snapshot_copy["DestinationRegion"] == call.region
        for name in regions()
        for cluster in records.region(call.account, name).clusters.values()
    )
