"""CloudTrail's record of calls, on its way to EventBridge."""
