"""Aliases. https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html"""

import re
from typing import Any

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.kms import lookup
from aws.registry import answers

NAME = re.compile(r"alias/[a-zA-Z0-9/_-]{1,250}")


def name_of(call: Call) -> str:
    name: str = call.required("AliasName")
    if not name.startswith("alias/"):
        raise AwsError("ValidationException", "Invalid identifier")
    if name.startswith("alias/aws/"):
        raise AwsError("NotAuthorizedException", "")
    if not NAME.fullmatch(name):
        raise AwsError("InvalidAliasNameException", f"{name} contains invalid characters for an alias")
    return name


def arn_of(call: Call, name: str) -> str:
    return f"arn:aws:kms:{call.region}:{call.account}:{name}"


@answers("kms", "CreateAlias")
def create_alias(call: Call) -> None:
    name = name_of(call)
    key = lookup.not_pending(lookup.key(call))
    aliases = stores.aliases(call.account, call.region)
    if name in aliases:
        raise AwsError("AlreadyExistsException", f"An alias with the name {arn_of(call, name)} already exists")
    aliases[name] = key.id


@answers("kms", "UpdateAlias")
def update_alias(call: Call) -> None:
    name = name_of(call)
    key = lookup.not_pending(lookup.key(call))
    aliases = stores.aliases(call.account, call.region)
    if name not in aliases:
        raise lookup.not_found(f"Alias {arn_of(call, name)} is not found.")
    aliases[name] = key.id


@answers("kms", "DeleteAlias")
def delete_alias(call: Call) -> None:
    name = name_of(call)
    if stores.aliases(call.account, call.region).pop(name, None) is None:
        raise lookup.not_found(f"Alias {arn_of(call, name)} is not found.")


@answers("kms", "ListAliases")
def list_aliases(call: Call) -> dict[str, Any]:
    wanted = lookup.named(call, call.params["KeyId"]).id if call.param("KeyId") else None
    found = [
        {"AliasName": name, "AliasArn": arn_of(call, name), "TargetKeyId": key}
        for name, key in sorted(stores.aliases(call.account, call.region).items())
        if wanted in (None, key)
    ]
    page, more = lookup.page(call, found, 50)
    return {"Aliases": page} | more
