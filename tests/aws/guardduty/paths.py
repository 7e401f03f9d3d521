"""GuardDuty's API is one of paths: which operation a request is."""

from aws.message import Request

_OPERATIONS = {
    ("POST", ""): "CreateDetector",
    ("GET", ""): "ListDetectors",
    ("GET", "ID"): "GetDetector",
    ("POST", "ID"): "UpdateDetector",
    ("DELETE", "ID"): "DeleteDetector",
    ("GET", "ID/administrator"): "GetAdministratorAccount",
    ("POST", "ID/administrator"): "AcceptAdministratorInvitation",
    ("POST", "ID/administrator/disassociate"): "DisassociateFromAdministratorAccount",
}


def understood(request: Request) -> tuple[str, str]:
    """Operation and detector of a request; without an operation where it is none of these."""
    _, _, rest = request.raw_path.lstrip("/").partition("/")
    identifier, _, below = rest.partition("/")
    path = f"ID/{below}".rstrip("/") if identifier else ""
    operation = _OPERATIONS.get((request.method, path), "")
    return (operation, identifier) if request.raw_path.startswith("/detector") else ("", "")
