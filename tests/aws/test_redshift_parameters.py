"""Parameter groups, and how far a cluster has followed its own.

https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-parameter-groups.html
"""

from typing import Any

import pytest

from aws.conftest import Call, Emulator, refused
from aws.redshift_world import create, seen, slow, tags


@pytest.fixture
def redshift(aws: Emulator) -> Any:
    aws.control("POST", "/redshift", {"default": 0})
    client = aws.client("redshift")
    make(client, "acme")
    return client


def make(redshift: Any, name: str, family: str = "redshift-2.0", **more: Any) -> None:
    redshift.create_cluster_parameter_group(
        ParameterGroupName=name, ParameterGroupFamily=family, Description="d", **more
    )


def put(redshift: Any, group: str = "acme", **values: str) -> None:
    listed = [{"ParameterName": name, "ParameterValue": value} for name, value in values.items()]
    redshift.modify_cluster_parameter_group(ParameterGroupName=group, Parameters=listed)


def values(redshift: Any, group: str, **more: str) -> dict[str, str]:
    found = redshift.describe_cluster_parameters(ParameterGroupName=group, **more)["Parameters"]
    return {each["ParameterName"]: each["ParameterValue"] for each in found}


def followed(redshift: Any) -> tuple[str, str, set[str]]:
    """The group, its status, and the parameters that are not in sync."""
    (group,) = seen(redshift)["ClusterParameterGroups"]
    listed = group.get("ClusterParameterStatusList", [])
    late = {each["ParameterName"] for each in listed if each["ParameterApplyStatus"] != "in-sync"}
    return group["ParameterGroupName"], group["ParameterApplyStatus"], late


def test_the_families_and_what_they_set(redshift: Any) -> None:
    """ "As of January 10, 2025, the default value for the require_ssl parameter is true." """
    make(redshift, "old", "redshift-1.0")
    assert values(redshift, "acme") == values(redshift, "default.redshift-2.0")
    assert values(redshift, "acme")["require_ssl"] == "true"
    assert values(redshift, "old") == values(redshift, "default.redshift-1.0")
    assert values(redshift, "old")["require_ssl"] == "false"
    assert values(redshift, "acme")["enable_user_activity_logging"] == "false"
    (found,) = [
        each
        for each in redshift.describe_cluster_parameters(ParameterGroupName="acme")["Parameters"]
        if each["ParameterName"] == "use_fips_ssl"
    ]
    assert (found["ApplyType"], found["Source"], found["AllowedValues"]) == ("static", "engine-default", "true,false")
    family = redshift.describe_default_cluster_parameters(ParameterGroupFamily="redshift-1.0")
    assert len(family["DefaultClusterParameters"]["Parameters"]) == len(values(redshift, "old"))


def test_what_is_set_is_the_users(redshift: Any) -> None:
    """ "After you change a parameter value, the source changes to user" """
    put(redshift, require_ssl="true", statement_timeout="60000")
    put(redshift, enable_user_activity_logging="true")
    assert values(redshift, "acme", Source="user") == {
        "enable_user_activity_logging": "true",
        "require_ssl": "true",
        "statement_timeout": "60000",
    }
    assert "require_ssl" not in values(redshift, "acme", Source="engine-default")
    reset = [{"ParameterName": "statement_timeout"}]
    redshift.reset_cluster_parameter_group(ParameterGroupName="acme", ResetAllParameters=False, Parameters=reset)
    assert set(values(redshift, "acme", Source="user")) == {"enable_user_activity_logging", "require_ssl"}
    redshift.reset_cluster_parameter_group(ParameterGroupName="acme", ResetAllParameters=True)
    assert values(redshift, "acme", Source="user") == {}


