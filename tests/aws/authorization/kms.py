"""What a KMS call needs permission for. Without the key policy's word nobody may do anything with a key.

https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
https://docs.aws.amazon.com/kms/latest/developerguide/policy-conditions.html
"""

from moto.kms.models import Key

from aws import stores
from aws.authorization.demand import Demand, request_tags, require, resource_tags
from aws.call import Call
from aws.kms import lookup
from aws.kms.tags import read_tags
from aws.policy.context import Context

ON_NO_KEY = {"ListKeys", "ListAliases", "GenerateRandom"}
ON_ALIASES = {"CreateAlias", "UpdateAlias", "DeleteAlias"}
NUMBERS = {
    "PendingWindowInDays": "kms:schedulekeydeletionpendingwindowindays",
    "RotationPeriodInDays": "kms:rotationperiodindays",
}


def demands(call: Call) -> list[Demand]:
    action = f"kms:{call.operation}"
    context = circumstances(call)
    if call.operation == "CreateKey":
        # The new key's policy has no say in its making.
        context |= {
            "kms:keyspec": [call.param("KeySpec", "SYMMETRIC_DEFAULT")],
            "kms:keyusage": [call.param("KeyUsage", "ENCRYPT_DECRYPT")],
            "kms:keyorigin": ["AWS_KMS"],
            "kms:multiregion": ["false"],
        }
        actions = [action] + (["kms:TagResource"] if call.param("Tags") else [])
        return [Demand(each, "*", call.account, context) for each in actions]
    if call.operation in ON_NO_KEY:
        return [Demand(action, "*", call.account, context)]
    if call.operation in ON_ALIASES:
        return _alias(call, action, context)
    found = lookup.of_ciphertext(call) if call.operation == "Decrypt" else lookup.key(call)
    return [on(found, action, context)]


def circumstances(call: Call) -> Context:
    context = {"kms:calleraccount": [call.account]}
    if call.operation in ("CreateKey", "TagResource"):
        context |= request_tags(read_tags(call))
    if call.operation == "UntagResource":
        context["aws:tagkeys"] = list(call.param("TagKeys") or [])
    if call.operation in ("CreateKey", "PutKeyPolicy"):
        context["kms:bypasspolicylockoutsafetycheck"] = [
            str(bool(call.param("BypassPolicyLockoutSafetyCheck"))).lower()
        ]
    for parameter, key in NUMBERS.items():
        if call.param(parameter) is not None:
            context[key] = [str(call.params[parameter])]
    name = str(call.param("KeyId") or "")
    if "alias/" in name:
        context["kms:requestalias"] = ["alias/" + name.partition("alias/")[2]]
    return context | encryption_context(call.param("EncryptionContext") or {})


def encryption_context(pairs: dict[str, str]) -> Context:
    context: Context = {f"kms:encryptioncontext:{key.lower()}": [value] for key, value in pairs.items()}
    return context | ({"kms:encryptioncontextkeys": list(pairs)} if pairs else {})


def on(key: Key, action: str, context: Context) -> Demand:
    context = context | resource_tags(stores.key_record(key).tags)
    names = [name for name, target in stores.aliases(key.account_id, key.region).items() if target == key.id]
    if names:
        context["kms:resourcealiases"] = names
    context |= {
        "kms:keyspec": [key.key_spec],
        "kms:keyusage": [key.key_usage],
        "kms:keyorigin": [key.origin],
        "kms:multiregion": ["false"],
    }
    return Demand(action, key.arn, key.account_id, context, key.policy, policy_must_allow=True)


def _alias(call: Call, action: str, context: Context) -> list[Demand]:
    """On the alias by identity policy, and on each key that it points or pointed to."""
    name = call.required("AliasName")
    needed = [Demand(action, f"arn:aws:kms:{call.region}:{call.account}:{name}", call.account, context)]
    if call.operation != "DeleteAlias":
        needed.append(on(lookup.key(call), action, context))
    old = stores.kms(call.account, call.region).keys.get(stores.aliases(call.account, call.region).get(name, ""))
    if old is not None and call.operation != "CreateAlias":
        needed.append(on(old, action, context))
    return needed


def through(call: Call, service: str, key: Key, action: str, pairs: dict[str, str]) -> None:
    """The caller's use of a key by way of another service."""
    context: Context = {
        "kms:calleraccount": [call.account],
        "kms:viaservice": [f"{service}.{key.region}.amazonaws.com"],
        "aws:viaawsservice": ["false"],  # a forward access session, yet S3 and SQS do not set it
    }
    require(call, on(key, action, context | encryption_context(pairs)))
