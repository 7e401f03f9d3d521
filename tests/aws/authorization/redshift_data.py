"""What a call of the Redshift Data API needs permission for; the credentials it takes are asked in its handler.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonredshiftdataapi.html
"""

from aws.authorization.demand import Demand
from aws.call import Call
from aws.redshift_data.records import STATEMENTS

ON_CLUSTERS = ("ExecuteStatement", "BatchExecuteStatement")
OWNER = "redshift-data:statement-owner-iam-userid"


def demands(call: Call) -> list[Demand]:
    action = f"redshift-data:{call.operation}"
    if call.operation in ON_CLUSTERS:
        cluster = call.param("ClusterIdentifier") or "*"
        return [Demand(action, f"arn:aws:redshift:{call.region}:{call.account}:cluster:{cluster}", call.account)]
    statement = STATEMENTS.all.get(str(call.param("Id", "")).partition(":")[0])
    context = {OWNER: [statement.owner_id if statement else call.by.user_id]}
    return [Demand(action, "*", call.account, context)]
