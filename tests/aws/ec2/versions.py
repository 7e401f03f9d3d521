"""Launch templates and their versions, as others find them."""

from aws.ec2 import names
from aws.ec2.records import Region, Template, Version
from aws.ec2.wire import Arguments, missing
from aws.errors import AwsError


def find(here: Region, given: Arguments) -> Template:
    identifier, name = given.get("LaunchTemplateId"), given.get("LaunchTemplateName")
    if not identifier and not name:
        raise missing("LaunchTemplateId or LaunchTemplateName")
    if identifier and name:
        raise AwsError("InvalidParameterCombination", "You cannot specify both a launch template's ID and its name.")
    if identifier:
        names.check(identifier, "lt")
        if identifier not in here.templates:
            raise names.not_found(identifier)
        return here.templates[identifier]
    for template in here.templates.values():
        if template.name == name:
            return template
    message = f"The specified launch template, with template name {name}, does not exist."
    raise AwsError("InvalidLaunchTemplateName.NotFoundException", message)


def version_of(template: Template, wanted: str) -> Version:
    number = {"$Default": template.default, "$Latest": template.latest}.get(wanted)
    if number is None and wanted.isdigit():
        number = int(wanted)
    if number is None or number not in template.versions:
        message = (
            f"Could not find the specified version {wanted} for the launch template with ID {template.identifier}."
        )
        raise AwsError("InvalidLaunchTemplateId.VersionNotFound", message)
    return template.versions[number]
