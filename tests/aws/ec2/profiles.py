"""The instance profile of a launch, and its role."""

from moto.iam.models import InstanceProfile

from aws import stores
from aws.ec2.wire import Arguments, conflicting, invalid
from aws.visibility import VISIBILITY


def asked(account: str, given: Arguments | None) -> InstanceProfile | None:
    """EC2 is told of a new one no sooner than replicas of IAM are."""
    if not given:
        return None
    by_arn, name = given.get("Arn"), given.get("Name")
    if bool(by_arn) == bool(name):
        raise conflicting("The parameter 'iamInstanceProfile.name' may not be used with 'iamInstanceProfile.arn'")
    known = stores.iam(account).instance_profiles
    wanted = str(name or by_arn).rpartition("/")[2]
    found = known.get(wanted)
    if found is None or VISIBILITY.is_hidden(known, wanted) or by_arn not in (None, found.arn):
        which = "arn" if by_arn else "name"
        kind = "ARN" if by_arn else "name"
        message = f"Value ({by_arn or name}) for parameter iamInstanceProfile.{which} is invalid."
        raise invalid(f"{message} Invalid IAM Instance Profile {kind}")
    if not found.roles:
        raise invalid(f'IAM Instance Profile "{found.arn}" has no associated IAM Roles')
    return found
