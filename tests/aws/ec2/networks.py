"""Networks are moto's, but for what our instances stand in the way of.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html
"""

from aws.call import Call
from aws.ec2 import clock
from aws.ec2.records import Interface
from aws.ec2.wire import Arguments, operation
from aws.errors import AwsError
from aws.fallback import MOTO
from aws.message import Response
from aws.registry import answers


def _in_use(call: Call) -> list[Interface]:
    here = clock.current(call.account, call.region)
    return [each.interface for each in here.instances.values() if each.alive]


@operation("DescribeSubnets", "SubnetIds", "Filters")
def describe_subnets(call: Call, given: Arguments) -> Response:
    """moto ignores parameters that it does not know; filters it refuses."""
    return MOTO.answer(call)


@answers("ec2", "DeleteSecurityGroup")
def delete_security_group(call: Call) -> Response:
    group = call.param("GroupId")
    if any(group in each.groups for each in _in_use(call)):
        raise AwsError("DependencyViolation", f"resource {group} has a dependent object")
    return MOTO.answer(call)


@answers("ec2", "DeleteSubnet")
def delete_subnet(call: Call) -> Response:
    subnet = call.param("SubnetId")
    if any(subnet == each.subnet for each in _in_use(call)):
        message = f"The subnet '{subnet}' has dependencies and cannot be deleted."
        raise AwsError("DependencyViolation", message)
    return MOTO.answer(call)
