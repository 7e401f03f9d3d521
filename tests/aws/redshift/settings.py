"""What a cluster's settings may be, and how they are kept.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateCluster.html
"""

import re
from datetime import UTC, datetime, timedelta

from aws.redshift.wire import Arguments, conflicting, fault, invalid

# Node type: fewest and most nodes. https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-clusters.html
NODES = {
    "dc2.large": (1, 32), "dc2.8xlarge": (2, 128), "ra3.large": (1, 16), "ra3.xlplus": (1, 32),
    "ra3.4xlarge": (2, 64), "ra3.16xlarge": (2, 128), "rg.large": (1, 16), "rg.xlarge": (1, 32),
    "rg.4xlarge": (2, 64), "rg.12xlarge": (2, 128),
}  # fmt: skip
PORT = 5439
TRACKS = ("current", "trailing")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW = re.compile(r"([a-z]{3}):([01]\d|2[0-3]):([0-5]\d)-([a-z]{3}):([01]\d|2[0-3]):([0-5]\d)")
FORBIDDEN = set("'\"\\/@ ")


def nodes(given: Arguments) -> int:
    """How many, by cluster type, number and node type together."""
    kind, count = given.get("ClusterType"), given.get("NumberOfNodes")
    node_type = given["NodeType"]
    if node_type not in NODES:
        raise invalid(f"Invalid node type: {node_type}")
    if kind not in (None, "single-node", "multi-node"):
        raise invalid(f"Invalid cluster type: {kind}")
    if kind == "single-node" and count not in (None, 1):
        raise conflicting("Number of nodes for cluster type single-node must be 1")
    if (kind == "multi-node" and (count is None or count < 2)) or (kind is None and count == 1):
        raise conflicting("Number of nodes for cluster type multi-node must be greater than or equal to 2")
    number = 1 if count is None else int(count)
    fewest, most = NODES[node_type]
    if not fewest <= number:
        raise conflicting(f"{node_type} clusters have at least {fewest} nodes")
    if number > most:
        raise fault("NumberOfNodesPerClusterLimitExceededFault")
    return number


def newer(node_type: str) -> bool:
    """RA3 and RG: managed storage, and less choice."""
    return not node_type.startswith("dc2.")


def retention(days: int, node_type: str) -> int:
    least = 1 if newer(node_type) else 0
    if not least <= days <= 35:
        raise fault(
            "InvalidRetentionPeriodFault", f"The automated snapshot retention period must be from {least} to 35 days."
        )
    return days


def manual_retention(days: int) -> int:
    if days != -1 and not 1 <= days <= 3653:
        raise fault("InvalidRetentionPeriodFault")
    return days


def port(number: int, node_type: str) -> int:
    ranges = [(5431, 5455), (8191, 8215)] if newer(node_type) else [(1150, 65535)]
    if not any(least <= number <= most for least, most in ranges):
        raise invalid(f"Invalid port {number}: {node_type} clusters take a port within {ranges}")
    return number


def password(text: str) -> str:
    strong = all(re.search(pattern, text) for pattern in ("[A-Z]", "[a-z]", "[0-9]"))
    plain = all(33 <= ord(character) <= 126 and character not in FORBIDDEN for character in text)
    if not (8 <= len(text) <= 64 and strong and plain):
        raise invalid("The parameter MasterUserPassword is not a valid password.")
    return text


def track(name: str) -> str:
    if name not in TRACKS:
        raise fault("InvalidClusterTrackFault")
    return name


def window(text: str) -> str:
    """As `ddd:hh24:mi-ddd:hh24:mi` in lower case, at least 30 minutes."""
    found = WINDOW.fullmatch(text.lower())
    if not found or found[1] not in DAYS or found[4] not in DAYS:
        raise invalid(f"Invalid maintenance window: {text}. The format is ddd:hh24:mi-ddd:hh24:mi.")
    begin, end = _minute(*found.group(1, 2, 3)), _minute(*found.group(4, 5, 6))
    if not 30 <= (end - begin) % (7 * 1440) <= 1440:
        raise invalid("The maintenance window must be from 30 minutes to 24 hours.")
    return text.lower()


def _minute(day: str, hour: str, minute: str) -> int:
    return DAYS.index(day) * 1440 + int(hour) * 60 + int(minute)


def some_window(identifier: str) -> str:
    """ "A 30-minute window selected at random from an 8-hour block of time per region": by name, to be repeatable."""
    chosen = sum(identifier.encode()) % (7 * 16)
    day, half = DAYS[chosen // 16], chosen % 16
    begin, end = 180 + half * 30, 210 + half * 30
    return f"{day}:{begin // 60:02}:{begin % 60:02}-{day}:{end // 60:02}:{end % 60:02}"


def next_window(text: str) -> datetime:
    now = datetime.now(UTC)
    begin = _minute(text[:3], text[4:6], text[7:9])
    elapsed = now.weekday() * 1440 + now.hour * 60 + now.minute
    ahead = (begin - elapsed) % (7 * 1440) or 7 * 1440
    return (now + timedelta(minutes=ahead)).replace(second=0, microsecond=0)
