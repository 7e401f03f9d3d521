"""Amazon EC2's instances, launch templates and Dedicated Hosts, all of them ours: moto's instances read back default
tenancy whatever was asked, take no settings from a launch template but a few, and know no states.

`wire.py` speaks the protocol by the published model, `records.py` keeps the state, `clock.py` lets changes take time,
`launch.py` is RunInstances. Networks are moto's (`places.py`).

AWS's documentation does not say, and so these are our best guess. Where there was a choice it is the narrower one, so
that what works here works with the other too:
- A parameter of RunInstances replaces the launch template's of the same name as a whole, of TagSpecifications that of
  the same resource type; nothing is merged. MetadataOptions, Placement and NetworkInterfaces are to be given whole.
- A key that cannot be used, whatever the reason, is Client.InternalError after `pending`.
- An instance of a dedicated-tenancy VPC that asks for tenancy `default` is dedicated.
- An instance type that a Dedicated Host is not for is UnsupportedHostConfiguration.
- A role is added to an instance profile with iam:PassRole to ec2.amazonaws.com.
"""
