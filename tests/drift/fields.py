"""The managed fields, as the operator's own types name them."""

import json
import os
import subprocess
from pathlib import Path

from e2e.operator import BINARY, REPOSITORY

EVERYTHING = Path(__file__).with_name("everything.yaml")
WAREHOUSE = Path(__file__).with_name("warehouse.yaml")


# What records the Environment's calls: flipped in e2e/test_audit.py and evidence/test_flips.py.
_RECORDS = (
    *("trail/", "flow-log/", "audit-key/", "audit-bucket/", "signing-key/", "log-group//cloister/environment/"),
    *("iam-role/cloister-trail-", "iam-policy/cloister-trail-"),
)


def listed(manifest: Path) -> dict[str, list[str]]:
    """Resource id -> paths, from a plan against nothing: a field that is added to a type is in it."""
    home = REPOSITORY / "examples" / "environment-production.yaml"
    command = [str(BINARY), "plan", "-f", str(manifest), "-f", str(home), "-o", "json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert answer.returncode == 2, answer.stderr
    objects = json.loads(answer.stdout)["objects"]
    found = {each["id"]: each["fields"] for one in objects for each in one["resources"]}
    return {id_: fields for id_, fields in found.items() if not id_.startswith(_RECORDS)}
