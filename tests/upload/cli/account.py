"""A tenant's bucket in the emulator, as the operator makes it, and sessions of its uploader role."""

from typing import Any

from botocore.exceptions import ClientError

from aws.conftest import PRODUCTION, Emulator, allow, document, trusting

BUCKET = "acme-landing"


class Account:
    """`endpoint` is where the command finds S3, such as a proxy of the test's before the emulator."""

    def __init__(self, aws: Emulator) -> None:
        self.aws = aws
        self.endpoint: str = aws.described["endpoint"]
        s3 = aws.client("s3")
        self.key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
        s3.create_bucket(Bucket=BUCKET)
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key}
        rules = [{"ApplyServerSideEncryptionByDefault": rule, "BucketKeyEnabled": True}]
        s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": rules})
        iam = aws.client("iam")
        root = f"arn:aws:iam::{PRODUCTION}:root"
        iam.create_role(RoleName="uploader", AssumeRolePolicyDocument=trusting(root))
        iam.put_role_policy(RoleName="uploader", PolicyName="put", PolicyDocument=self._policy(""))
        self.s3 = s3
        self.sts = aws.client("sts", aws.credentials(role="root"))
        self.since: int = aws.control("GET", "/calls")["last"]  # the log outlives a reset

    def _policy(self, prefix: str) -> str:
        """Put only: neither list nor read."""
        put = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]
        use = allow(["kms:Decrypt", "kms:GenerateDataKey"], self.key)
        return document(allow(put, f"arn:aws:s3:::{BUCKET}/{prefix}*"), use)

    def destination(self, prefix: str) -> dict[str, Any]:
        found = {"bucket": BUCKET, "prefix": prefix, "region": "us-east-1", "kmsKeyArn": self.key}
        return found | {"writeOnce": False, "endpoint": self.endpoint}

    def session(self, prefix: str) -> dict[str, str]:
        role = f"arn:aws:iam::{PRODUCTION}:role/uploader"
        answer = self.sts.assume_role(RoleArn=role, RoleSessionName="upload", Policy=self._policy(prefix))
        given = answer["Credentials"]
        return {
            "accessKeyId": given["AccessKeyId"],
            "secretAccessKey": given["SecretAccessKey"],
            "sessionToken": given["SessionToken"],
            "expiration": given["Expiration"].isoformat(),
        }

    def head(self, key: str, version: str | None) -> dict[str, Any] | None:
        more = {"VersionId": version} if version else {}
        try:
            found = self.s3.head_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED", **more)
        except ClientError:
            return None
        checksum = found.get("ChecksumCRC64NVME")
        return {"size": found["ContentLength"], "checksum": checksum, "version": found["VersionId"]}

    def objects(self) -> dict[str, bytes]:
        """By key below the upload's prefix; each has one version, or something was sent twice."""
        listed = self.s3.list_object_versions(Bucket=BUCKET).get("Versions", [])
        found: dict[str, bytes] = {}
        for version in listed:
            path = version["Key"].split("/", 2)[2]
            assert path not in found, f"{path} has two versions"
            found[path] = self.s3.get_object(Bucket=BUCKET, Key=version["Key"])["Body"].read()
        return found

    def unfinished(self) -> list[str]:
        return [upload["Key"] for upload in self.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])]

    def parts_of_unfinished(self) -> list[int]:
        listed = self.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
        uploads = [{"Bucket": BUCKET, "Key": upload["Key"], "UploadId": upload["UploadId"]} for upload in listed]
        return [part["PartNumber"] for upload in uploads for part in self.s3.list_parts(**upload).get("Parts", [])]

    def calls(self, operation: str) -> list[dict[str, Any]]:
        return self.aws.calls(self.since, service="s3", operation=operation)
