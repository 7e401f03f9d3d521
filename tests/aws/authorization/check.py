"""Every call passes here before it is performed."""

from collections.abc import Callable

from aws.authorization import (
    cloudtrail,
    dynamodb,
    ec2,
    events,
    iam,
    kms,
    logs,
    monitoring,
    redshift,
    redshift_data,
    s3,
    s3control,
    sqs,
)
from aws.authorization.demand import Demand, require
from aws.call import Call

# What anyone with credentials may do: sts:GetCallerIdentity "can be called even with an explicit deny"; AssumeRole
# and its like are decided with the role's trust policy at hand, in their handlers.
OPEN = {("sts", "GetCallerIdentity"), ("sts", "AssumeRole"), ("sts", "AssumeRoleWithWebIdentity")}
PREFIXES = {"tagging": "tag"}  # services whose actions are not named as they sign

SERVICES: dict[str, Callable[[Call], list[Demand]]] = {
    "s3": s3.demands,
    "s3control": s3control.demands,
    "kms": kms.demands,
    "iam": iam.demands,
    "sqs": sqs.demands,
    "dynamodb": dynamodb.demands,
    "events": events.demands,
    "logs": logs.demands,
    "monitoring": monitoring.demands,
    "cloudtrail": cloudtrail.demands,
    "redshift-data": redshift_data.demands,
    "redshift": redshift.demands,
    "ec2": ec2.demands,
}


def check(call: Call) -> None:
    if (call.service, call.operation) in OPEN:
        return
    demands = SERVICES.get(call.service, of_any_service)
    for demand in demands(call):
        require(call, demand)


def of_any_service(call: Call) -> list[Demand]:
    return [Demand(f"{PREFIXES.get(call.service, call.service)}:{call.operation}", "*", call.account)]
