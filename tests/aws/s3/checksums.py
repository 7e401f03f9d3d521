"""CRC64NVME of objects and parts: compared with what the caller says, kept, and shown.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
moto compares none, keeps none of parts, and lists parts by their place in the list, which is wrong once one is missing.
"""

import base64

from awscrt import checksums
from moto.s3.models import FakeBucket, FakeKey, FakeMultipart

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.fallback import MOTO
from aws.message import Response
from aws.registry import answers
from aws.s3 import gate, replication, xmldoc

HEADER = "x-amz-checksum-crc64nvme"
ELEMENT = "ChecksumCRC64NVME"
AT_MOST = 1000  # parts of a page


def encoded(value: int) -> str:
    return base64.b64encode(value.to_bytes(8, "big")).decode()


def compare(call: Call) -> str:
    """What S3 reckons itself, whatever it is told; told otherwise, it refuses."""
    found = encoded(checksums.crc64nvme(call.request.body))
    if call.header(HEADER) not in (None, found):
        raise AwsError("BadDigest", "The CRC64NVME you specified did not match the calculated checksum.")
    return found


def names_another(call: Call) -> bool:
    """By another algorithm, or in a trailer, both of which are moto's."""
    named = [name for name in call.request.headers if name.startswith("x-amz-checksum-") and name != HEADER]
    return bool(named) or call.header("x-amz-trailer") is not None


def keep(call: Call, bucket: FakeBucket, checksum: str) -> None:
    made = stores.s3(bucket.account_id).get_object(call.bucket, call.key)
    assert made is not None, "the object was just put"
    made.checksum_algorithm, made.checksum_type, made.checksum_value = "CRC64NVME", "FULL_OBJECT", checksum


def upload_of(call: Call, bucket: FakeBucket) -> FakeMultipart | None:
    found: FakeMultipart | None = bucket.multiparts.get(call.query.get("uploadId", ""))
    return found if found is not None and found.key_name == call.key else None


@answers("s3", "UploadPart")
def upload_part(call: Call) -> Response:
    bucket = gate.bucket(call)
    checksum = None if names_another(call) else compare(call)
    response = MOTO.answer(call)
    upload = upload_of(call, bucket)
    if response.status == 200 and upload is not None and checksum is not None:
        upload.parts[int(call.query["partNumber"])].checksum_value = checksum
        response.headers[HEADER] = checksum
    return response


@answers("s3", "ListParts")
def list_parts(call: Call) -> Response:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html"""
    upload = upload_of(call, gate.bucket(call))
    if upload is None:
        raise no_such_upload(call)
    marker = int(call.query.get("part-number-marker", 0))
    most = min(int(call.query.get("max-parts", AT_MOST)), AT_MOST)
    later = [(number, part) for number, part in sorted(upload.parts.items()) if number > marker]
    page = later[:most]
    facts = {"Bucket": call.bucket, "Key": call.key, "UploadId": upload.id, "PartNumberMarker": str(marker)}
    facts |= {"NextPartNumberMarker": str(page[-1][0])} if page else {}
    facts |= {"MaxParts": str(most)}
    truncated = xmldoc.tag("IsTruncated", len(later) > len(page))
    parts = "".join(f"<Part>{_listed(number, part)}</Part>" for number, part in page)
    return xmldoc.answer(xmldoc.document("ListPartsResult", xmldoc.tags(facts) + truncated + parts))


def _listed(number: int, part: FakeKey) -> str:
    facts = {"PartNumber": str(number), "LastModified": part.last_modified_ISO8601, "ETag": part.etag}
    shown = {ELEMENT: part.checksum_value} if part.checksum_value else {}
    return xmldoc.tags(facts | {"Size": str(part.size)} | shown)


@answers("s3", "CompleteMultipartUpload")
def complete(call: Call) -> Response:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html"""
    bucket = gate.bucket(call)
    upload = upload_of(call, bucket)
    # What was completed before is answered again by moto, as by S3.
    checksum = _whole(call, upload) if upload is not None else None
    response = MOTO.answer(call)
    if response.status == 200 and checksum is not None:
        keep(call, bucket, checksum)
    if response.status == 200:
        replication.begin(bucket, call.key)
    return response


def _whole(call: Call, upload: FakeMultipart) -> str | None:
    if upload.metadata.get("x-amz-checksum-algorithm", "CRC64NVME") != "CRC64NVME":
        return None
    value, size = 0, 0
    for node in xmldoc.parse(call.request.body, "CompleteMultipartUpload").findall("Part"):
        part = upload.parts.get(xmldoc.number(node, "PartNumber") or 0)
        if part is None or xmldoc.text(node, ELEMENT) not in (None, part.checksum_value):
            raise AwsError("InvalidPart", "One or more of the specified parts could not be found.")
        value, size = checksums.crc64nvme(part.value, value), size + part.size
    if call.header("x-amz-mp-object-size") not in (None, str(size)):
        raise AwsError("InvalidRequest", "The provided 'x-amz-mp-object-size' header does not match what was computed.")
    if call.header(HEADER) not in (None, encoded(value)):
        raise AwsError("BadDigest", "The CRC64NVME you specified did not match the calculated checksum.")
    return encoded(value)


def no_such_upload(call: Call) -> AwsError:
    message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted"
    return AwsError("NoSuchUpload", f"{message} or completed.", 404, UploadId=call.query.get("uploadId", ""))
