"""What stands before the first call: accounts, roles, and one network per environment.

Made through the models, not through calls, so that the call log starts empty. The images and instance types that
there are stand in `ec2/catalog.py`: launch `ami-0c10157e000000001`; `ami-0c10157e000000002` is a newer one.
"""

import json
from pathlib import Path
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends

from aws import accounts, network, stores
from aws.cloudtrail import records as trails
from aws.configservice import records as recorders
from aws.ec2 import by_hand, wire
from aws.ec2 import clock as instance_clock
from aws.ec2 import records as instances
from aws.events import records as event_rules
from aws.guardduty import records as detectors
from aws.logs import records as log_groups
from aws.monitoring import records as alarms
from aws.principals import PRINCIPALS, Credentials
from aws.redshift import clock, records, secret
from aws.redshift_data.clusters import CLUSTERS
from aws.redshift_data.records import STATEMENTS
from aws.s3 import account as public_access
from aws.sts import session_of
from aws.trail.feed import FEED
from aws.visibility import VISIBILITY

# More than one, since AWS bounds the size of each.
PROVISIONER = (
    "provisioner",
    "provisioner-warehouse",
    "provisioner-nodes",
    "provisioner-pipelines",
    "provisioner-guardrails",
    "provisioner-events",
    "provisioner-drill",
    "provisioner-audit",
    "provisioner-alarms",
    "provisioner-offboarding",
)
# Those that users are given.
_POLICIES = Path(__file__).resolve().parents[2] / "deploy" / "iam"
# Of applications and workers, and of the doors before applications.
AUDIENCES = ["sts.amazonaws.com", "door.cloister.dev"]
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def reset() -> Credentials:
    """Empties every backend and seeds anew; answers the operator's credentials."""
    for backend in (s3_backends, iam_backends, kms_backends, sqs_backends, dynamodb_backends):
        backend.reset()
    STATEMENTS.reset()
    CLUSTERS.stop()
    network.reset()
    for store in (
        clock,
        records,
        secret,
        log_groups,
        alarms,
        trails,
        instances,
        instance_clock,
        by_hand,
        public_access,
        event_rules,
        recorders,
        detectors,
        FEED,
    ):
        store.reset()
    VISIBILITY.hidden.clear()
    PRINCIPALS.issued.clear()
    for account in accounts.ALL:
        # Of the cluster's issuer; AWS has long ceased to look at thumbprints.
        stores.iam(account).create_open_id_connect_provider(accounts.ISSUER, ["0" * 40], AUDIENCES, [])
        _role(account, accounts.ADMIN_ROLE, _trusting(f"arn:aws:iam::{account}:root"), _document(EVERYTHING))
    operator_arn = accounts.role_arn(accounts.LOGIN, accounts.OPERATOR_ROLE)
    _role(accounts.LOGIN, accounts.OPERATOR_ROLE, _trusting_pods("cloister"), _policy("operator"))
    _role(accounts.LOGIN, accounts.UPLOAD_ROLE, _trusting_pods("cloister-upload"), _policy("upload"))
    auditing = _trusting(operator_arn, {"StringEquals": {"sts:ExternalId": accounts.AUDIT_EXTERNAL_ID}})
    _role(accounts.AUDIT, accounts.AUDIT_ROLE, auditing, _policy("audit", accounts.AUDIT))
    looking = _trusting(operator_arn, {"StringEquals": {"sts:ExternalId": accounts.PRODUCTION.external_id}})
    _role(accounts.LOGIN, accounts.CLUSTER_LOG_ROLE, looking, _policy("cluster-log", accounts.LOGIN))
    for environment in accounts.ENVIRONMENTS:
        condition = {"StringEquals": {"sts:ExternalId": environment.external_id}}
        trust = _trusting(operator_arn, condition)
        policies = [_policy(name, environment.account) for name in PROVISIONER]
        _role(environment.account, accounts.PROVISIONER_ROLE, trust, *policies)
    return PRINCIPALS.issue(session_of(accounts.LOGIN, accounts.OPERATOR_ROLE, "cloister"))


def _policy(name: str, account: str = "") -> str:
    text = (_POLICIES / f"{name}.json").read_text(encoding="utf-8")
    return text.replace("ACCOUNT", account)


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _trusting(principal: str, condition: dict[str, Any] | None = None) -> str:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return _document(statement | ({"Condition": condition} if condition else {}))


def _trusting_pods(service_account: str) -> str:
    """As the Terraform module writes it, and the account itself, for what is no pod."""
    issuer = accounts.ISSUER.removeprefix("https://")
    account = f"system:serviceaccount:cloister-system:{service_account}"
    subject = {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": account}
    pods = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{accounts.LOGIN}:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": subject},
    }
    within = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{accounts.LOGIN}:root"},
        "Action": "sts:AssumeRole",
    }
    return _document(within, pods)


def _role(account: str, name: str, trust: str, *policies: str) -> None:
    role = stores.new_role(account, name, trust, max_session_duration="43200")
    role.policies |= {"seeded" if n == 0 else f"seeded-{n + 1}": policy for n, policy in enumerate(policies)}
    stores.iam(account).roles[name] = role


def warm() -> None:
    """Loads what moto loads late, so that the first EC2 call is no slower than the second."""
    network.build()
    wire.model()
