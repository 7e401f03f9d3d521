"""What a Redshift call needs permission for.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonredshift.html
A parameter that names a resource is the resource; what lists without naming one is asked for all.
"""

from aws.authorization.demand import Demand, request_tags, resource_tags
from aws.call import Call
from aws.policy.context import Context
from aws.redshift import clock, secret
from aws.redshift.names import arn
from aws.redshift.pages import requested_tags
from aws.redshift.records import Region
from aws.redshift.tags import resources

# Parameter: resource type. The first that a call has names what it is about.
NAMED = {
    "SnapshotIdentifier": "snapshot",
    "ClusterIdentifier": "cluster",
    "ParameterGroupName": "parametergroup",
    "ClusterSubnetGroupName": "subnetgroup",
    "SnapshotCopyGrantName": "snapshotcopygrant",
}
# These have no resource type, whatever they name.
AT_LARGE = {
    "DescribeClusterParameterGroups", "DescribeClusterSubnetGroups", "DescribeDefaultClusterParameters",
    "DescribeSnapshotCopyGrants",
}  # fmt: skip
SECRET_ACTIONS = ("CreateSecret", "DescribeSecret", "GetRandomPassword", "RotateSecret", "TagResource", "UpdateSecret")


def demands(call: Call) -> list[Demand]:
    action = f"redshift:{call.operation}"
    here = clock.current(call.account, call.region)
    tags = requested_tags(call)
    context = request_tags(tags)
    if call.operation.startswith("GetClusterCredentials"):
        return _credentials(call)
    needed = [_on(call, here, action, resource, context) for resource in resources_of(call)]
    if tags and call.operation.startswith("Create") and call.operation != "CreateTags":
        needed += [_on(call, here, "redshift:CreateTags", resource, context) for resource in resources_of(call)]
    if _about_secret(call, here):
        needed += _secret(call, here)
    roles = "AddIamRoles" if call.operation == "ModifyClusterIamRoles" else "IamRoles"
    return needed + [_pass_role(call, role) for role in _listed(call, roles, "IamRoleArn")]


def resources_of(call: Call) -> list[str]:
    """ARNs of what a call is about; `*` if it names nothing."""
    if call.operation == "RestoreFromClusterSnapshot":
        return _restored(call)
    if call.operation in AT_LARGE:
        return ["*"]
    if call.param("ResourceName"):
        return [call.params["ResourceName"]]
    for parameter, kind in NAMED.items():
        name = call.param(parameter)
        if not name or (kind == "snapshot" and call.operation == "DescribeClusterSnapshots"):
            continue
        if kind == "snapshot":
            owner = call.param("ClusterIdentifier") or call.param("SnapshotClusterIdentifier") or "*"
            name = f"{owner}/{name}"
        return [arn(kind, call.account, call.region, str(name).lower())]
    return ["*"]


def _restored(call: Call) -> list[str]:
    """The cluster that is made, and the snapshot by its own cluster, whether that is named or not."""
    made = arn("cluster", call.account, call.region, str(call.param("ClusterIdentifier", "")).lower())
    name, named = call.param("SnapshotIdentifier"), call.param("SnapshotArn")
    if named:
        return [made, str(named)]
    found = clock.current(call.account, call.region).snapshots.get(str(name))
    owner = found.cluster if found else call.param("SnapshotClusterIdentifier") or "*"
    return [made, arn("snapshot", call.account, call.region, f"{owner}/{name}")]


def _on(call: Call, here: Region, action: str, resource: str, context: Context) -> Demand:
    for _, known, found in resources(here, call.account, call.region):
        if known == resource:
            context = context | resource_tags(found.tags)
    keys = _listed(call, "TagKeys", "TagKey") if call.operation == "DeleteTags" else []
    return Demand(action, resource, call.account, context | ({"aws:tagkeys": keys} if keys else {}))


def _listed(call: Call, parameter: str, member: str) -> list[str]:
    raw = call.param(parameter) or {}
    found = raw.get(member, []) if isinstance(raw, dict) else []
    return [str(each) for each in found]


def _pass_role(call: Call, role: str) -> Demand:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"""
    return Demand("iam:PassRole", role, call.account, {"iam:passedtoservice": ["redshift.amazonaws.com"]})


def _about_secret(call: Call, here: Region) -> bool:
    if call.operation == "DeleteCluster":
        found = here.clusters.get(str(call.param("ClusterIdentifier", "")))
        return found is not None and secret.ARN in found.settings
    made = ("CreateCluster", "ModifyCluster", "RestoreFromClusterSnapshot")
    return call.operation in made and call.param("ManageMasterPassword") == "true"


def _secret(call: Call, here: Region) -> list[Demand]:
    """https://docs.aws.amazon.com/redshift/latest/mgmt/redshift-secrets-manager-integration.html"""
    name = str(call.param("ClusterIdentifier", ""))
    found = here.clusters.get(name)
    user = call.param("MasterUsername") or (found.username if found else "*")
    resource = f"arn:aws:secretsmanager:{call.region}:{call.account}:secret:{secret.name(name, user)}-??????"
    actions = ["DeleteSecret"] if call.operation == "DeleteCluster" else SECRET_ACTIONS
    context: Context = {"aws:viaawsservice": ["true"]}
    return [
        Demand(f"secretsmanager:{action}", "*" if action == "GetRandomPassword" else resource, call.account, context)
        for action in actions
    ]


def _credentials(call: Call) -> list[Demand]:
    """https://docs.aws.amazon.com/redshift/latest/mgmt/redshift-iam-access-control-identity-based.html"""
    cluster, user, database = (str(call.param(each) or "") for each in ("ClusterIdentifier", "DbUser", "DbName"))
    context: Context = {"redshift:durationseconds": [str(call.param("DurationSeconds") or 900)]}
    context |= ({"redshift:dbname": [database]} if database else {}) | ({"redshift:dbuser": [user]} if user else {})

    def demand(action: str, kind: str, name: str) -> Demand:
        resource = arn(kind, call.account, call.region, f"{cluster}/{name}")
        return Demand(f"redshift:{action}", resource, call.account, context)

    if call.operation == "GetClusterCredentialsWithIAM":
        return [demand(call.operation, "dbname", database or "*")]
    needed = [demand(call.operation, "dbuser", user)]
    if database:
        needed.append(demand(call.operation, "dbname", database))
    if call.param("AutoCreate") == "true":
        needed.append(demand("CreateClusterUser", "dbuser", user))
    return needed + [demand("JoinGroup", "dbgroup", group) for group in _listed(call, "DbGroups", "DbGroup")]
