"""CreateFlowLogs into a bucket, which may be another account's; what is made is moto's.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html
https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
"""

from typing import Any

from moto.ec2.models.flow_logs import FlowLogs

from aws import network, stores
from aws.call import Call
from aws.ec2 import names, tags
from aws.ec2.wire import Arguments, invalid, operation
from aws.errors import AwsError
from aws.service_access import may_deliver

SERVICE = "delivery.logs.amazonaws.com"
FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} "
    "${bytes} ${start} ${end} ${action} ${log-status}"
)


@operation(
    *("CreateFlowLogs", "LogDestination", "LogDestinationType", "MaxAggregationInterval", "ResourceIds"),
    *("ResourceType", "TagSpecifications", "TrafficType"),
)
def create_flow_logs(call: Call, given: Arguments) -> dict[str, Any]:
    if given.get("ResourceType") != "VPC" or given.get("LogDestinationType") != "s3":
        raise AwsError("NotImplemented", "the emulator has flow logs of VPCs into buckets only", 501)
    if given.get("TrafficType") not in ("ALL", "ACCEPT", "REJECT"):
        raise invalid(f"Value ({given.get('TrafficType')}) for parameter trafficType is invalid.")
    into, traffic = given["LogDestination"].rstrip("/"), given["TrafficType"]
    seconds = given.get("MaxAggregationInterval", 600)
    own = tags.specified(given, "vpc-flow-log").get("vpc-flow-log", {})
    made: list[str] = []
    refused: list[dict[str, Any]] = []
    for vpc in given["ResourceIds"]:
        here = network.of(call.account, call.region)
        here.get_vpc(vpc)
        if not _delivers(call, into):
            message = f"Access Denied for LogDestination: {into}. Please check LogDestination permission"
            refused.append({"ResourceId": vpc, "Error": {"Code": "400", "Message": message}})
            continue
        if any((log.resource_id, log.log_destination, log.traffic_type) == (vpc, into, traffic) for log in _all(here)):
            raise AwsError("FlowLogAlreadyExists", "Error. There is an existing Flow Log with the same configuration.")
        log = FlowLogs(here, names.fresh("fl"), vpc, traffic, into, None, None, seconds, "s3", FORMAT)  # type: ignore[abstract, arg-type]
        here.flow_logs[log.id] = log
        log.add_tags(own)
        made.append(log.id)
    return {"FlowLogIds": made, "Unsuccessful": refused}


def _all(here: Any) -> list[FlowLogs]:
    return list(here.flow_logs.values())


def _delivers(call: Call, destination: str) -> bool:
    """Whether the bucket's policy lets the service write for this account."""
    name, _, folder = destination.rpartition(":::")[2].partition("/")
    found = stores.bucket(name)
    if found is None:
        return False
    source = f"arn:aws:logs:{call.region}:{call.account}:*"
    key = f"{folder}/" * bool(folder) + f"AWSLogs/{call.account}/vpcflowlogs/probe"
    return may_deliver(SERVICE, source, call.account, found, key)
