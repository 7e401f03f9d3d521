//! What goes through the VPC (45 CFR 164.312(b)), recorded beside the trail's records, under the same lock.

use super::super::{Account, Inputs};
use crate::resource::FlowLog;

pub(super) fn settings(inputs: &Inputs<'_>, account: &Account) -> FlowLog {
    FlowLog { traffic: "ALL".into(), destination: account.bucket_arn(&inputs.spec.audit.bucket) }
}
