"""One version of an object copied within S3, which reads and writes it by itself."""

from typing import TYPE_CHECKING

from cloister_etl.s3.objects import S3Object
from cloister_etl.s3.write import encrypted

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, CopySourceTypeDef

# "You can copy an object up to 5 GB in size in a single atomic action"; what is larger goes in parts.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
LARGEST = 5 * 1024**3
PART = 1024**3


def copy(
    s3: "S3Client",
    source: S3Object,
    bucket: str,
    key: str,
    key_arn: str,
    metadata: dict[str, str] | None = None,
    largest: int = LARGEST,
    part: int = PART,
) -> None:
    place: CopySourceTypeDef = {"Bucket": source.bucket, "Key": source.key, "VersionId": source.version_id}
    if source.size > largest:
        _in_parts(s3, source, place, bucket, key, key_arn, metadata or {}, part)
        return
    s3.copy_object(
        Bucket=bucket,
        Key=key,
        CopySource=place,
        CopySourceIfMatch=f'"{source.etag}"',
        Metadata=metadata or {},
        MetadataDirective="REPLACE",
        **encrypted(key_arn),
    )


def _in_parts(
    s3: "S3Client",
    source: S3Object,
    place: "CopySourceTypeDef",
    bucket: str,
    key: str,
    key_arn: str,
    metadata: dict[str, str],
    part: int,
) -> None:
    """What a broken copy leaves is ended by the bucket's lifecycle."""
    made = s3.create_multipart_upload(Bucket=bucket, Key=key, Metadata=metadata, **encrypted(key_arn))
    parts: list[CompletedPartTypeDef] = []
    for start in range(0, source.size, part):
        number = len(parts) + 1
        answer = s3.upload_part_copy(
            Bucket=bucket,
            Key=key,
            UploadId=made["UploadId"],
            PartNumber=number,
            CopySource=place,
            CopySourceIfMatch=f'"{source.etag}"',
            CopySourceRange=f"bytes={start}-{min(start + part, source.size) - 1}",
        )
        parts.append({"ETag": answer["CopyPartResult"]["ETag"], "PartNumber": number})
    s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=made["UploadId"], MultipartUpload={"Parts": parts})
