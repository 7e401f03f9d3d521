//! E1-E11: worker nodes, by the template that they are launched from, and their network.

use super::super::demand::Test::{Declared, DeclaredUnseen, Empty, False, Is, OneOf, Rule, True, Within};
use super::super::demand::{home, own};
use super::super::rules::NONE_TOO_OLD;
use super::super::{Basis, Part, Safeguard, managed};

const TEMPLATE: &str = "ec2-launch-template/*";
const APPS: &str = "deployment/*/app-*";
/// As EC2 lists them, not as status tells of them.
const INSTANCES: &str = "worker-nodes/*";
const FLOWS: &str = "flow-log/*";

pub(super) const TABLE: &[Safeguard] = &[
    Safeguard {
        id: "E1",
        title: "Instance metadata only with a session (IMDSv2)",
        cfr: &["164.312(a)(1)"],
        prowler: &["ec2_instance_imdsv2_enabled", "ec2_launch_template_imdsv2_required"],
        config: &["ec2-imdsv2-check"],
        fsbp: &["EC2.8"],
        basis: managed(
            Part::Nodes,
            &[
                own(TEMPLATE, "metadata.tokens", Is("required")),
                own(TEMPLATE, "metadata.hopLimit", Within(1, 1)),
            ],
        ),
        beyond: None,
    },
    Safeguard {
        id: "E2",
        title: "Nodes without a public address",
        cfr: &["164.308(a)(3)(i)", "164.312(a)(1)"],
        prowler: &["ec2_instance_public_ip"],
        config: &["ec2-instance-no-public-ip", "subnet-auto-assign-public-ip-disabled"],
        fsbp: &["EC2.9", "EC2.15", "EC2.25"],
        basis: managed(Part::Nodes, &[own(TEMPLATE, "publicAddress", False)]),
        beyond: Some("That the subnets are private is up to who makes the VPC"),
    },
    Safeguard {
        id: "E3",
        title: "Volumes encrypted at rest",
        cfr: &["164.312(a)(2)(iv)"],
        prowler: &["ec2_ebs_volume_encryption", "ec2_ebs_default_encryption"],
        config: &["encrypted-volumes", "ec2-ebs-encryption-by-default"],
        fsbp: &["EC2.3", "EC2.7"],
        basis: managed(
            Part::Nodes,
            &[own(TEMPLATE, "volumes.*.encrypted", True), own(TEMPLATE, "volumes.*.kmsKey", Declared)],
        ),
        beyond: Some(
            "The account's other volumes, whose encryption by default the Environment's guardrail keeps",
        ),
    },
    Safeguard {
        id: "E4",
        title: "Snapshots of volumes not public",
        cfr: &[],
        prowler: &["ec2_ebs_public_snapshot"],
        config: &["ebs-snapshot-public-restorable-check"],
        fsbp: &["EC2.1"],
        basis: managed(
            Part::SnapshotBlock,
            &[home("snapshot-block-public-access/*", "state", Is("block-all-sharing"))],
        ),
        beyond: None,
    },
    Safeguard {
        id: "E5",
        title: "Nodes managed and patched",
        cfr: &["164.308(a)(5)(ii)(B)"],
        prowler: &["ec2_instance_managed_by_ssm", "ssm_managed_compliant_patching"],
        config: &[
            "ec2-instance-managed-by-systems-manager",
            "ec2-managedinstance-association-compliance-status-check",
            "ec2-managedinstance-patch-compliance-status-check",
        ],
        fsbp: &["SSM.1", "SSM.2", "SSM.3"],
        basis: managed(Part::Nodes, &[own("iam-policy/*-node", "document.JoinPullAndBePatched", Declared)]),
        beyond: Some(
            "Patch baseline and compliance are Systems Manager's; nodes are replaced by newer images",
        ),
    },
    Safeguard {
        id: "E6",
        title: "No way in from the internet",
        cfr: &["164.312(e)(1)"],
        prowler: &[
            "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22",
            "ec2_networkacl_allow_ingress_any_port",
        ],
        config: &[
            "restricted-ssh",
            "restricted-common-ports",
            "vpc-default-security-group-closed",
            "vpc-sg-open-only-to-authorized-ports",
        ],
        fsbp: &["EC2.2", "EC2.13", "EC2.14", "EC2.18", "EC2.19", "EC2.21"],
        basis: Basis::NotOurs {
            whose: "who makes the VPC, its network ACLs and the security groups that spec.network of the Environment names",
        },
        beyond: None,
    },
    Safeguard {
        id: "E7",
        title: "Network traffic logged",
        cfr: &["164.312(b)", "164.312(c)(2)"],
        prowler: &["vpc_flow_logs_enabled"],
        config: &["vpc-flow-logs-enabled"],
        fsbp: &["EC2.6"],
        basis: managed(
            Part::Audit,
            &[home(FLOWS, "traffic", Is("ALL")), home(FLOWS, "destination", Declared)],
        ),
        beyond: Some("Other VPCs of the account, and whether records arrived, are not looked at"),
    },
    Safeguard {
        id: "E8",
        title: "Nodes with a role of their own",
        cfr: &[],
        prowler: &["ec2_instance_profile_attached"],
        config: &["ec2-instance-profile-attached", "ec2-instances-in-vpc"],
        fsbp: &[],
        basis: managed(
            Part::Nodes,
            &[
                own(TEMPLATE, "profile", Declared),
                own("iam-instance-profile/*", "role", Declared),
                own(TEMPLATE, "securityGroups", Declared),
            ],
        ),
        beyond: None,
    },
    Safeguard {
        id: "E9",
        title: "No old nodes",
        cfr: &[],
        prowler: &["ec2_instance_older_than_specific_days"],
        config: &["ec2-stopped-instance"],
        fsbp: &["EC2.4"],
        basis: managed(
            Part::Nodes,
            &[own(INSTANCES, "ages", Rule(NONE_TOO_OLD)), own(INSTANCES, "stopped", Empty)],
        ),
        beyond: Some(
            "Other instances of the account. A node that is at its limit keeps the run that is on it",
        ),
    },
    Safeguard {
        id: "E10",
        title: "Hardware apart from others",
        cfr: &[],
        prowler: &[],
        config: &["desired-instance-tenancy"],
        fsbp: &[],
        basis: managed(
            Part::Nodes,
            &[
                own(TEMPLATE, "tenancy", OneOf(&["dedicated", "host"])),
                own(APPS, "spec.template.spec.nodeSelector", Declared).with(Part::Apps),
            ],
        ),
        beyond: Some(
            "Each node is proven by EC2's own word before it takes pods: see status.nodes. A Dedicated Instance may share its server with another tenant of the account",
        ),
    },
    Safeguard {
        id: "E11",
        title: "No secrets in user data",
        cfr: &[],
        prowler: &["ec2_instance_secrets_user_data", "ec2_launch_template_no_secrets"],
        config: &[],
        fsbp: &[],
        basis: managed(Part::Nodes, &[own(TEMPLATE, "userData", DeclaredUnseen)]),
        beyond: None,
    },
];
