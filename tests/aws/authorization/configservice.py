"""What a call of AWS Config needs permission for.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsconfig.html
"""

from aws.authorization.demand import Demand
from aws.call import Call


def demands(call: Call) -> list[Demand]:
    needed = [Demand(f"config:{call.operation}", "*", call.account)]
    role = (call.param("ConfigurationRecorder") or {}).get("roleARN")
    if role:
        # https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigurationRecorder.html
        passed = {"iam:passedtoservice": ["config.amazonaws.com"]}
        needed.append(Demand("iam:PassRole", str(role), call.account, passed))
    return needed
