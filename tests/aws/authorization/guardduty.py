"""What a call of GuardDuty needs permission for.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonguardduty.html
"""

from aws import stores
from aws.authorization.demand import Demand
from aws.call import Call
from aws.iam import service_linked

SERVICE = "guardduty.amazonaws.com"


def demands(call: Call) -> list[Demand]:
    identifier = call.param("detectorId")
    on = f"arn:aws:guardduty:{call.region}:{call.account}:detector/{identifier}" if identifier else "*"
    needed = [Demand(f"guardduty:{call.operation}", on, call.account)]
    if call.operation == "CreateDetector" and stores.role(call.account, service_linked.NAMES[SERVICE]) is None:
        # https://docs.aws.amazon.com/guardduty/latest/ug/slr-permissions.html
        given = {"iam:awsservicename": [SERVICE]}
        role = service_linked.arn(call.account, SERVICE)
        needed.append(Demand("iam:CreateServiceLinkedRole", role, call.account, given))
    return needed
