"""Launch templates. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-launch-template-versions.html"""

from typing import Any

import pytest

from aws.conftest import Emulator, refused
from aws.ec2_world import IMAGE, data, tagged, tags
from aws.ec2_world import template as make_template


@pytest.fixture
def ec2(aws: Emulator) -> Any:
    return aws.client("ec2")


def create(ec2: Any, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"LaunchTemplateName": "cloister-acme", "LaunchTemplateData": {"ImageId": IMAGE}}
    made: dict[str, Any] = ec2.create_launch_template(**given | more)["LaunchTemplate"]
    return made


def test_what_is_written_is_read_back(aws: Emulator, ec2: Any) -> None:
    template = make_template(aws, ec2, key="k", profile="p")
    (found,) = ec2.describe_launch_template_versions(LaunchTemplateId=template)["LaunchTemplateVersions"]
    assert found["LaunchTemplateData"] == data("k", "p")
    assert (found["VersionNumber"], found["DefaultVersion"]) == (1, True)
    (seen,) = ec2.describe_launch_templates(LaunchTemplateNames=["cloister-acme"])["LaunchTemplates"]
    assert seen["Tags"] == tags()  # its own alone: moto shows them among those of instances
    assert (seen["LaunchTemplateId"], seen["DefaultVersionNumber"], seen["LatestVersionNumber"]) == (template, 1, 1)


def test_versions_add_up(ec2: Any) -> None:
    template = create(ec2)["LaunchTemplateId"]
    more = {"LaunchTemplateId": template, "LaunchTemplateData": {"InstanceType": "m5.large"}}
    second = ec2.create_launch_template_version(**more, VersionDescription="alone")["LaunchTemplateVersion"]
    third = ec2.create_launch_template_version(**more, SourceVersion="1")["LaunchTemplateVersion"]
    assert second["LaunchTemplateData"] == {"InstanceType": "m5.large"}
    assert third["LaunchTemplateData"] == {"ImageId": IMAGE, "InstanceType": "m5.large"}
    changed = ec2.modify_launch_template(LaunchTemplateId=template, DefaultVersion="2")["LaunchTemplate"]
    assert (changed["DefaultVersionNumber"], changed["LatestVersionNumber"]) == (2, 3)

    def numbers(**given: Any) -> list[int]:
        found = ec2.describe_launch_template_versions(**given)["LaunchTemplateVersions"]
        return [each["VersionNumber"] for each in found]

    assert numbers(LaunchTemplateId=template) == [3, 2, 1]
    assert numbers(LaunchTemplateId=template, Versions=["$Default", "$Latest"]) == [3, 2]
    assert numbers(LaunchTemplateId=template, MinVersion="2", MaxVersion="2") == [2]
    assert numbers(Versions=["$Default"]) == [2]
    with refused("InvalidLaunchTemplateId.VersionNotFound"):
        ec2.modify_launch_template(LaunchTemplateId=template, DefaultVersion="4")


def test_versions_are_deleted_each_by_itself_and_their_numbers_do_not_come_again(ec2: Any) -> None:
    template = {"LaunchTemplateId": create(ec2)["LaunchTemplateId"]}
    for _ in range(2):
        ec2.create_launch_template_version(**template, LaunchTemplateData={"InstanceType": "m5.large"})
    told = ec2.delete_launch_template_versions(**template, Versions=["1", "3", "7"])
    assert [each["VersionNumber"] for each in told["SuccessfullyDeletedLaunchTemplateVersions"]] == [3]
    refusals = told["UnsuccessfullyDeletedLaunchTemplateVersions"]
    # The first is the default one.
    codes = {1: "unexpectedError", 7: "launchTemplateVersionDoesNotExist"}
    assert {each["VersionNumber"]: each["ResponseError"]["Code"] for each in refusals} == codes
    made = ec2.create_launch_template_version(**template, LaunchTemplateData={"InstanceType": "m5.large"})
    assert made["LaunchTemplateVersion"]["VersionNumber"] == 4
    left = ec2.describe_launch_template_versions(**template)["LaunchTemplateVersions"]
    assert [each["VersionNumber"] for each in left] == [4, 2, 1]
    with refused("MissingParameter"):
        ec2.delete_launch_template_versions(**template, Versions=[])
    with refused("InvalidParameterValue"):
        ec2.delete_launch_template_versions(**template, Versions=[str(n) for n in range(201)])


def test_a_token_creates_once(ec2: Any) -> None:
    """API_CreateLaunchTemplate, "ClientToken". moto calls the second a duplicate."""
    first = create(ec2, ClientToken="t")
    assert create(ec2, ClientToken="t") == first
    with refused("IdempotentParameterMismatch"):
        create(ec2, ClientToken="t", LaunchTemplateData={"ImageId": IMAGE, "InstanceType": "m5.large"})
    version = {
        "LaunchTemplateId": first["LaunchTemplateId"],
        "LaunchTemplateData": {"KeyName": "k"},
        "ClientToken": "v",
    }
    for _ in range(2):
        made = ec2.create_launch_template_version(**version)["LaunchTemplateVersion"]
        assert made["VersionNumber"] == 2


def test_what_a_template_refuses(ec2: Any) -> None:
    create(ec2)
    refusals: list[tuple[str, dict[str, Any]]] = [
        ("InvalidLaunchTemplateName.AlreadyExistsException", {}),
        ("InvalidLaunchTemplateName.MalformedException", {"LaunchTemplateName": "a b"}),
        ("MissingParameter", {"LaunchTemplateName": ""}),
        ("InvalidParameterValue", {"LaunchTemplateName": "new", "TagSpecifications": tagged("instance")}),
        ("InvalidUserData.Malformed", {"LaunchTemplateName": "new", "LaunchTemplateData": {"UserData": "%"}}),
        (
            "NotImplemented",
            {"LaunchTemplateName": "new", "LaunchTemplateData": {"HibernationOptions": {"Configured": True}}},
        ),
        ("NotImplemented", {"LaunchTemplateName": "new", "LaunchTemplateData": {"Placement": {"GroupName": "g"}}}),
    ]
    for code, given in refusals:
        with refused(code):
            create(ec2, **given)
    assert len(ec2.describe_launch_templates()["LaunchTemplates"]) == 1


def test_templates_are_found_and_deleted(ec2: Any) -> None:
    create(ec2, LaunchTemplateName="other")
    create(ec2, TagSpecifications=tagged("launch-template"))
    ours = [{"Name": "tag:cloister.dev/owner-uid", "Values": ["u1"]}]
    (found,) = ec2.describe_launch_templates(Filters=ours)["LaunchTemplates"]
    assert found["LaunchTemplateName"] == "cloister-acme"
    page = ec2.describe_launch_templates(MaxResults=1)
    assert len(ec2.describe_launch_templates(NextToken=page["NextToken"])["LaunchTemplates"]) == 1
    ec2.delete_launch_template(LaunchTemplateId=found["LaunchTemplateId"])
    with refused("InvalidLaunchTemplateId.NotFound"):
        ec2.describe_launch_templates(LaunchTemplateIds=[found["LaunchTemplateId"]])
    with refused("InvalidLaunchTemplateName.NotFoundException"):
        ec2.delete_launch_template(LaunchTemplateName="cloister-acme")
    with refused("InvalidLaunchTemplateId.Malformed"):
        ec2.delete_launch_template(LaunchTemplateId="lt-x")
