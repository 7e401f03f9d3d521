"""Buses as targets: a rule sends what it matches to the bus of another region, by a role that it takes on.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html
"""

from aws import stores
from aws.events.records import BUS, Rule
from aws.policy import context
from aws.policy.document import TRUST
from aws.policy.evaluate import Policies, Principal, decide
from aws.policy.held import NOTHING, default_document

SERVICE = "events.amazonaws.com"


def is_bus(arn: str) -> bool:
    parts = arn.split(":")
    return len(parts) == 6 and parts[2] == "events" and parts[5] == f"event-bus/{BUS}"


def may_put_events(rule: Rule, role_arn: str, bus: str) -> bool:
    """Whether the rule may take on the role, and the role may put events on the bus, which is of its own account."""
    role = stores.role(rule.account, role_arn.rpartition("/")[2])
    if role is None or role.arn != role_arn or bus.split(":")[4] != rule.account:
        return False
    asked = context.lookup_in(context.service(SERVICE, rule.arn, rule.account))
    trust = Policies(resource=role.assume_role_policy_document, resource_kind=TRUST)
    if not decide(Principal(service=SERVICE), rule.account, "sts:AssumeRole", role_arn, asked, trust).allowed:
        return False
    identity = (*(default_document(policy) for policy in role.managed_policies.values()), *role.policies.values())
    boundary = None
    if role.permissions_boundary_arn:
        policy = stores.policy(rule.account, role.permissions_boundary_arn)
        boundary = default_document(policy) if policy else NOTHING
    session = f"arn:aws:sts::{rule.account}:assumed-role/{role.name}/{rule.name}"
    who = Principal(rule.account, role_arn, role.id, session)
    about = context.lookup_in({"aws:securetransport": ["true"]})
    return decide(who, rule.account, "events:PutEvents", bus, about, Policies(identity, boundary)).allowed
