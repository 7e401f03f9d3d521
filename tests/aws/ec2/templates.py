"""Launch templates.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-launch-template-versions.html
Data is checked when an instance is launched from it, not before, as AWS says; but for the form of user data.
"""

import base64
import re
from datetime import UTC, datetime
from typing import Any

from aws.call import Call
from aws.ec2 import clock, filters, names, tags, tokens
from aws.ec2.filters import Facts
from aws.ec2.records import Template, Version
from aws.ec2.requested import known
from aws.ec2.versions import find, version_of
from aws.ec2.wire import Arguments, invalid, missing, operation
from aws.errors import AwsError

NAME = re.compile(r"[a-zA-Z0-9().\-/_]{3,128}")
FACTS: Facts[Template] = {
    "create-time": lambda each: each.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "launch-template-name": lambda each: each.name,
}
VERSION_FACTS: Facts[tuple[Template, Version]] = {
    "create-time": lambda each: each[1].created.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "is-default-version": lambda each: each[1].number == each[0].default,
    "image-id": lambda each: each[1].data.get("ImageId"),
    "instance-type": lambda each: each[1].data.get("InstanceType"),
}
ALIASES = ("$Latest", "$Default")


def _template(found: Template) -> dict[str, Any]:
    return {
        "LaunchTemplateId": found.identifier,
        "LaunchTemplateName": found.name,
        "CreateTime": found.created,
        "CreatedBy": found.created_by,
        "DefaultVersionNumber": found.default,
        "LatestVersionNumber": found.latest,
        "Tags": tags.listed(found.tags),
    }


def _version(of: Template, found: Version) -> dict[str, Any]:
    return {
        "LaunchTemplateId": of.identifier,
        "LaunchTemplateName": of.name,
        "VersionNumber": found.number,
        "VersionDescription": found.description,
        "CreateTime": found.created,
        "CreatedBy": found.created_by,
        "DefaultVersion": found.number == of.default,
        "LaunchTemplateData": found.data,
    }


def _data(given: Arguments) -> dict[str, Any]:
    data: dict[str, Any] = given["LaunchTemplateData"]
    known(data, "a launch template")
    tags.specified(data, "instance", "volume", "network-interface", "spot-instances-request")
    try:
        base64.b64decode(data.get("UserData", ""), validate=True)
    except ValueError as error:
        raise AwsError("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.") from error
    return data


@operation(
    *("CreateLaunchTemplate", "ClientToken", "LaunchTemplateName", "VersionDescription", "LaunchTemplateData"),
    "TagSpecifications",
)
def create_launch_template(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)

    def create() -> Template:
        name = given["LaunchTemplateName"]
        if not NAME.fullmatch(name):
            message = "Launch template name must be 3 to 128 letters, numbers and these: ( ) . / _ -"
            raise AwsError("InvalidLaunchTemplateName.MalformedException", message)
        if any(each.name == name for each in here.templates.values()):
            message = "Launch template name already in use."
            raise AwsError("InvalidLaunchTemplateName.AlreadyExistsException", message)
        own = tags.specified(given, "launch-template").get("launch-template", {})
        now = datetime.now(UTC)
        first = Version(1, given.get("VersionDescription"), now, call.by.arn, _data(given))
        made = Template(names.fresh("lt"), name, now, call.by.arn, own, {1: first})
        here.templates[made.identifier] = made
        return made

    return {"LaunchTemplate": _template(tokens.once(call, here, create))}


@operation(
    *("CreateLaunchTemplateVersion", "ClientToken", "LaunchTemplateId", "LaunchTemplateName", "SourceVersion"),
    *("VersionDescription", "LaunchTemplateData"),
)
def create_launch_template_version(call: Call, given: Arguments) -> dict[str, Any]:
    """Of a source version each parameter is taken over that is not given anew."""
    here = clock.current(call.account, call.region)
    template = find(here, given)

    def create() -> Version:
        source = version_of(template, given["SourceVersion"]).data if given.get("SourceVersion") else {}
        number = template.made = template.made + 1
        made = Version(number, given.get("VersionDescription"), datetime.now(UTC), call.by.arn, source | _data(given))
        template.versions[number] = made
        return made

    return {"LaunchTemplateVersion": _version(template, tokens.once(call, here, create))}


@operation("ModifyLaunchTemplate", "ClientToken", "LaunchTemplateId", "LaunchTemplateName", "DefaultVersion")
def modify_launch_template(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    template = find(here, given)

    def modify() -> None:
        if not given.get("DefaultVersion"):
            raise missing("SetDefaultVersion")
        template.default = version_of(template, given["DefaultVersion"]).number

    tokens.once(call, here, modify)
    return {"LaunchTemplate": _template(template)}


@operation("DeleteLaunchTemplate", "LaunchTemplateId", "LaunchTemplateName")
def delete_launch_template(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    template = find(here, given)
    del here.templates[template.identifier]
    return {"LaunchTemplate": _template(template)}


@operation(
    *("DescribeLaunchTemplates", "LaunchTemplateIds", "LaunchTemplateNames", "Filters", "MaxResults", "NextToken")
)
def describe_launch_templates(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    named = [find(here, {"LaunchTemplateId": each}) for each in given.get("LaunchTemplateIds") or []]
    named += [find(here, {"LaunchTemplateName": each}) for each in given.get("LaunchTemplateNames") or []]
    every = named or sorted(here.templates.values(), key=lambda each: each.identifier)
    listed, token = filters.page(
        given, filters.chosen(given, every, FACTS, lambda each: each.tags), "LaunchTemplateIds", least=1, most=200
    )
    return {"LaunchTemplates": [_template(each) for each in listed], "NextToken": token}


@operation(
    *("DescribeLaunchTemplateVersions", "LaunchTemplateId", "LaunchTemplateName", "Versions", "MinVersion"),
    *("MaxVersion", "Filters", "MaxResults", "NextToken"),
)
def describe_launch_template_versions(call: Call, given: Arguments) -> dict[str, Any]:
    """Of one template all or those that are asked for; of all templates the latest or the default ones."""
    here = clock.current(call.account, call.region)
    wanted = given.get("Versions") or []
    if given.get("LaunchTemplateId") or given.get("LaunchTemplateName"):
        template = find(here, given)
        numbers = {version_of(template, each).number for each in wanted} or set(template.versions)
        numbers = {each for each in numbers if _bound(given, "MinVersion", 0) <= each}
        numbers = {each for each in numbers if each <= _bound(given, "MaxVersion", template.latest)}
        found = [(template, template.versions[each]) for each in sorted(numbers, reverse=True)]
    else:
        if not wanted or any(each not in ALIASES for each in wanted):
            raise missing("LaunchTemplateId or LaunchTemplateName, or $Latest or $Default as the only versions")
        found = []
        for template in sorted(here.templates.values(), key=lambda each: each.identifier):
            numbers = {version_of(template, each).number for each in wanted}
            found += [(template, template.versions[each]) for each in sorted(numbers, reverse=True)]
    chosen = filters.chosen(given, found, VERSION_FACTS, lambda each: {})
    listed, token = filters.page(given, chosen, least=1, most=200)
    return {"LaunchTemplateVersions": [_version(*each) for each in listed], "NextToken": token}


def _bound(given: Arguments, name: str, otherwise: int) -> int:
    value = given.get(name)
    if value is not None and not value.isdigit():
        raise invalid(f"Invalid value '{value}' for {name}. It is no number.")
    return int(value) if value else otherwise
