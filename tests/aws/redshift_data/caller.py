"""Whom a statement acts as in the database, and what the caller needs for it.

https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-access.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonredshift.html
"""

from aws.authorization.demand import Demand, require
from aws.call import Call
from redshift.names import fold, fold_user


def database_user(call: Call) -> tuple[str, bool]:
    """The user's name, and whether it is the IAM identity's own, which is made at its first login."""
    cluster, database = call.required("ClusterIdentifier"), fold(call.required("Database"))
    where = f"arn:aws:redshift:{call.region}:{call.account}"
    name = Demand("redshift:GetClusterCredentials", f"{where}:dbname:{cluster}/{database}", call.account)
    given = call.param("DbUser")
    if given:
        user = fold_user(given)
        require(call, Demand(name.action, f"{where}:dbuser:{cluster}/{user}", call.account))
        require(call, name)
        return user, False
    require(call, Demand("redshift:GetClusterCredentialsWithIAM", name.resource, call.account))
    return (f"IAMR:{call.by.role}" if call.by.role else "IAM:root"), True
