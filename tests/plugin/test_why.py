"""`kubectl cloister why`: down to the root, and with commands that do what they say."""

import json
import re

from e2e import manifests
from e2e.careless.act import EVERYTHING
from e2e.kinds import Object, condition
from e2e.nodes import emulator
from e2e.warehouse import Warehouse
from e2e.world import World
from plugin.conftest import BUCKET, TENANT
from plugin.kubectl import Kubectl

ID: Object = {"name": "id", "type": "bigint"}
NOTE: Object = {"name": "note", "type": "varchar(64)"}


def _says(found: Object | None, words: str) -> bool:
    return words in (found or {}).get("status", {}).get("message", "")


def test_a_ready_tenant_waits_for_nothing(kubectl: Kubectl) -> None:
    said = kubectl.why(TENANT)
    assert re.match(rf"ClientTenant/{TENANT}: Ready since 20\S+Z \(.*\)\n└─ it waits for nothing\n\nNothing has ", said)


def test_what_lives_in_an_environment_that_does_not_exist_is_led_to_it(world: World, kubectl: Kubectl) -> None:
    world.cluster.apply(manifests.tenant("lost", "inbox", environment="nowhere"))
    world.cluster.wait("ClientTenant", "lost", lambda found: _says(found, "nowhere does not exist"))
    said = kubectl.why("lost")
    assert "└─ Environment nowhere does not exist  [1]" in said
    assert "[1] ClientTenant/lost: apply it, or correct spec.environment\n    $ kubectl get environments" in said
    asked = kubectl("cloister why env/nowhere")
    assert asked.code == 1
    assert "Environment/nowhere does not exist" in asked.err
    world.cluster.delete("ClientTenant", "lost")


def test_a_foreign_role_is_adopted_by_the_command_that_is_told(world: World, kubectl: Kubectl) -> None:
    role = "cloister-claimed-etl"
    trust = EVERYTHING.replace('"Action"', '"Principal": {"Service": "ec2.amazonaws.com"}, "Action"')
    trust = trust.replace('"Action": "*", "Resource": "*"', '"Action": "sts:AssumeRole"')
    world.aws.iam.create_role(RoleName=role, Path="/cloister/", AssumeRolePolicyDocument=trust)
    world.cluster.apply(manifests.tenant("claimed"))
    world.cluster.wait("ClientTenant", "claimed", lambda found: _says(found, "is not ours"))
    said = kubectl.why("claimed")
    assert f"iam-role/{role} exists and is not ours" in said
    (command,) = re.findall(r"^    \$ kubectl (.*)$", said, re.MULTILINE)
    assert kubectl(command).code == 0
    world.cluster.wait_ready("ClientTenant", "claimed")
    world.cluster.delete("ClientTenant", "claimed")


def test_a_plan_that_awaits_approval_is_approved_by_its_hash(
    world: World, kubectl: Kubectl, warehouse: Warehouse
) -> None:
    table = {"name": "visits", "columns": [ID, NOTE]}
    warehouse.make("claims", tables=[table], destructiveChanges="RequireApproval")
    table = {"name": "visits", "columns": [ID]}
    warehouse.declare("claims", tables=[table], destructiveChanges="RequireApproval")
    hash_ = warehouse.stalled("claims", "ApprovalNeeded")["plan"]["hash"]

    said = kubectl.why(TENANT)
    assert f"└─ plan {hash_} would lose data and awaits approval: drop column note of table visits" in said
    (command,) = re.findall(r"^    \$ kubectl (cloister approve .*)$", said, re.MULTILINE)
    assert command == f"cloister approve RedshiftSchema/claims -n {TENANT}"

    refused = kubectl(command, answer="n\n")
    assert (refused.code, refused.out.endswith("[y/N] Nothing was approved.\n")) == (1, True)
    assert 'ALTER TABLE "claims"."visits" DROP COLUMN "note" RESTRICT' in refused.out
    other = kubectl(f"{command} --yes {'0' * 16}")
    assert (other.code, f"the plan is {hash_} by now" in other.err) == (1, True)
    assert kubectl(f"{command} --yes {hash_}").code == 0
    world.cluster.wait_ready("RedshiftSchema", "claims", TENANT)
    again = kubectl(command)
    assert (again.code, "awaits approval: no change" in again.err) == (1, True)


def test_a_missing_right_is_told_with_action_and_role(world: World, kubectl: Kubectl) -> None:
    rule: Object = {"service": "iam", "operation": ["CreateRole"], "kind": "error", "code": "AccessDenied", "count": -1}
    id_ = emulator(world, "POST", "/faults", rule)["id"]
    world.cluster.apply(manifests.tenant("denied"))

    def is_denied(found: Object | None) -> bool:
        return condition(found or {}, "Stalled").get("reason") == "AccessDenied"

    world.cluster.wait("ClientTenant", "denied", is_denied)
    said = json.loads(kubectl("cloister why denied -o json").out)
    emulator(world, "DELETE", f"/faults?id={id_}")
    role = world.cluster.get("Environment", "production")["spec"]["roleArn"]
    assert f"allow iam:CreateRole to role {role}" in [cause["next"] for cause in said["causes"]]
    world.cluster.delete("ClientTenant", "denied")


def test_a_bucket_and_what_is_misspelt(kubectl: Kubectl) -> None:
    assert kubectl.why(f"ib/{BUCKET} -n {TENANT}").startswith(f"IngestBucket/{TENANT}/{BUCKET}: Ready since ")
    misspelt = kubectl("cloister why buckets/landing")
    assert (misspelt.code, 'there is no kind "buckets"' in misspelt.err) == (1, True)
    elsewhere = kubectl("cloister why desk --context nowhere")
    assert (elsewhere.code, "nowhere" in elsewhere.err) == (1, True)
