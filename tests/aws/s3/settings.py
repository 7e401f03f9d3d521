"""The small settings: versioning, public access block, object ownership, ACL."""

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.message import Response
from aws.registry import answers
from aws.s3 import gate, xmldoc
from aws.s3.buckets import BLOCKED, OWNERSHIP


@answers("s3", "GetBucketVersioning")
def get_bucket_versioning(call: Call) -> Response:
    status = gate.bucket(call).versioning_status
    return xmldoc.answer(xmldoc.document("VersioningConfiguration", xmldoc.tag("Status", status) if status else ""))


@answers("s3", "PutBucketVersioning")
def put_bucket_versioning(call: Call) -> Response:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html"""
    bucket = gate.bucket(call)
    tree = xmldoc.parse(call.request.body, "VersioningConfiguration")
    xmldoc.only(tree, "Status", "MfaDelete", "MFADelete")
    status = xmldoc.text(tree, "Status")
    if status not in ("Enabled", "Suspended"):
        raise AwsError("IllegalVersioningConfigurationException", "The Versioning element must be specified")
    if bucket.object_lock_enabled and status == "Suspended":
        raise AwsError(
            "InvalidBucketState",
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
            409,
        )
    if status == "Suspended" and "replication" in stores.bucket_record(bucket).documents:
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-and-other-bucket-configs.html
        raise AwsError(
            "InvalidBucketState",
            "A replication configuration is present on this bucket, so you cannot change the versioning state. "
            "To change the versioning state, first delete the replication configuration.",
            409,
        )
    bucket.versioning_status = status
    return Response(200)


@answers("s3", "GetPublicAccessBlock")
def get_public_access_block(call: Call) -> Response:
    block = stores.bucket_record(gate.bucket(call)).block
    if not block:
        raise AwsError(
            "NoSuchPublicAccessBlockConfiguration",
            "The public access block configuration was not found",
            404,
            BucketName=call.bucket,
        )
    content = "".join(xmldoc.tag(name, block[name]) for name in BLOCKED)
    return xmldoc.answer(xmldoc.document("PublicAccessBlockConfiguration", content))


@answers("s3", "PutPublicAccessBlock")
def put_public_access_block(call: Call) -> Response:
    """What is left out is false. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html"""
    tree = xmldoc.parse(call.request.body, "PublicAccessBlockConfiguration")
    xmldoc.only(tree, *BLOCKED)
    stores.bucket_record(gate.bucket(call)).block = {name: xmldoc.flag(tree, name) for name in BLOCKED}
    return Response(200)


@answers("s3", "DeletePublicAccessBlock")
def delete_public_access_block(call: Call) -> Response:
    stores.bucket_record(gate.bucket(call)).block = {}
    return Response(204)


@answers("s3", "GetBucketOwnershipControls")
def get_ownership_controls(call: Call) -> Response:
    ownership = stores.bucket_record(gate.bucket(call)).ownership
    if not ownership:
        raise AwsError(
            "OwnershipControlsNotFoundError",
            "The bucket ownership controls were not found",
            404,
            BucketName=call.bucket,
        )
    content = f"<Rule>{xmldoc.tag('ObjectOwnership', ownership)}</Rule>"
    return xmldoc.answer(xmldoc.document("OwnershipControls", content))


@answers("s3", "PutBucketOwnershipControls")
def put_ownership_controls(call: Call) -> Response:
    tree = xmldoc.parse(call.request.body, "OwnershipControls")
    rules = tree.findall("Rule")
    if len(rules) != 1:
        raise xmldoc.malformed()
    stores.bucket_record(gate.bucket(call)).ownership = xmldoc.choice(rules[0], "ObjectOwnership", *OWNERSHIP)
    return Response(200)


@answers("s3", "DeleteBucketOwnershipControls")
def delete_ownership_controls(call: Call) -> Response:
    stores.bucket_record(gate.bucket(call)).ownership = ""
    return Response(204)


@answers("s3", "GetBucketAcl")
def get_bucket_acl(call: Call) -> Response:
    """The owner has full control; no other ACL can be set here."""
    owner = xmldoc.tag("ID", gate.bucket(call).account_id * 5)
    grantee = (
        f'<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">{owner}</Grantee>'
    )
    grant = f"<Grant>{grantee}<Permission>FULL_CONTROL</Permission></Grant>"
    content = f"<Owner>{owner}</Owner><AccessControlList>{grant}</AccessControlList>"
    return xmldoc.answer(xmldoc.document("AccessControlPolicy", content))


@answers("s3", "PutBucketAcl", "PutObjectAcl")
def put_acl(call: Call) -> Response:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html"""
    if stores.bucket_record(gate.bucket(call)).ownership == "BucketOwnerEnforced":
        raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs")
    raise AwsError("NotImplemented", "the emulator has no ACLs; keep BucketOwnerEnforced", 501)
