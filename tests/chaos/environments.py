"""Environments of the staging account, one for each region, so that many may be onboarded at once."""

from contextlib import suppress
from dataclasses import dataclass, field

from chaos.points import Point, points
from chaos.rig import PATIENCE, Rig
from e2e import manifests
from e2e.account import STAGING, Account
from e2e.kinds import is_ready

# Without us-east-1, which other tests use.
_REGIONS = (
    *("us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"),
    *("eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2"),
    *("ap-east-1", "ap-south-1", "ap-south-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"),
    *("ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4"),
    *("me-south-1", "me-central-1", "af-south-1", "il-central-1"),
)


def log_bucket(region: str) -> str:
    return f"cloister-logs-{STAGING}-{region}"


@dataclass
class Environments:
    rig: Rig
    networks: dict[str, dict[str, object]] = field(default_factory=dict)
    # By region, what stands.
    uids: dict[str, str] = field(default_factory=dict)

    def fresh(self) -> str:
        """A region in which nothing is yet."""
        return next(region for region in _REGIONS if region not in self.uids)

    def apply(self, region: str, **spec: object) -> None:
        manifest = manifests.staging(region=region, network=self._network(region), adopt=[], **spec)
        # There are fewer regions than calls with what detects, which AWS has one of and so cannot be doubled.
        manifest["spec"]["guardrails"] = {"guardDuty": "Leave", "configRecorder": "Leave"}
        manifest["metadata"]["name"] = region
        self._loosen(region)
        (applied,) = self.rig.world.cluster.apply(manifest)
        self.uids[region] = applied["metadata"]["uid"]

    def is_ready(self, region: str) -> bool:
        return is_ready(self.rig.world.cluster.find("Environment", region))

    def wait_ready(self, *regions: str) -> None:
        for region in regions:
            self.rig.world.cluster.wait_ready("Environment", region, timeout=PATIENCE)

    def points(self, since: int, region: str) -> list[Point]:
        return points(self.rig.control, since, log_bucket(region))

    def inject(self, fault: dict[str, object], point: Point, region: str) -> str:
        return self.rig.inject(fault | point.matching(log_bucket(region)) | {"account": STAGING})

    def standing(self) -> dict[str, str]:
        """Each bucket of the account, with its owner's uid."""
        aws = Account(self.rig.world.endpoints, STAGING)
        listed = [bucket["Name"] for bucket in aws.s3.list_buckets()["Buckets"]]
        tags = {name: aws.s3.get_bucket_tagging(Bucket=name)["TagSet"] for name in listed}
        return {n: next(t["Value"] for t in tags[n] if t["Key"] == "cloister.dev/owner-uid") for n in listed}

    def clear(self) -> None:
        """No Environment is left of these, nor the log bucket that outlives it."""
        for region in self.uids:
            self.rig.world.cluster.delete("Environment", region)
        aws = Account(self.rig.world.endpoints, STAGING)
        for region in self.uids:
            self.rig.world.cluster.wait_gone("Environment", region)
            aws.s3.delete_bucket(Bucket=log_bucket(region))
        self.uids.clear()

    def _loosen(self, region: str) -> None:
        """The account and region as they are when new: another Environment may have tightened them."""
        aws = Account(self.rig.world.endpoints, STAGING, region=region)
        aws.s3control.delete_public_access_block(AccountId=STAGING)
        aws.ec2.disable_ebs_encryption_by_default()
        aws.ec2.disable_snapshot_block_public_access()
        with suppress(aws.iam.exceptions.NoSuchEntityException):
            aws.iam.delete_account_password_policy()

    def _network(self, region: str) -> dict[str, object]:
        if region not in self.networks:
            ec2 = Account(self.rig.world.endpoints, STAGING, region=region).ec2
            vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
            zones = ec2.describe_availability_zones()["AvailabilityZones"][:2]
            subnets = [
                ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=zone["ZoneName"])
                for n, zone in enumerate(zones)
            ]
            group = ec2.create_security_group(VpcId=vpc, GroupName="nodes", Description="worker nodes")
            ids = [made["Subnet"]["SubnetId"] for made in subnets]
            self.networks[region] = {"vpcId": vpc, "subnetIds": ids, "securityGroupIds": [group["GroupId"]]}
        return self.networks[region]
