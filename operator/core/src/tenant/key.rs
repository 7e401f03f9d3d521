//! The tenant's customer-managed key: K1-K4 of the checklist.

use super::{Inputs, roles, want};
use crate::document::{Document, Statement};
use crate::plan::DesiredSet;
use crate::warehouse;

pub(super) fn desire(inputs: &Inputs<'_>, set: &mut DesiredSet) {
    let key = warehouse::key::key(policy(inputs), inputs.tags("key"));
    set.insert(inputs.key_id(), want(key, []));
}

fn policy(inputs: &Inputs<'_>) -> Document {
    let mut policy = warehouse::key::administered(inputs.account, inputs.is_going());
    policy.0.insert("UsedByTenantRoles".into(), used_by_roles(inputs, &inputs.account.root()));
    policy.0.insert("UsedForArrivals".into(), used_for_arrivals(inputs));
    if inputs.spec.warehouse.as_ref().is_some_and(|warehouse| !warehouse.shared) {
        warehouse::key::lend(inputs.account, &inputs.names.warehouse(), &mut policy);
    }
    policy
}

fn used_by_roles(inputs: &Inputs<'_>, root: &str) -> Statement {
    let roles = roles::PURPOSES.map(|purpose| inputs.account.role_arn(&inputs.names.role(purpose)));
    let services = ["s3", "sqs"].map(|service| inputs.account.service_host(service));
    Statement::allow(["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"])
        .principal("AWS", root)
        .on(["*"])
        .when("ArnEquals", "aws:PrincipalArn", roles)
        .when("StringEquals", "kms:ViaService", services)
}

/// S3 announces arrivals on a queue that is encrypted with this key.
fn used_for_arrivals(inputs: &Inputs<'_>) -> Statement {
    Statement::allow(["kms:Decrypt", "kms:GenerateDataKey"])
        .principal("Service", "s3.amazonaws.com")
        .on(["*"])
        .when("StringEquals", "aws:SourceAccount", [inputs.account.id.clone()])
        .when("ArnLike", "aws:SourceArn", inputs.bucket_arns())
}
