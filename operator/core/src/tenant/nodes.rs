//! What the tenant's worker nodes are launched from: E1-E3, E8, E10 and E11 of the checklist. The instances
//! themselves come and go with the pods (`crate::pool`).

use std::collections::{BTreeMap, BTreeSet};

use cloister_crds::Nodes;
use cloister_crds::nodes::NodeSource;
use serde_json::json;

use super::{Inputs, want};
use crate::document::{Document, Statement};
use crate::ownership::TENANT;
use crate::plan::DesiredSet;
use crate::pool::{POOL, UNPROVEN};
use crate::resource::{
    InstanceProfile, LaunchTemplate, MetadataOptions, Policy, Resource, ResourceId, Role, Tags, Volume,
};

/// The root device of Amazon Linux 2023.
pub(super) const ROOT: &str = "/dev/xvda";

pub(super) fn desire(inputs: &Inputs<'_>, set: &mut DesiredSet) {
    let (Some(nodes), Some(source)) = (&inputs.spec.nodes, &inputs.account.nodes) else { return };
    let name = inputs.names.role("node");
    let policy_id = ResourceId::Policy(name.clone());
    let policy = Resource::Policy(Policy { document: Some(node_document(inputs)) });
    set.insert(policy_id.clone(), want(policy, [inputs.key_id()]));

    let boundary = inputs.names.role("boundary");
    let role = Role {
        trust: Some(trust()),
        boundary: inputs.account.policy_arn(&boundary),
        attached: BTreeSet::from([inputs.account.policy_arn(&name)]),
        inline: BTreeSet::new(),
        tags: inputs.tags("role/node"),
    };
    let role_id = ResourceId::Role(name.clone());
    set.insert(role_id.clone(), want(Resource::Role(role), [ResourceId::Policy(boundary), policy_id]));

    let profile = InstanceProfile { role: Some(name.clone()), tags: inputs.tags("instance-profile") };
    let profile_id = ResourceId::InstanceProfile(name);
    set.insert(profile_id.clone(), want(Resource::InstanceProfile(profile), [role_id]));

    let template = Resource::LaunchTemplate(Box::new(template(inputs, nodes, source)));
    let id = ResourceId::LaunchTemplate(inputs.names.launch_template());
    set.insert(id, want(template, [inputs.key_id(), profile_id]));
}

fn trust() -> Document {
    let ec2 = Statement::allow(["sts:AssumeRole"]).principal("Service", "ec2.amazonaws.com");
    Document::new([("Ec2", ec2)])
}

/// What a node cannot be without: its own description (nodeadm asks for its DNS name), images, and to be patched
/// and inventoried by Systems Manager (E5). Session Manager (ssmmessages) is not among it: nobody gets a shell.
pub(super) const NODE_ACTIONS: [&str; 25] = [
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeInstances",
    "ec2messages:AcknowledgeMessage",
    "ec2messages:DeleteMessage",
    "ec2messages:FailMessage",
    "ec2messages:GetEndpoint",
    "ec2messages:GetMessages",
    "ec2messages:SendReply",
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "ssm:DescribeAssociation",
    "ssm:DescribeDocument",
    "ssm:GetDeployablePatchSnapshotForInstance",
    "ssm:GetDocument",
    "ssm:GetManifest",
    "ssm:ListAssociations",
    "ssm:ListInstanceAssociations",
    "ssm:PutComplianceItems",
    "ssm:PutConfigurePackageResult",
    "ssm:PutInventory",
    "ssm:UpdateAssociationStatus",
    "ssm:UpdateInstanceAssociationStatus",
    "ssm:UpdateInstanceInformation",
];

/// These have no resource of the tenant's own to be narrowed to.
pub(super) fn node_statement(inputs: &Inputs<'_>) -> Statement {
    Statement::allow(NODE_ACTIONS).on(["*"]).when(
        "StringEquals",
        "aws:RequestedRegion",
        [inputs.account.region.clone()],
    )
}

fn node_document(inputs: &Inputs<'_>) -> Document {
    Document::new([("JoinPullAndBePatched", node_statement(inputs))])
}

fn template(inputs: &Inputs<'_>, nodes: &Nodes, source: &NodeSource) -> LaunchTemplate {
    let volume = Volume {
        encrypted: true,
        kms_key: Some(inputs.key_arn().to_owned()),
        gib: Some(nodes.root_volume_gib),
        type_: "gp3".into(),
        deleted_with_instance: true,
    };
    let profile = format!("instance-profile/cloister/{}", inputs.names.role("node"));
    LaunchTemplate {
        image: source.image_id.clone(),
        tenancy: nodes.tenancy.ec2().into(),
        profile: inputs.account.iam_arn(&profile),
        security_groups: inputs.account.security_groups.clone(),
        public_address: Some(false),
        metadata: MetadataOptions { tokens: "required".into(), hop_limit: 1, endpoint: "enabled".into() },
        volumes: BTreeMap::from([(ROOT.into(), volume)]),
        user_data: user_data(&inputs.names.tenant, source),
        shutdown: "terminate".into(),
        instance_tags: labelled(inputs, "node"),
        volume_tags: labelled(inputs, "node-volume"),
        interface_tags: labelled(inputs, "node-interface"),
        others: BTreeSet::new(),
        tags: inputs.tags("launch-template"),
    }
}

pub(super) fn labelled(inputs: &Inputs<'_>, what: &str) -> Tags {
    let mut tags = inputs.tags(what);
    tags.insert("Name".into(), format!("cloister-{}", inputs.names.tenant));
    tags.insert(POOL.into(), inputs.names.tenant.clone());
    tags
}

/// A NodeConfig, in JSON, which is YAML too. Nothing in it is secret: a node shows who it is by its role.
/// <https://awslabs.github.io/amazon-eks-ami/nodeadm/>
fn user_data(tenant: &str, source: &NodeSource) -> String {
    let access = &source.cluster;
    let taints = format!("{TENANT}={tenant}:NoSchedule,{UNPROVEN}=true:NoSchedule");
    let config = json!({
        "apiVersion": "node.eks.aws/v1alpha1",
        "kind": "NodeConfig",
        "spec": {
            "cluster": {
                "name": access.name,
                "apiServerEndpoint": access.api_server_endpoint,
                "certificateAuthority": access.certificate_authority,
                "cidr": access.cidr,
            },
            "kubelet": { "flags": [
                format!("--node-labels={TENANT}={tenant}"),
                format!("--register-with-taints={taints}"),
            ] },
        },
    });
    config.to_string()
}
