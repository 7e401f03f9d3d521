//! The audit account: its bucket, and nothing else there.

use std::sync::Arc;

use aws_config::{Region, SdkConfig};

use crate::account::enter;
use crate::client::{AuditTarget, Target};
use crate::limit::{Paced, Service};
use crate::place::paced;
use crate::record::Recorder;

pub(crate) struct Vault {
    pub account_id: String,
    pub region: String,
    pub s3: Paced<aws_sdk_s3::Client>,
}

impl Vault {
    pub fn open(base: &SdkConfig, home: &Target, audit: &AuditTarget, recorder: &Arc<dyn Recorder>) -> Self {
        let AuditTarget { account_id, role_arn, external_id } = audit.clone();
        let target = Target { account_id, role_arn, external_id, ..home.clone() };
        let here = base.to_builder().region(Region::new(target.region.clone())).build();
        let there = enter(here, &target, recorder);
        let s3 = paced!(aws_sdk_s3, Service::S3, &there, &target, recorder);
        Self { account_id: target.account_id, region: target.region, s3 }
    }
}
