"""EC2 is moto's; we only see to it that the network is there before the first call."""

from aws import network
from aws.call import Call


def prepare(call: Call) -> None:
    if call.service == "ec2":
        network.build()
