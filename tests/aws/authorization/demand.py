"""One question to the evaluator: may this caller do this, to this, under these circumstances?"""

from dataclasses import dataclass, field

from aws.call import Call
from aws.errors import denied
from aws.policy.context import Context, base, lookup_in
from aws.policy.document import RESOURCE
from aws.policy.evaluate import Decision, Policies, decide
from aws.policy.held import held, principal_of


@dataclass(frozen=True, slots=True)
class Demand:
    action: str
    resource: str
    owner: str  # account
    context: Context = field(default_factory=dict)
    policy: str | None = None  # the resource's own
    policy_must_allow: bool = False


def decided(call: Call, demand: Demand) -> Decision:
    identity, boundary, session = held(call.by)
    policies = Policies(identity, boundary, session, demand.policy, RESOURCE, demand.policy_must_allow)
    context = base(call) | {"aws:resourceaccount": [demand.owner]} | demand.context
    return decide(principal_of(call.by), demand.owner, demand.action, demand.resource, lookup_in(context), policies)


def require(call: Call, demand: Demand) -> None:
    decision = decided(call, demand)
    if not decision.allowed:
        raise denied(call.service, call.by.arn, demand.action, demand.resource, decision.why)


def request_tags(tags: dict[str, str]) -> Context:
    context = {f"aws:requesttag/{key.lower()}": [value] for key, value in tags.items()}
    return context | ({"aws:tagkeys": list(tags)} if tags else {})


def resource_tags(tags: dict[str, str], prefix: str = "aws:resourcetag") -> Context:
    return {f"{prefix}/{key.lower()}": [value] for key, value in tags.items()}
