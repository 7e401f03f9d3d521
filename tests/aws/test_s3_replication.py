"""Copies of objects in another region."""

import time
from typing import Any

import pytest

from aws.conftest import PRODUCTION, Emulator, allow, document, refused

ROLE = f"arn:aws:iam::{PRODUCTION}:role/copies"
READ = allow("s3:GetObjectVersionForReplication", "arn:aws:s3:::here/*")
WRITE = allow(["s3:ReplicateObject", "s3:ReplicateDelete"], "arn:aws:s3:::there/*")


def copying(aws: Emulator, *statements: dict[str, Any], markers: str = "Enabled") -> tuple[Any, Any]:
    here, there = aws.client("s3"), aws.client("s3", region="us-west-2")
    here.create_bucket(Bucket="here")
    there.create_bucket(Bucket="there", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    trust = document({"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"})
    iam = aws.client("iam")
    iam.create_role(RoleName="copies", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName="copies", PolicyName="p", PolicyDocument=document(*statements))
    rule = {
        "ID": "r", "Priority": 1, "Status": "Enabled", "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": markers}, "Destination": {"Bucket": "arn:aws:s3:::there"},
    }  # fmt: skip
    wanted = {"Role": ROLE, "Rules": [rule]}
    with refused("InvalidRequest", says="Versioning"):
        here.put_bucket_replication(Bucket="here", ReplicationConfiguration=wanted)
    for client, name in ((here, "here"), (there, "there")):
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    here.put_bucket_replication(Bucket="here", ReplicationConfiguration=wanted)
    assert here.get_bucket_replication(Bucket="here")["ReplicationConfiguration"] == wanted
    return here, there


def settled(here: Any) -> str:
    for _ in range(50):
        said: str = here.head_object(Bucket="here", Key="k")["ReplicationStatus"]
        if said != "PENDING":
            return said
        time.sleep(0.1)
    raise AssertionError("it is still pending")


def test_a_new_object_arrives_as_the_same_version(aws: Emulator) -> None:
    here, there = copying(aws, READ, WRITE)
    version = here.put_object(Bucket="here", Key="k", Body=b"body")["VersionId"]
    assert settled(here) == "COMPLETED"
    found = there.get_object(Bucket="there", Key="k")
    assert (found["Body"].read(), found["VersionId"], found["ReplicationStatus"]) == (b"body", version, "REPLICA")


def test_a_role_that_may_not_copies_nothing(aws: Emulator) -> None:
    here, there = copying(aws, READ)
    here.put_object(Bucket="here", Key="k", Body=b"body")
    assert settled(here) == "FAILED"
    with refused("404", 404):
        there.head_object(Bucket="there", Key="k")


def test_what_was_uploaded_in_parts_arrives_whole(aws: Emulator) -> None:
    here, there = copying(aws, READ, WRITE)
    upload = here.create_multipart_upload(Bucket="here", Key="k")["UploadId"]
    place = {"Bucket": "here", "Key": "k", "UploadId": upload}
    bodies = [b"a" * 5 * 1024 * 1024, b"b"]
    parts = [
        {"PartNumber": n, "ETag": here.upload_part(**place, PartNumber=n, Body=body)["ETag"]}
        for n, body in enumerate(bodies, 1)
    ]
    version = here.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})["VersionId"]
    assert settled(here) == "COMPLETED"
    found = there.get_object(Bucket="there", Key="k")
    assert (found["Body"].read(), found["VersionId"]) == (b"".join(bodies), version)


@pytest.mark.parametrize("markers", ["Enabled", "Disabled"])
def test_a_delete_marker_is_copied_only_where_the_rule_says_so(aws: Emulator, markers: str) -> None:
    here, there = copying(aws, READ, WRITE, markers=markers)
    version = here.put_object(Bucket="here", Key="k", Body=b"body")["VersionId"]
    assert settled(here) == "COMPLETED"
    marker = here.delete_object(Bucket="here", Key="k")["VersionId"]
    time.sleep(0.5)
    held = there.list_object_versions(Bucket="there")
    assert [one["VersionId"] for one in held.get("DeleteMarkers", [])] == ([marker] if markers == "Enabled" else [])
    # Who removes a version here removes no copy.
    here.delete_object(Bucket="here", Key="k", VersionId=version)
    time.sleep(0.5)
    held = there.list_object_versions(Bucket="there")
    assert [one["VersionId"] for one in held["Versions"]] == [version]


def test_while_there_is_a_rule_versioning_is_not_suspended(aws: Emulator) -> None:
    here, _ = copying(aws, READ, WRITE)
    off = {"Bucket": "here", "VersioningConfiguration": {"Status": "Suspended"}}
    with refused("InvalidBucketState", 409):
        here.put_bucket_versioning(**off)
    here.delete_bucket_replication(Bucket="here")
    here.put_bucket_versioning(**off)


def test_who_may_not_pass_the_role_makes_no_rule_with_it(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html"""
    here, _ = copying(aws, READ, WRITE)
    rule = here.get_bucket_replication(Bucket="here")["ReplicationConfiguration"]
    without = _of_role(aws, "without", allow("s3:*"))
    with refused("AccessDenied", 403, "iam:PassRole"):
        without.put_bucket_replication(Bucket="here", ReplicationConfiguration=rule)
    to_s3 = {"StringEquals": {"iam:PassedToService": "s3.amazonaws.com"}}
    passing = _of_role(aws, "passing", allow("s3:*"), allow("iam:PassRole", ROLE, Condition=to_s3))
    passing.put_bucket_replication(Bucket="here", ReplicationConfiguration=rule)


def _of_role(aws: Emulator, name: str, *statements: dict[str, Any]) -> Any:
    """A client of a role that is allowed just this."""
    root = {"AWS": f"arn:aws:iam::{PRODUCTION}:root"}
    trust = document({"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"})
    iam = aws.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(*statements))
    return aws.client("s3", aws.credentials(role=name))
