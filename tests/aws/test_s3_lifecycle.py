"""Lifecycle rules. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html"""

from typing import Any

import pytest

from aws.conftest import Emulator, refused


@pytest.fixture
def s3(aws: Emulator) -> Any:
    client = aws.client("s3")
    client.create_bucket(Bucket="bucket")
    return client


def put(s3: Any, *rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    complete = [{"Status": "Enabled", "Filter": {}} | rule for rule in rules]
    s3.put_bucket_lifecycle_configuration(Bucket="bucket", LifecycleConfiguration={"Rules": complete}, **more)
    found: dict[str, Any] = s3.get_bucket_lifecycle_configuration(Bucket="bucket")
    return found


def test_every_field_is_read_back(s3: Any) -> None:
    rule = {
        "ID": "archive",
        "Status": "Enabled",
        "Filter": {"And": {"Prefix": "in/", "ObjectSizeGreaterThan": 131072, "ObjectSizeLessThan": 10**12}},
        "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}],
        "NoncurrentVersionTransitions": [
            {"NoncurrentDays": 30, "StorageClass": "GLACIER", "NewerNoncurrentVersions": 2}
        ],
        "NoncurrentVersionExpiration": {"NoncurrentDays": 365, "NewerNoncurrentVersions": 5},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        "Expiration": {"Days": 2555},
    }
    other = {
        "ID": "markers",
        "Filter": {"Prefix": ""},
        "Status": "Disabled",
        "Expiration": {"ExpiredObjectDeleteMarker": True},
    }
    found = put(s3, rule, other, TransitionDefaultMinimumObjectSize="varies_by_storage_class")
    assert found["Rules"] == [rule, other]
    assert found["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"
    assert put(s3, rule)["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K", "the default"


def test_a_rule_without_an_id_is_given_one(s3: Any) -> None:
    (rule,) = put(s3, {"Expiration": {"Days": 1}})["Rules"]
    assert rule["ID"]


def test_it_is_deleted(s3: Any) -> None:
    put(s3, {"Expiration": {"Days": 1}})
    s3.delete_bucket_lifecycle(Bucket="bucket")
    with refused("NoSuchLifecycleConfiguration", 404):
        s3.get_bucket_lifecycle_configuration(Bucket="bucket")


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({}, "InvalidRequest"),  # no action
        ({"Expiration": {"Days": 0}}, "InvalidArgument"),
        ({"Expiration": {"Days": 5, "ExpiredObjectDeleteMarker": True}}, "MalformedXML"),
        ({"Transitions": [{"Days": 29, "StorageClass": "STANDARD_IA"}]}, "InvalidArgument"),
        ({"Transitions": [{"Days": 1, "StorageClass": "ATTIC"}]}, "MalformedXML"),
        ({"Transitions": [{"StorageClass": "GLACIER"}]}, "MalformedXML"),
        ({"Transitions": [{"Days": 90, "StorageClass": "GLACIER"}], "Expiration": {"Days": 90}}, "InvalidArgument"),
        ({"NoncurrentVersionExpiration": {"NewerNoncurrentVersions": 3}}, "MalformedXML"),
        ({"NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 101}}, "InvalidArgument"),
        ({"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 0}}, "InvalidArgument"),
        (
            {
                "Filter": {"Tag": {"Key": "a", "Value": "b"}},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
            },
            "InvalidRequest",
        ),
        ({"Filter": {"And": {"Prefix": "a"}}, "Expiration": {"Days": 1}}, "MalformedXML"),
        ({"ID": "x" * 256, "Expiration": {"Days": 1}}, "InvalidArgument"),
        ({"Status": "Perhaps", "Expiration": {"Days": 1}}, "MalformedXML"),
    ],
)
def test_wrong_rules_are_refused(s3: Any, rule: dict[str, Any], code: str) -> None:
    """Also https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html"""
    with refused(code, 400):
        put(s3, rule)


def test_ids_are_unique(s3: Any) -> None:
    with refused("InvalidArgument", says="Rule ID must be unique"):
        put(s3, {"ID": "a", "Expiration": {"Days": 1}}, {"ID": "a", "Expiration": {"Days": 2}})


def test_glacier_takes_day_zero(s3: Any) -> None:
    put(s3, {"Transitions": [{"Days": 0, "StorageClass": "GLACIER"}]})
