"""Flow logs, which can only be there or not."""

from typing import Any

from e2e.account import Account


def flow_log(aws: Account, vpc: str) -> Any:
    """What it records; AWS gives the next one another id."""
    logs = _logs(aws, vpc)
    return sorted((log["TrafficType"], log["LogDestination"], str(log.get("Tags"))) for log in logs) or None


def flip_flow_log(aws: Account, vpc: str) -> None:
    aws.ec2.delete_flow_logs(FlowLogIds=[log["FlowLogId"] for log in _logs(aws, vpc)])


def _logs(aws: Account, vpc: str) -> list[Any]:
    ec2: Any = aws.ec2
    found: list[Any] = ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [vpc]}])["FlowLogs"]
    return found
