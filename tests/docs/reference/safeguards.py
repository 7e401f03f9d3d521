"""The checklist, from `cloister evidence --list`."""

from typing import Any

from docs.reference.text import cell, code, page, table

FAMILIES = {
    "S": "S3",
    "K": "KMS",
    "R": "Redshift",
    "E": "EC2",
    "I": "IAM",
    "T": "CloudTrail",
    "W": "CloudWatch",
    "D": "Operations",
    "A": "Applications",
}
WHY = """What `cloister evidence` judges a tenant by. *Cloister keeps it*: it is put right when it drifts, and the
report shows the fields below, as observed. *Not yet*: Cloister does not do it, and the text says what is needed
meanwhile. *Not ours*: it is up to somebody else, and the text says to whom. CFR sections are of title 45."""


def render(safeguards: list[dict[str, Any]]) -> str:
    lines = [WHY, ""]
    kept = sum("managed" in one["basis"] for one in safeguards)
    lines += [f"{len(safeguards)} safeguards, of which Cloister keeps {kept}.", ""]
    for letter, family in FAMILIES.items():
        rows = [_row(one) for one in safeguards if one["id"].startswith(letter)]
        lines += [f"## {family}", ""]
        lines += table(("Id", "Safeguard", "CFR", "Who keeps it, and by what it is judged", "Known elsewhere as"), rows)
    assert {one["id"][0] for one in safeguards} <= set(FAMILIES), "a family of safeguards has no heading"
    return page("Safeguards", "operator/core/src/evidence/table", *lines)


def _row(one: dict[str, Any]) -> tuple[str, str, str, str, str]:
    names = [*one["prowler"], *one["config"], *one["fsbp"]]
    beyond = f"<br>Not looked at: {cell(one['beyond'])}" if "beyond" in one else ""
    ids = "<br>".join(map(code, names))
    return one["id"], cell(one["title"]), "<br>".join(one["cfr"]), _basis(one["basis"]) + beyond, ids


def _basis(basis: dict[str, Any]) -> str:
    if "notManaged" in basis:
        return f"*Not yet.* {cell(basis['notManaged']['needs'])}"
    if "notOurs" in basis:
        return f"*Not ours.* {cell(basis['notOurs']['whose'])}"
    demands = [f"{code(d['resource'])} {code(d['field'])}: {cell(_wanted(d['wanted']))}" for d in _demands(basis)]
    return "*Cloister keeps it.*<br>" + "<br>".join(demands)


def _demands(basis: dict[str, Any]) -> list[dict[str, Any]]:
    demands: list[dict[str, Any]] = basis["managed"]["demands"]
    return demands


def _wanted(wanted: Any) -> str:
    if isinstance(wanted, bool):
        return "yes" if wanted else "no"
    if isinstance(wanted, list):
        return ", ".join(map(_wanted, wanted))
    return str(wanted)
