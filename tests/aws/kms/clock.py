"""The end of a key. https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html"""

from aws import stores


def shred(account: str, region: str) -> list[str]:
    """Deletes what is pending deletion, whatever its date: the key, its aliases, its tags. Answers their ids."""
    keys = stores.kms(account, region).keys
    due = [name for name, key in keys.items() if key.key_state == "PendingDeletion"]
    for name in due:
        del keys[name]
    aliases = stores.aliases(account, region)
    for alias in [alias for alias, name in aliases.items() if name in due]:
        del aliases[alias]
    return due
