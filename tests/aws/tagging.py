"""The tagging API's GetResources over S3, KMS, SQS, DynamoDB, EventBridge, Redshift, CloudWatch, its Logs, CloudTrail and EC2.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
Resources of the caller's account in the region that is asked; roles and policies are not among them (IAM is global and
answers its tags itself).
"""

import base64
from collections.abc import Iterator
from typing import Any

from aws import stores
from aws.call import Call
from aws.cloudtrail.records import trails
from aws.dynamodb.records import look
from aws.ec2 import clock as instance_clock
from aws.ec2 import names
from aws.errors import AwsError
from aws.events.records import rules
from aws.logs.records import groups
from aws.monitoring.records import alarms
from aws.redshift import clock
from aws.redshift.tags import resources as cluster_resources
from aws.registry import answers

Found = tuple[str, str, dict[str, str]]  # type, ARN, tags


def tagged(account: str, region: str) -> Iterator[Found]:
    for key in stores.kms(account, region).keys.values():
        yield "kms:key", key.arn, stores.key_record(key).tags
    for bucket in stores.s3(account).buckets.values():
        if bucket.region_name == region:
            yield "s3:bucket", f"arn:aws:s3:::{bucket.name}", stores.bucket_record(bucket).tags
    for queue in stores.sqs(account, region).queues.values():
        yield "sqs:queue", queue.queue_arn, stores.queue_record(queue).tags
    for group in groups(account, region).values():
        yield "logs:log-group", group.arn, group.tags
    for alarm in alarms(account, region).values():
        yield "cloudwatch:alarm", alarm.arn, alarm.tags
    for name in list(stores.dynamodb(account, region).tables):
        if (table := look(account, region, name)) is not None:
            yield "dynamodb:table", table.table_arn, stores.table_record(table).tags
    for rule in rules(account, region).values():
        yield "events:rule", rule.arn, rule.tags
    for trail in trails(account, region).values():
        yield "cloudtrail:trail", trail.arn, trail.tags
    for kind, arn, found in cluster_resources(clock.current(account, region), account, region):
        yield f"redshift:{kind}", arn, found.tags
    here = instance_clock.current(account, region)
    for identifier in (*here.instances, *here.volumes, *here.templates, *here.hosts):
        known = names.find(here, identifier)
        assert known is not None
        kind = names.RESOURCES[names.prefix(identifier)]
        yield f"ec2:{kind}", names.arn(account, region, identifier), known.tags


def of_type(kind: str, wanted: list[str]) -> bool:
    """`s3` is every type of the service, `kms:key` the one. SQS and S3 are asked for by service name alone."""
    return not wanted or kind in wanted or kind.partition(":")[0] in wanted


def matches(tags: dict[str, str], filters: list[dict[str, Any]]) -> bool:
    return all(one["Key"] in tags and (not one.get("Values") or tags[one["Key"]] in one["Values"]) for one in filters)


@answers("tagging", "GetResources")
def get_resources(call: Call) -> dict[str, Any]:
    filters = call.param("TagFilters") or []
    kinds = call.param("ResourceTypeFilters") or []
    arns = call.param("ResourceARNList") or []
    if arns and (filters or kinds or call.param("ResourcesPerPage")):
        raise AwsError("InvalidParameterException", "ResourceARNList cannot be combined with other filters")
    size = int(call.param("ResourcesPerPage") or 50)
    if not 1 <= size <= 100:
        raise AwsError("InvalidParameterException", "ResourcesPerPage must be between 1 and 100")
    found = sorted(
        (arn, tags)
        for kind, arn, tags in tagged(call.account, call.region)
        if tags and of_type(kind, kinds) and matches(tags, filters) and (not arns or arn in arns)
    )
    after = _after(call.param("PaginationToken") or "")
    rest = [(arn, tags) for arn, tags in found if arn > after]
    page = rest[:size]
    token = base64.b64encode(page[-1][0].encode()).decode() if len(rest) > size else ""
    view = [
        {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
        for arn, tags in page
    ]
    return {"PaginationToken": token, "ResourceTagMappingList": view}


def _after(token: str) -> str:
    try:
        return base64.b64decode(token, validate=True).decode()
    except ValueError as error:
        raise AwsError("PaginationTokenExpiredException", "the token is not one of ours") from error
