"""Each of the hostile cases: the right status, a document that helps, a record, and nothing given out."""

import pytest

from upload.api.hostile import ALL, Case
from upload.api.scene import Scene

CHALLENGES = {"no-multi-factor": "insufficient_user_authentication", "token-missing": "realm"}


def test_there_are_cases_enough() -> None:
    assert len(ALL) >= 30 and len({case.name for case in ALL}) == len(ALL)


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_it_is_refused_explained_and_recorded(scene: Scene, case: Case) -> None:
    since = len(scene.api.audit())
    answer = case.act(scene)
    assert answer.status_code == case.status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"https://cloister.dev/problems/{case.reason}"
    assert problem["status"] == case.status and len(problem["title"]) > 10 and len(problem["detail"]) > 20
    for wrong in problem.get("errors", []):
        assert wrong["field"] and wrong["problem"] and wrong["expected"]
    if case.status == 401:
        assert CHALLENGES.get(case.reason, "invalid_token") in answer.headers["WWW-Authenticate"]
    refusals = [record for record in scene.api.audit(since) if record["event"] == "Refusal"]
    assert [(record["decision"], record["reason"]) for record in refusals] == [("Deny", case.reason)]
    assert refusals[0]["source"] == "127.0.0.1"
    assert ("user" in refusals[0]) == (case.status not in (401, 405) and case.reason != "no-such-path")
    told = [refusals[0].get(name) for name in ("tenant", "bucket", "uploadId")]
    assert all(name in told for name in case.about)
