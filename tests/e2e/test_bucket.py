"""The client's bucket: its settings, and what becomes of those who try their luck."""

import json

import pytest

from e2e import manifests
from e2e.account import Account
from e2e.careless.act import Target
from e2e.refusal import DENIED, refused
from e2e.waiting import until
from e2e.world import EXAMPLES, World


@pytest.fixture
def acme(world: World) -> Target:
    world.onboard(EXAMPLES / "acme-health.yaml")
    return Target.of(world, "acme-health", "landing")


def _put(uploader: Account, target: Target, key: str) -> None:
    uploader.s3.put_object(
        Bucket=target.bucket_name,
        Key=key,
        Body=b"PHI",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=target.key_arn,
    )


def test_it_is_encrypted_versioned_logged_and_closed_to_the_public(acme: Target) -> None:
    s3, name = acme.aws.s3, acme.bucket_name
    (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": acme.key_arn,
    }
    assert rule["BucketKeyEnabled"]
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert s3.get_bucket_logging(Bucket=name)["LoggingEnabled"]["TargetBucket"] == (
        "cloister-logs-222222222222-us-east-1"
    )
    block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert list(block.values()) == [True] * 4
    (ownership,) = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
    assert ownership["ObjectOwnership"] == "BucketOwnerEnforced"


def test_it_archives_and_cleans_up(acme: Target) -> None:
    answer = acme.aws.s3.get_bucket_lifecycle_configuration(Bucket=acme.bucket_name)
    (rule,) = answer["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["Transitions"] == [{"Days": 90, "StorageClass": "GLACIER"}]
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 365
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}


def test_an_object_under_another_key_is_refused(acme: Target) -> None:
    other = acme.aws.kms.create_key()["KeyMetadata"]["Arn"]
    with refused(*DENIED):
        acme.aws.s3.put_object(
            Bucket=acme.bucket_name,
            Key="smuggled",
            Body=b"PHI",
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=other,
        )


def test_an_object_under_no_key_is_refused(acme: Target) -> None:
    uploader = acme.aws.as_role(acme.role("uploader"))
    with refused(*DENIED):
        uploader.s3.put_object(Bucket=acme.bucket_name, Key="plain", Body=b"PHI", ServerSideEncryption="AES256")


def test_asking_for_kms_without_naming_a_key_is_refused(acme: Target) -> None:
    """S3 would take the key that AWS manages, not the bucket's default."""
    uploader = acme.aws.as_role(acme.role("uploader"))
    with refused(*DENIED):
        uploader.s3.put_object(Bucket=acme.bucket_name, Key="vague", Body=b"PHI", ServerSideEncryption="aws:kms")


def test_nothing_passes_without_tls(acme: Target) -> None:
    uploader = acme.aws.as_role(acme.role("uploader"))
    with refused(*DENIED):
        uploader.insecure_s3.put_object(Bucket=acme.bucket_name, Key="open", Body=b"PHI")
    with refused(*DENIED):
        acme.aws.insecure_s3.get_bucket_policy(Bucket=acme.bucket_name)


def test_an_uploader_can_put_and_neither_read_nor_list(acme: Target) -> None:
    uploader = acme.aws.as_role(acme.role("uploader"))
    put = uploader.s3.put_object(Bucket=acme.bucket_name, Key="2026/one.csv", Body=b"PHI")
    assert put["SSEKMSKeyId"] == acme.key_arn
    with refused(*DENIED):
        uploader.s3.get_object(Bucket=acme.bucket_name, Key="2026/one.csv")
    with refused(*DENIED):
        uploader.s3.list_objects_v2(Bucket=acme.bucket_name)


def test_an_administrator_cannot_read_what_arrived(acme: Target) -> None:
    """Administering the key is not using it."""
    uploader = acme.aws.as_role(acme.role("uploader"))
    _put(uploader, acme, "2026/two.csv")
    with refused(*DENIED):
        acme.aws.s3.get_object(Bucket=acme.bucket_name, Key="2026/two.csv")


def test_an_arrival_is_told_on_an_encrypted_queue_with_a_dead_letter_queue(world: World) -> None:
    # No pipeline of this tenant hears it first.
    world.onboard(manifests.tenant("teller", "inbox"))
    teller = Target.of(world, "teller", "inbox")
    uploader = teller.aws.as_role(teller.role("uploader"))
    etl = teller.aws.as_role(teller.role("etl"))
    url = teller.aws.sqs.get_queue_url(QueueName=teller.queue_name)["QueueUrl"]
    attributes = teller.aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["KmsMasterKeyId"] == teller.key_arn
    dead_letters = json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"].rpartition(":")[2]
    dead_url = teller.aws.sqs.get_queue_url(QueueName=dead_letters)["QueueUrl"]
    dead = teller.aws.sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["All"])["Attributes"]
    assert dead["KmsMasterKeyId"] == teller.key_arn

    _put(uploader, teller, "2026/told.csv")

    def arrived() -> list[str]:
        told = etl.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        records = [r for message in told for r in json.loads(message["Body"]).get("Records", [])]
        return [record["s3"]["object"]["key"] for record in records]

    until("the arrival is told", arrived, lambda keys: "2026/told.csv" in keys, timeout=10)
    assert etl.s3.get_object(Bucket=teller.bucket_name, Key="2026/told.csv")["Body"].read() == b"PHI"
