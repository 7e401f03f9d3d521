"""The accounts that exist, with identifiers that manifests may name."""

from dataclasses import dataclass

LOGIN = "111111111111"
AUDIT = "444444444444"
REGION = "us-east-1"
# Of the tokens of service accounts in the cluster that the environments' roles trust.
ISSUER = "https://oidc.cloister.example"

OPERATOR_ROLE = "cloister-operator"
PROVISIONER_ROLE = "CloisterProvisioner"
ADMIN_ROLE = "admin"
# In the audit account: of whoever keeps the bucket of records.
AUDIT_ROLE = "CloisterAudit"
AUDIT_EXTERNAL_ID = "cloister-audit"
# In the account of the cluster: of whoever looks at its API server's audit log.
CLUSTER_LOG_ROLE = "CloisterClusterLog"
# Of the upload API, which becomes the tenants' uploader roles.
UPLOAD_ROLE = "cloister-upload"


@dataclass(frozen=True, slots=True)
class Environment:
    name: str
    account: str
    digit: str  # tells the network ids of one environment from another's
    region: str = REGION

    @property
    def external_id(self) -> str:
        return f"cloister-{self.name}"

    @property
    def vpc(self) -> str:
        return f"vpc-0c10157e{self.digit}00000001"

    @property
    def subnets(self) -> tuple[str, str]:
        return f"subnet-0c10157e{self.digit}000000a1", f"subnet-0c10157e{self.digit}000000b1"

    @property
    def security_group(self) -> str:
        return f"sg-0c10157e{self.digit}00000001"


PRODUCTION = Environment("production", "222222222222", "2")
STAGING = Environment("staging", "333333333333", "3")
ENVIRONMENTS = (PRODUCTION, STAGING)
# Of the staging account too, in a region where IAM's events are not.
WEST = Environment("west", STAGING.account, "4", "us-west-2")
ALL = (LOGIN, PRODUCTION.account, STAGING.account, AUDIT)


def role_arn(account: str, name: str, path: str = "/") -> str:
    return f"arn:aws:iam::{account}:role{path}{name}"
