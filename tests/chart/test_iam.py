"""The policies that users take, and the Terraform modules around them. That they suffice, every other test shows."""

import fnmatch
import json
import re
from pathlib import Path
from typing import Any

import hcl2
import pytest

from aws.seed import PROVISIONER
from e2e.operator import REPOSITORY

_IAM = REPOSITORY / "deploy" / "iam"
_MODULES = sorted((_IAM / "terraform").iterdir())
_IS = '"aws_eks_pod_identity_association"'
_ACCOUNT = "222222222222"
# Of IAM: characters of a managed policy, without blanks; managed policies of a role.
_MOST, _OF_A_ROLE = 6144, 10


def _policy(file: Path) -> Any:
    return json.loads(file.read_text().replace("ACCOUNT", _ACCOUNT))


def test_the_provisioner_of_the_tests_has_all_of_its_policies_and_no_other() -> None:
    assert set(PROVISIONER) == {file.stem for file in _IAM.glob("provisioner*.json")}
    assert len(PROVISIONER) <= _OF_A_ROLE


@pytest.mark.parametrize("file", sorted(_IAM.glob("*.json")), ids=lambda file: file.stem)
def test_a_policy_is_small_enough_to_be_attached(file: Path) -> None:
    assert len(json.dumps(_policy(file), separators=(",", ":"))) <= _MOST


@pytest.mark.parametrize("module", _MODULES, ids=lambda module: module.name)
def test_a_module_is_terraform_and_takes_the_policies_from_here(module: Path) -> None:
    with (module / "main.tf").open() as file:
        parsed = hcl2.load(file)
    assert parsed["resource"] and parsed["variable"] and parsed["output"]
    # Every value that is referred to is declared, and the other way round.
    text = (module / "main.tf").read_text()
    for block, prefix in (("variable", "var"), ("locals", "local")):
        names = {name.strip('"') for one in parsed.get(block, []) for name in one if not name.startswith("__")}
        assert set(re.findall(rf"\b{prefix}\.(\w+)", text)) == names
    for path in re.findall(r"\$\{(?:path\.module|local\.here)\}/([./\w]*\w\.json)", text):
        assert (module / path).exists()


def test_sessions_by_pod_identity_pass_no_tags_on() -> None:
    """They are transitive: the next role would have to allow sts:TagSession, and its session policy had less room."""
    modules = [hcl2.loads((module / "main.tf").read_text()) for module in _MODULES]
    associations = [r[_IS] for m in modules for r in m["resource"] if _IS in r]
    assert len(associations) == 2
    for one in associations:
        (body,) = one.values()
        assert body["disable_session_tags"] is True


def test_the_provisioner_manages_neither_its_own_role_and_policies_nor_the_operators() -> None:
    roles = ["CloisterOperator", "CloisterProvisioner", "CloisterAudit", "CloisterClusterLog", "CloisterUpload"]
    own = [f"role/{name}" for name in roles] + [f"policy/CloisterProvisioner-{name}" for name in PROVISIONER]
    text = "".join((module / "main.tf").read_text() for module in _MODULES)
    for name in (*roles, "CloisterProvisioner-${each.key}"):
        assert f'"{name}"' in text
    for file in _IAM.glob("provisioner*.json"):
        for statement in _policy(file)["Statement"]:
            changes = [a for a in _listed(statement["Action"]) if a.startswith("iam:") and not _reads(a)]
            for resource in _listed(statement["Resource"]) if changes else []:
                met = [one for one in own if fnmatch.fnmatchcase(f"arn:aws:iam::{_ACCOUNT}:{one}", resource)]
                # What has no resource in IAM, such as the account's password policy.
                assert not met or set(changes) <= {"iam:UpdateAccountPasswordPolicy"}, (statement["Sid"], met)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _reads(action: str) -> bool:
    return re.fullmatch(r"iam:(Get|List)\w+", action) is not None
