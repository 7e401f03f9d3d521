"""CRC64NVME. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html"""

from typing import Any

import pytest

from aws.conftest import Emulator, refused

PART = 5 << 20
OF_DIGITS = "rosUhgp5mIg="  # of b"123456789", CRC-64/NVME's check value
OTHER = "AAAAAAAAAAA="


@pytest.fixture
def s3(aws: Emulator) -> Any:
    client = aws.client("s3")
    client.create_bucket(Bucket="bucket")
    return client


def of_whole(s3: Any) -> str:
    found: str = s3.head_object(Bucket="bucket", Key="k", ChecksumMode="ENABLED")["ChecksumCRC64NVME"]
    return found


def begin(s3: Any, **more: str) -> dict[str, str]:
    given = {"ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "FULL_OBJECT"} | more
    made = s3.create_multipart_upload(Bucket="bucket", Key="k", **given)
    return {"Bucket": "bucket", "Key": "k", "UploadId": made["UploadId"]}


def test_an_object_whose_checksum_is_another_is_refused(s3: Any) -> None:
    with refused("BadDigest", 400):
        s3.put_object(Bucket="bucket", Key="k", Body=b"123456789", ChecksumCRC64NVME=OTHER)
    s3.put_object(Bucket="bucket", Key="k", Body=b"123456789", ChecksumCRC64NVME=OF_DIGITS)
    assert of_whole(s3) == OF_DIGITS


def test_parts_are_compared_and_shown(s3: Any) -> None:
    upload = begin(s3)
    with refused("BadDigest", 400):
        s3.upload_part(**upload, PartNumber=1, Body=b"123456789", ChecksumCRC64NVME=OTHER)
    s3.upload_part(**upload, PartNumber=7, Body=b"123456789", ChecksumCRC64NVME=OF_DIGITS)
    s3.upload_part(**upload, PartNumber=9, Body=b"123456789", ChecksumCRC64NVME=OF_DIGITS)
    listed = s3.list_parts(**upload)["Parts"]
    assert [(part["PartNumber"], part["Size"], part["ChecksumCRC64NVME"]) for part in listed] == [
        (7, 9, OF_DIGITS),
        (9, 9, OF_DIGITS),
    ]


def test_pages_of_parts_go_by_number(s3: Any) -> None:
    """moto takes the marker for a place in its list."""
    upload = begin(s3)
    for number in (2, 5, 8):
        s3.upload_part(**upload, PartNumber=number, Body=b"x")
    pages = s3.get_paginator("list_parts").paginate(**upload, PaginationConfig={"PageSize": 2})
    assert [[part["PartNumber"] for part in page["Parts"]] for page in pages] == [[2, 5], [8]]


def test_the_whole_is_compared_when_parts_are_joined(s3: Any) -> None:
    upload = begin(s3)
    bodies = {1: b"1" * PART, 2: b"23456789"}
    parts = [
        {"PartNumber": number, "ETag": s3.upload_part(**upload, PartNumber=number, Body=body)["ETag"]}
        for number, body in bodies.items()
    ]
    joined = {"MultipartUpload": {"Parts": parts}}
    with refused("BadDigest", 400):
        s3.complete_multipart_upload(**upload, **joined, ChecksumCRC64NVME=OTHER)
    with refused("InvalidRequest", 400):
        s3.complete_multipart_upload(**upload, **joined, MpuObjectSize=5)
    wrong = [parts[0] | {"ChecksumCRC64NVME": OTHER}, parts[1]]
    with refused("InvalidPart", 400):
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": wrong})
    s3.complete_multipart_upload(**upload, **joined, MpuObjectSize=PART + 8)
    whole = of_whole(s3)
    s3.put_object(Bucket="bucket", Key="k", Body=bodies[1] + bodies[2], ChecksumAlgorithm="CRC64NVME")
    assert of_whole(s3) == whole


def test_parts_of_an_upload_that_is_not_there_are_not_listed(s3: Any) -> None:
    upload = begin(s3)
    with refused("NoSuchUpload", 404):
        s3.list_parts(**(upload | {"UploadId": "other"}))
    with refused("NoSuchUpload", 404):
        s3.list_parts(**(upload | {"Key": "other"}))
    s3.abort_multipart_upload(**upload)
    with refused("NoSuchUpload", 404):
        s3.list_parts(**upload)
