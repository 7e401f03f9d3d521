"""Pods of tenants get nodes of their own, proven by what EC2 says of them, and the nodes go when the pods have."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e import rights
from e2e.cluster import RefusedError
from e2e.kinds import Object
from e2e.nodes import PATIENCE, PROVEN, Pool, emulator, pod, write_images
from e2e.waiting import until
from e2e.world import World, running_world
from local.workers import environment


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = Path(tmp_path_factory.mktemp("nodes"))
    with running_world(directory, sweep_seconds=15, nodes=True) as world:
        write_images(world)
        world.onboard(environment(world.platform.control_plane))
        yield world


@pytest.fixture
def world(site: World) -> Iterator[World]:
    yield site
    emulator(site, "DELETE", "/ec2/capacity")
    assert site.calls.violations() == []
    site.operator.check_log()


@pytest.fixture(scope="module")
def oak(site: World) -> Pool:
    pool = Pool(site, "oak-clinic")
    pool.onboard()
    return pool


def test_a_waiting_pod_gets_a_node_that_ec2_says_is_dedicated(world: World, oak: Pool) -> None:
    oak.submit("first")
    running = oak.wait_running("first")
    (node,) = oak.nodes()
    assert running["spec"]["nodeName"] == node["metadata"]["name"]
    assert node["metadata"]["labels"][PROVEN] == oak.name
    assert {taint["key"] for taint in node["spec"]["taints"]} == {"cloister.dev/tenant"}
    (instance,) = oak.living()
    assert node["spec"]["providerID"].endswith(instance["InstanceId"])
    assert instance["Placement"]["Tenancy"] == "dedicated"
    assert instance["MetadataOptions"]["HttpTokens"] == "required"
    assert instance["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
    assert "PublicIpAddress" not in instance
    until("status tells of it", lambda: oak.status, lambda status: status.get("proven") == 1, timeout=PATIENCE)
    assert "not" not in oak.status["message"]
    assert "another client in the same account" in oak.status["isolation"]
    assert world.cluster.events(oak.name, "NodeProven")


def test_another_tenant_gets_another_node(world: World, oak: Pool) -> None:
    elm = Pool(world, "elm-health")
    elm.onboard()
    elm.submit("second")
    elm.wait_running("second")
    assert {node["metadata"]["name"] for node in elm.nodes()}.isdisjoint(n["metadata"]["name"] for n in oak.nodes())
    elm.delete("second")
    until("the idle node is gone", elm.living, lambda left: left == [], timeout=PATIENCE)
    until("its Node object is gone", elm.nodes, lambda left: left == [], timeout=PATIENCE)
    until("status tells of it", lambda: elm.status, lambda s: s.get("instances") == 0, timeout=PATIENCE)


def test_pods_that_ask_for_another_tenants_node_are_refused(world: World, oak: Pool) -> None:
    elm = Pool(world, "elm-asks", max=0, operators=("elm-operators",))
    elm.onboard()
    name = oak.nodes()[0]["metadata"]["name"]
    refused: dict[str, Object] = {
        "run on its own nodes: write nodeSelector": {"nodeSelector": {PROVEN: oak.name}},
        "nodeName passes over the scheduler": {"nodeName": name},
        "of no other's": {"tolerations": [{"key": "cloister.dev/tenant", "operator": "Exists"}]},
    }
    for said, ask in refused.items():
        with pytest.raises(RefusedError, match=said):
            elm.submit("asks", **ask)
    operator = world.cluster.acting_as("ann", "elm-operators")
    with pytest.raises(RefusedError, match="cannot create resource"):
        operator.bind("asks", elm.name, name)
    with pytest.raises(RefusedError, match="cannot patch resource"):
        operator.patch("Node", name, {"metadata": {"labels": {PROVEN: elm.name}}})


def test_pods_that_want_to_be_beside_another_tenants_never_are_and_cost_nothing(world: World, oak: Pool) -> None:
    """The API server takes these; the scheduler finds no node, and none is launched in vain."""
    elm = Pool(world, "elm-near", max=2)
    elm.onboard()
    near = {"topologyKey": "kubernetes.io/hostname", "namespaces": [oak.name], "labelSelector": {}}
    labelled = {"matchExpressions": [{"key": PROVEN, "operator": "In", "values": [oak.name]}]}
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    elm.submit("near-pods", affinity={"podAffinity": {required: [near]}})
    elm.submit("on-node", affinity={"nodeAffinity": {required: {"nodeSelectorTerms": [labelled]}}})
    elm.submit("plain")
    elm.wait_running("plain")
    until("it is told", lambda: elm.status.get("message", ""), lambda said: "demands" in said, timeout=PATIENCE)
    assert {elm.phase("near-pods"), elm.phase("on-node")} == {"Pending"}
    assert len(elm.instances()) == 1
    met = [node["metadata"]["name"] for node in world.cluster.every("Node") if len(_tenants_on(world, node)) > 1]
    assert met == []
    for name in ("near-pods", "on-node", "plain"):
        elm.delete(name)


def _tenants_on(world: World, node: Object) -> set[str]:
    here = node["metadata"]["name"]
    return {
        pod["metadata"]["namespace"]
        for pod in world.cluster.every("Pod")
        if pod["spec"].get("nodeName") == here and pod["metadata"]["namespace"] != "kube-system"
    }


def test_what_comes_up_on_shared_hardware_is_ended_and_never_takes_a_pod(world: World) -> None:
    pool = Pool(world, "ash-labs")
    pool.onboard()
    emulator(world, "POST", "/ec2/tenancy", {"tenancy": "default", "count": 1})
    pool.submit("wary")
    running = pool.wait_running("wary")
    by_tenancy = {each["Placement"]["Tenancy"]: each for each in pool.instances()}
    assert by_tenancy["default"]["State"]["Name"] in ("shutting-down", "terminated")
    assert pool.world.cluster.get("Node", running["spec"]["nodeName"])["spec"]["providerID"].endswith(
        by_tenancy["dedicated"]["InstanceId"]
    )
    told = [event["note"] for event in world.cluster.events(pool.name, "NodeTerminated")]
    assert any("its tenancy is default, not dedicated" in note for note in told)
    pool.delete("wary")


def test_where_a_type_is_short_the_next_one_is_launched(world: World) -> None:
    pool = Pool(world, "fir-care", instanceTypes=["m6i.large", "m6i.xlarge"])
    pool.onboard()
    emulator(world, "POST", "/ec2/capacity", {"type": "m6i.large"})
    pool.submit("patient")
    pool.wait_running("patient")
    assert [each["InstanceType"] for each in pool.living()] == ["m6i.xlarge"]
    assert "cloister_insufficient_capacity_total" in world.operator.metrics()
    pool.delete("patient")


def test_a_run_is_not_killed_by_a_new_image(world: World, oak: Pool) -> None:
    (before,) = oak.living()
    world.cluster.apply(_replaced(oak.name))
    until("it has a pod there", lambda: _served(oak), lambda served: len(served) == 1, timeout=PATIENCE)
    serving = _served(oak)
    changed = environment(world.platform.control_plane)
    changed["spec"]["nodes"]["imageId"] = "ami-0c10157e000000002"
    world.cluster.apply(changed)
    name = oak.nodes()[0]["metadata"]["name"]
    world.cluster.wait("Node", name, _drains, timeout=PATIENCE)
    assert oak.wait_running("first")["status"]["phase"] == "Running"
    # What is made anew elsewhere need not hold up the node.
    until(
        "it serves elsewhere", lambda: _served(oak), lambda now: bool(now) and now.isdisjoint(serving), timeout=PATIENCE
    )
    world.cluster.delete("ReplicaSet", "serving", oak.name)
    oak.delete("first")
    gone = before["InstanceId"]
    until("it is ended", lambda: [i["InstanceId"] for i in oak.living()], lambda ids: gone not in ids, timeout=PATIENCE)


def _replaced(namespace: str) -> Object:
    """One pod that a ReplicaSet makes anew wherever it goes."""
    labels = {"app": "serving"}
    template = {"metadata": {"labels": labels}, "spec": pod("serving", cpu="100m", restartPolicy="Always")["spec"]}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    meta = {"name": "serving", "namespace": namespace}
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": meta, "spec": spec}


def _served(pool: Pool) -> set[str]:
    """The nodes on which it runs."""
    found = pool.world.cluster.every("Pod", pool.name)
    mine = [one for one in found if one["metadata"].get("labels", {}).get("app") == "serving"]
    return {one["spec"]["nodeName"] for one in mine if one["status"]["phase"] == "Running"}


def _drains(node: Object | None) -> bool:
    taints = (node or {}).get("spec", {}).get("taints", [])
    return any(t["key"] == "cloister.dev/draining" and t["value"] == "Outdated" for t in taints)


def test_a_launch_template_that_somebody_weakens_is_put_right(world: World, oak: Pool) -> None:
    ec2: Any = world.aws.ec2
    (template,) = [
        found["LaunchTemplateName"]
        for found in ec2.describe_launch_templates()["LaunchTemplates"]
        if found["LaunchTemplateName"].startswith(f"cloister-{oak.name}-")
    ]
    weak = {"MetadataOptions": {"HttpTokens": "optional"}, "KeyName": "backdoor"}
    made = ec2.create_launch_template_version(
        LaunchTemplateName=template, SourceVersion="$Default", LaunchTemplateData=weak
    )
    number = str(made["LaunchTemplateVersion"]["VersionNumber"])
    ec2.modify_launch_template(LaunchTemplateName=template, DefaultVersion=number)
    world.cluster.poke("ClientTenant", oak.name)

    def data() -> Any:
        found = ec2.describe_launch_template_versions(LaunchTemplateName=template, Versions=["$Default"])
        return found["LaunchTemplateVersions"][0]["LaunchTemplateData"]

    until("it is safe again", data, lambda d: d["MetadataOptions"]["HttpTokens"] == "required", timeout=PATIENCE)
    assert "KeyName" not in data()
    assert world.cluster.events(oak.name, "DriftFound")


def test_a_version_of_the_template_is_kept_while_an_instance_has_it_and_then_goes(world: World) -> None:
    pool = Pool(world, "box-clinic")
    pool.onboard()
    pool.submit("first")
    pool.wait_running("first")
    for gib in (81, 82):
        pool.manifest["spec"]["nodes"]["rootVolumeGiB"] = gib
        world.onboard(pool.manifest, timeout=PATIENCE)
    until("only the default and the one in use are left", lambda: _versions(pool), {1, 3}.__eq__, timeout=PATIENCE)
    pool.delete("first")
    until("the one in use goes with its instance", lambda: _versions(pool), {3}.__eq__, timeout=PATIENCE)
    mark = world.calls.mark("at rest")
    world.cluster.poke("ClientTenant", pool.name)
    until("it is looked at", lambda: [c for c in world.calls.since(mark) if c.service == "ec2"], timeout=PATIENCE)
    assert "DeleteLaunchTemplateVersions" not in {call.operation for call in world.calls.since(mark)}


def _versions(pool: Pool) -> set[int]:
    ec2: Any = pool.world.aws.ec2
    listed = ec2.describe_launch_templates()["LaunchTemplates"]
    (name,) = [n for each in listed if (n := each["LaunchTemplateName"]).startswith(f"cloister-{pool.name}-")]
    found = ec2.describe_launch_template_versions(LaunchTemplateName=name)["LaunchTemplateVersions"]
    return {each["VersionNumber"] for each in found}


def test_what_ran_on_an_instance_that_somebody_terminates_is_given_up_with_its_node(world: World) -> None:
    pool = Pool(world, "may-labs")
    pool.onboard()
    pool.submit("doomed")
    node = pool.wait_running("doomed")["spec"]["nodeName"]
    (instance,) = pool.living()
    ec2: Any = world.aws.ec2
    ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    seen = []
    for seen_pod in world.cluster.follow("Pod", "doomed", pool.name, timeout=PATIENCE):
        if seen_pod is None:
            break
        seen.append(seen_pod)
    reasons = {c["type"]: c.get("reason") for c in seen[-1]["status"]["conditions"]}
    # Not what Kubernetes says by itself, which takes longer.
    assert (seen[-1]["status"]["phase"], reasons["DisruptionTarget"]) == ("Failed", "InstanceTerminated")
    assert world.cluster.find("Node", node) is None
    until("it is told", lambda: world.cluster.events(pool.name, "PodLost"))


def test_an_instance_profile_that_lost_its_role_gets_it_back(world: World, oak: Pool) -> None:
    iam = world.aws.iam
    name = f"cloister-{oak.name}-node"
    iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
    world.cluster.poke("ClientTenant", oak.name)

    def roles() -> list[str]:
        found = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]
        return [role["RoleName"] for role in found]

    until("it has its role", roles, lambda found: found == [name], timeout=PATIENCE)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("operation", ["RunInstances", "TerminateInstances"])
def test_killed_at_its_launch_or_end_it_launches_no_second_instance(world: World, operation: str, moment: str) -> None:
    pool = Pool(world, f"yew-{operation[0].lower()}-{moment}")
    pool.onboard()
    rule: Object = {
        "service": "ec2",
        "operation": operation,
        "kind": "kill",
        "pid": world.operator.pid,
        "when": moment,
    }
    number = emulator(world, "POST", "/faults", rule)["id"]
    pool.submit("once", script="sleep 3")
    until("it dies", lambda: not world.operator.lives, timeout=PATIENCE)
    emulator(world, "DELETE", f"/faults?id={number}")
    world.operator.restart()
    pool.wait_running("once")
    until("nothing is left", lambda: [*pool.living(), *pool.nodes()], lambda left: left == [], timeout=PATIENCE)
    assert len(pool.instances()) == 1


def test_a_tenant_that_leaves_takes_its_nodes_along(world: World) -> None:
    pool = Pool(world, "bay-clinic")
    pool.onboard()
    pool.submit("last")
    pool.wait_running("last")
    world.cluster.delete("ClientTenant", pool.name)
    world.cluster.wait_gone("ClientTenant", pool.name, timeout=2 * PATIENCE)
    assert pool.living() == []
    names = [each["LaunchTemplateName"] for each in world.aws.ec2.describe_launch_templates()["LaunchTemplates"]]
    assert not [name for name in names if "bay-clinic" in name]


def test_a_tenant_may_have_whole_hosts_of_its_own(world: World) -> None:
    pool = Pool(world, "oak-hosts", tenancy="DedicatedHost", max=2)
    pool.onboard()
    pool.submit("alone")
    pool.wait_running("alone")
    (instance,) = pool.living()
    assert instance["Placement"]["Tenancy"] == "host"
    (host,) = _hosts(world, pool)
    assert host["HostId"] == instance["Placement"]["HostId"]
    assert host["AutoPlacement"] == "off"
    until("status lists the host", lambda: pool.status.get("hosts"), _is_pure, timeout=PATIENCE)
    pool.delete("alone")
    until("the host is given back", lambda: _hosts(world, pool), lambda left: left == [], timeout=PATIENCE)
    until("status knows", lambda: pool.status.get("hosts", []), lambda left: left == [], timeout=PATIENCE)


def _hosts(world: World, pool: Pool) -> list[Any]:
    tagged = [{"Name": "tag:cloister.dev/tenant", "Values": [pool.name]}]
    ec2: Any = world.aws.ec2
    return [host for host in ec2.describe_hosts(Filter=tagged)["Hosts"] if host["State"] == "available"]


def _is_pure(hosts: Any) -> bool:
    return [(host["instances"], host["strangers"]) for host in hosts or []] == [(1, 0)]


def test_a_key_that_ec2_may_not_use_is_named_with_what_to_look_at(world: World) -> None:
    pool = Pool(world, "key-clinic", max=1)
    pool.onboard()
    denied = {"Effect": "Deny", "Action": "kms:CreateGrant", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    role = {"RoleName": "CloisterProvisioner", "PolicyName": "no-grants"}
    world.aws.iam.put_role_policy(PolicyDocument=document, **role)
    pool.submit("stuck")
    found = until("the condition", lambda: _launching(pool), lambda c: c.get("status") == "False", timeout=PATIENCE)
    world.aws.iam.delete_role_policy(**role)
    assert found["reason"] == "KeyNotUsable"
    assert world.cluster.get("ClientTenant", pool.name)["status"]["keyArn"] in found["message"]
    assert "role/CloisterProvisioner allow kms:CreateGrant (with kms:GrantIsForAWSResource)" in found["message"]
    assert world.cluster.events(pool.name, "LaunchFailed")
    pool.wait_running("stuck")
    until("it is told no more", lambda: _launching(pool), lambda c: c.get("status") == "True", timeout=PATIENCE)
    pool.delete("stuck")


def _launching(pool: Pool) -> Object:
    return next(iter(pool.status.get("conditions", [])), {})


def test_the_rights_that_this_file_claims_are_used(world: World) -> None:
    assert rights.unused(__file__, world.platform.control_plane.audit()) == set()
