"""Where a run writes down anything, besides the client's own files and tables.

Of DynamoDB only the doors' roles may read, not even the account's administrator: their sessions are not among these.
"""

from collections.abc import Callable, Iterator

from demo.scan import Place, as_bytes, files
from e2e.account import AUDIT, PRODUCTION, REGION, Account
from e2e.kinds import Object
from e2e.world import World

ACCOUNTS, REGIONS = (PRODUCTION, AUDIT), (REGION, "us-west-2")


def places(world: World, tenant: str, pages: Callable[[], Iterator[str]]) -> list[Place]:
    """`pages` of metrics are asked for when it is their turn."""

    def every(read: Callable[[Account], Iterator[bytes]]) -> Callable[[], Iterator[bytes]]:
        accounts = [Account(world.endpoints, number, region=region) for number in ACCOUNTS for region in REGIONS]
        return lambda: (part for account in accounts for part in read(account))

    homes = {name for found in world.cluster.every("IngestBucket") for name in _buckets(found)}
    return [
        Place("files: logs, etcd's data, the wire, pods' volumes", tenant, lambda: files(world.platform.directory)),
        Place("pages of metrics: operator, upload API, doors", "cloister_", lambda: map(str.encode, pages())),
        Place("objects of S3 in buckets that are no client's", tenant, every(lambda account: _objects(account, homes))),
        Place("groups and filters of CloudWatch Logs", tenant, every(_groups)),
        Place("launch templates of EC2 with their user data", tenant, every(_templates)),
    ]


def _buckets(found: Object) -> Iterator[str]:
    """A client's own, and its copy in the recovery region."""
    for kind, _, name in (each["id"].partition("/") for each in found["status"]["resources"]):
        if kind in ("s3-bucket", "replica-bucket"):
            yield name


def _objects(account: Account, homes: set[str]) -> Iterator[bytes]:
    for bucket in account.s3.list_buckets(BucketRegion=account.region)["Buckets"]:
        if bucket["Name"] in homes:
            continue
        for page in account.s3.get_paginator("list_object_versions").paginate(Bucket=bucket["Name"]):
            for each in page.get("Versions", []):
                found = account.s3.get_object(Bucket=bucket["Name"], Key=each["Key"], VersionId=each["VersionId"])
                yield found["Body"].read()
                yield from as_bytes([each])


def _groups(account: Account) -> Iterator[bytes]:
    """The emulator keeps no events. What the API server would write into them is among the files: logs/audit.jsonl."""
    for page in account.logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            filters = account.logs.describe_metric_filters(logGroupName=group["logGroupName"])["metricFilters"]
            yield from as_bytes([group, *filters])


def _templates(account: Account) -> Iterator[bytes]:
    for page in account.ec2.get_paginator("describe_launch_template_versions").paginate(Versions=["$Latest"]):
        yield from as_bytes(page["LaunchTemplateVersions"])