def test_a_change_waits_for_a_reboot(redshift: Any) -> None:
    """ "you must reboot any clusters that are associated with the modified parameter group" """
    create(redshift, ClusterParameterGroupName="acme")
    assert followed(redshift) == ("acme", "in-sync", set())
    put(redshift, require_ssl="false")
    assert followed(redshift) == ("acme", "pending-reboot", {"require_ssl"})
    put(redshift, require_ssl="true", auto_mv="true")
    assert followed(redshift) == ("acme", "pending-reboot", {"require_ssl"}), "changing it back is a change too"
    redshift.modify_cluster(ClusterIdentifier="cloister-acme", AutomatedSnapshotRetentionPeriod=9)
    assert followed(redshift)[1] == "pending-reboot"
    redshift.reboot_cluster(ClusterIdentifier="cloister-acme")
    assert followed(redshift) == ("acme", "in-sync", set())


def test_maintenance_does_not_apply_parameters(aws: Emulator, redshift: Any) -> None:
    """ "Changes aren't applied if your cluster is restarted during maintenance." """
    create(redshift, ClusterParameterGroupName="acme")
    put(redshift, use_fips_ssl="true")
    aws.control("POST", "/redshift/maintenance?account=222222222222")
    assert followed(redshift)[1] == "pending-reboot"


def test_values_are_applying_first(aws: Emulator, redshift: Any) -> None:
    create(redshift, ClusterParameterGroupName="acme")
    slow(aws, "applying")
    put(redshift, require_ssl="false")
    assert followed(redshift) == ("acme", "applying", {"require_ssl"})
    with refused("InvalidClusterParameterGroupState", 400):
        put(redshift, require_ssl="true")


def test_a_cluster_has_one_group_and_another_waits_for_a_reboot(aws: Emulator, redshift: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/APIReference/API_ModifyCluster.html"""
    create(redshift, ClusterParameterGroupName="acme")
    make(redshift, "other")
    seen(redshift)
    slow(aws, "modifying")
    answer = redshift.modify_cluster(ClusterIdentifier="cloister-acme", ClusterParameterGroupName="other")["Cluster"]
    assert answer["ClusterStatus"] == "modifying"
    group, state, late = followed(redshift)
    assert (group, state) == ("other", "pending-reboot") and late == set(values(redshift, "other"))
    redshift.delete_cluster_parameter_group(ParameterGroupName="acme")


def test_groups_in_use_and_default_groups(redshift: Any) -> None:
    create(redshift, ClusterParameterGroupName="acme")
    calls: list[tuple[str, Call]] = [
        (
            "InvalidClusterParameterGroupState",
            lambda: redshift.delete_cluster_parameter_group(ParameterGroupName="acme"),
        ),
        ("InvalidParameterValue", lambda: put(redshift, "default.redshift-2.0", require_ssl="false")),
        ("InvalidParameterValue", lambda: put(redshift, require_ssl="maybe")),
        ("InvalidParameterValue", lambda: put(redshift, statement_timeout="50")),
        ("InvalidParameterValue", lambda: put(redshift, colour="blue")),
        ("InvalidParameterValue", lambda: make(redshift, "more", "redshift-9.0")),
        ("ClusterParameterGroupAlreadyExists", lambda: make(redshift, "Acme")),
        ("ClusterParameterGroupNotFound", lambda: put(redshift, "absent", require_ssl="true")),
    ]
    for code, call in calls:
        with refused(code):
            call()
    redshift.delete_cluster(ClusterIdentifier="cloister-acme", SkipFinalClusterSnapshot=True)
    redshift.delete_cluster_parameter_group(ParameterGroupName="acme")


def test_groups_are_listed(redshift: Any) -> None:
    make(redshift, "tagged", Tags=tags("u1"))
    found = redshift.describe_cluster_parameter_groups()["ParameterGroups"]
    assert [each["ParameterGroupName"] for each in found] == [
        "acme",
        "default.redshift-1.0",
        "default.redshift-2.0",
        "tagged",
    ]
    (found,) = redshift.describe_cluster_parameter_groups(TagValues=["u1"])["ParameterGroups"]
    assert (found["ParameterGroupName"], found["Tags"]) == ("tagged", tags("u1"))
    with refused("ClusterParameterGroupNotFound", 404):
        redshift.describe_cluster_parameter_groups(ParameterGroupName="absent")
