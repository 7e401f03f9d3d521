"""Versions of launch templates that go.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html
"""

from typing import Any

from aws.call import Call
from aws.ec2 import clock
from aws.ec2.records import Template
from aws.ec2.versions import find
from aws.ec2.wire import Arguments, invalid, missing, operation

MOST_DELETED = 200


@operation("DeleteLaunchTemplateVersions", "LaunchTemplateId", "LaunchTemplateName", "Versions")
def delete_launch_template_versions(call: Call, given: Arguments) -> dict[str, Any]:
    """Each by itself: what cannot be deleted is told in an answer that goes well."""
    here = clock.current(call.account, call.region)
    template = find(here, given)
    wanted = given.get("Versions") or []
    if not wanted:
        raise missing("Versions")
    if len(wanted) > MOST_DELETED:
        raise invalid(f"Only {MOST_DELETED} versions can be deleted in a request.")
    told: dict[str, list[dict[str, Any]]] = {"Successfully": [], "Unsuccessfully": []}
    for each in wanted:
        if not each.isdigit():
            raise invalid(f"Invalid value '{each}' for Versions. It is no number.")
        version: dict[str, Any] = {"LaunchTemplateId": template.identifier, "LaunchTemplateName": template.name}
        version["VersionNumber"] = int(each)
        wrong = _undeletable(template, int(each))
        if wrong:
            code, message = wrong
            told["Unsuccessfully"].append(version | {"ResponseError": {"Code": code, "Message": message}})
        else:
            del template.versions[int(each)]
            told["Successfully"].append(version)
    return {f"{how}DeletedLaunchTemplateVersions": versions for how, versions in told.items()}


def _undeletable(template: Template, number: int) -> tuple[str, str] | None:
    if number not in template.versions:
        return "launchTemplateVersionDoesNotExist", f"Could not find the specified version {number}."
    if number == template.default:
        return "unexpectedError", "The default version of a launch template cannot be deleted."
    return None
