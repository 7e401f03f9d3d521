"""Temporary database credentials.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentials.html
https://docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentialsWithIAM.html
They are answered, not kept: statements reach the emulator by the Data API, which takes IAM's word.
"""

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from aws.call import Call
from aws.redshift import clock
from aws.redshift.wire import Arguments, invalid, operation

LACKS = frozenset({"CustomDomainName"})
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+.@-]{0,63}")


def _expiry(given: Arguments) -> datetime:
    seconds = given.get("DurationSeconds", 900)
    if not 900 <= seconds <= 3600:
        raise invalid("DurationSeconds must be from 900 to 3600.")
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _check(call: Call, given: Arguments) -> None:
    identifier = given.get("ClusterIdentifier")
    if not identifier:
        raise invalid("ClusterIdentifier must be given.")
    clock.find(clock.current(call.account, call.region), identifier)


@operation("GetClusterCredentials", LACKS)
def get_cluster_credentials(call: Call, given: Arguments) -> dict[str, Any]:
    """ "The action returns the database user name prefixed with IAM: if AutoCreate is False or IAMA: if ... True." """
    _check(call, given)
    for name in (given["DbUser"], *(given.get("DbGroups") or [])):
        if not NAME.fullmatch(name) or name.lower() == "public":
            raise invalid(f"Invalid name: {name}")
    prefix = "IAMA" if given.get("AutoCreate", False) else "IAM"
    return {
        "DbUser": f"{prefix}:{given['DbUser']}",
        "DbPassword": secrets.token_urlsafe(48),
        "Expiration": _expiry(given),
    }


@operation("GetClusterCredentialsWithIAM", LACKS)
def get_cluster_credentials_with_iam(call: Call, given: Arguments) -> dict[str, Any]:
    """ "The database user is mapped 1:1 to the source IAM identity": a session of a role is IAMR:role."""
    _check(call, given)
    expiry = _expiry(given)
    return {
        "DbUser": f"IAMR:{call.by.role}" if call.by.role else "IAM:root",
        "DbPassword": secrets.token_urlsafe(48),
        "Expiration": expiry,
        "NextRefreshTime": expiry,
    }
