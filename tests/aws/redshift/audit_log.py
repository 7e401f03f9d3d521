"""Audit logging of a cluster, to CloudWatch Logs or to a bucket.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_EnableLogging.html
https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html
To CloudWatch Logs they go to /aws/redshift/cluster/IDENTIFIER/LOG, groups that Redshift makes where they are not.
The user activity log is empty unless the parameter enable_user_activity_logging is true too.
"""

from typing import Any

from aws import stores
from aws.call import Call
from aws.logs.groups import exported_to
from aws.redshift import clock, states
from aws.redshift.names import arn
from aws.redshift.records import Settings
from aws.redshift.wire import Arguments, conflicting, fault, invalid, operation
from aws.service_access import may_put_objects

LACKS = frozenset({"S3TableKmsKeyId", "S3TableGranularity"})
EXPORTS = ("connectionlog", "useractivitylog", "userlog")
SERVICE = "redshift.amazonaws.com"


def _exports(given: Arguments) -> list[str]:
    found: list[str] = given.get("LogExports") or []
    if unknown := set(found) - set(EXPORTS):
        raise invalid(f"Invalid log exports: {', '.join(sorted(unknown))}")
    return sorted(set(found))


def _status(logging: Settings) -> dict[str, Any]:
    return {"LoggingEnabled": bool(logging)} | logging


@operation("EnableLogging", LACKS)
def enable_logging(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    cluster = states.ready(here, given["ClusterIdentifier"])
    destination = given.get("LogDestinationType", "s3")
    exports = _exports(given)
    if destination == "cloudwatch":
        if given.get("BucketName") or given.get("S3KeyPrefix"):
            raise conflicting("BucketName and S3KeyPrefix cannot be given for the log destination cloudwatch.")
        if not exports:
            raise conflicting("LogExports must be given for the log destination cloudwatch.")
        cluster.logging = {"LogDestinationType": destination, "LogExports": exports}
        for log in exports:
            exported_to(cluster.account, cluster.region, f"/aws/redshift/cluster/{cluster.identifier}/{log}")
    elif destination == "s3":
        source = arn("cluster", cluster.account, cluster.region, cluster.identifier)
        cluster.logging = _to_bucket(call, given, source) | ({"LogExports": exports} if exports else {})
    else:
        raise invalid(f"the emulator does not implement the log destination {destination}")
    return _status(cluster.logging)


def _to_bucket(call: Call, given: Arguments, source: str) -> Settings:
    name, prefix = given.get("BucketName") or "", given.get("S3KeyPrefix") or ""
    bucket = stores.bucket(name)
    if not name:
        raise fault("InvalidS3BucketNameFault")
    if bucket is None or bucket.region_name != call.region:
        raise fault("BucketNotFoundFault")
    if not may_put_objects(SERVICE, source, call.account, name, f"{prefix}AWSLogs/{call.account}/redshift/test"):
        raise fault("InsufficientS3BucketPolicyFault")
    return {"LogDestinationType": "s3", "BucketName": name} | ({"S3KeyPrefix": prefix} if prefix else {})


@operation("DisableLogging")
def disable_logging(call: Call, given: Arguments) -> dict[str, Any]:
    """Of all logs: "When omitted, the operation disables audit logging"; with LogExports, of those."""
    here = clock.current(call.account, call.region)
    cluster = states.ready(here, given["ClusterIdentifier"])
    stopped = _exports(given)
    left = [each for each in cluster.logging.get("LogExports", []) if each not in stopped]
    cluster.logging = cluster.logging | {"LogExports": left} if stopped and left else {}
    return _status(cluster.logging)


@operation("DescribeLoggingStatus")
def describe_logging_status(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    return _status(clock.find(here, given["ClusterIdentifier"]).logging)
