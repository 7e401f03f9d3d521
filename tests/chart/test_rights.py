"""The operator holds no right in Kubernetes that nothing uses.

`e2e/rights-used.yaml` says which file of the end-to-end tests uses which; each of them ends by asking the API server's
audit log whether that is so, and here is asked whether any right is left over.
"""

from chart.cases import UPLOADS
from chart.helm import Helm, documents
from e2e import rights
from e2e.kinds import Object


def test_every_right_is_used_by_some_test_and_no_test_claims_another() -> None:
    claimed = set().union(*rights.claimed().values())
    held = rights.held("rules") | rights.held("lease")
    assert held - claimed == set(), "held, and used by nobody: take it from the chart's files"
    assert claimed - held == set()


def test_what_is_held_only_to_be_granted_is_of_nothing_that_the_operator_itself_works_with() -> None:
    """So each verb on what it works with is proven to be used. That all of it is granted, the install test asks."""
    granted = {(group, resource) for group, resource, _ in rights.held("granted")}
    assert granted.isdisjoint((group, resource) for group, resource, _ in rights.held("rules"))


def test_the_tests_install_the_same_as_the_chart(helm: Helm) -> None:
    rendered = documents(helm.template({"uploadApi": UPLOADS}))
    for wanted in [*rights.manifests(), *rights.upload_manifests()]:
        if wanted["kind"] not in ("Namespace", "ServiceAccount"):
            (one,) = [one for one in rendered if _name(one) == _name(wanted)]
            assert _essence(one) == _essence(wanted)


def _name(thing: Object) -> tuple[str, str]:
    return thing["kind"], thing["metadata"]["name"]


def _essence(thing: Object) -> Object:
    return {name: thing.get(name) for name in ("rules", "roleRef", "subjects")}
