//! The settings of a bucket, each its own call, all at once.

use std::collections::BTreeMap;

use cloister_core::document::Document;
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::resource::{
    Bucket, Encryption, LifecycleRule, Logging, ObjectLock, Ownership, PublicAccessBlock, QueueNotification,
    Replication, Tags, Versioning,
};

use super::{At, ask, convert, lifecycle, notification, replication};

impl At<'_> {
    /// What is not wanted and costs a call of its own is not read.
    pub(super) async fn settings(&self, want: &Bucket, tags: Tags) -> Result<Bucket, Fault> {
        let (
            policy,
            public_access_block,
            ownership,
            encryption,
            (versioning, object_lock),
            logging,
            lifecycle,
            notifications,
            replication,
        ) = futures::try_join!(
            self.policy(),
            self.public_access_block(),
            self.ownership(),
            self.encryption(),
            self.versioning_and_lock(want),
            self.logging(want),
            self.lifecycle(),
            self.notifications(want),
            self.replication(want),
        )?;
        Ok(Bucket {
            policy,
            public_access_block,
            ownership,
            encryption,
            versioning,
            object_lock,
            logging,
            lifecycle,
            notifications,
            replication,
            tags,
        })
    }

    async fn policy(&self) -> Result<Option<Document>, Fault> {
        let answer = configured(ask!(self, get_bucket_policy))?;
        Ok(answer.and_then(|answer| answer.policy).as_deref().and_then(Document::parse))
    }

    async fn public_access_block(&self) -> Result<PublicAccessBlock, Fault> {
        let answer = configured(ask!(self, get_public_access_block))?;
        let block = answer.and_then(|answer| answer.public_access_block_configuration);
        Ok(block.map_or(PublicAccessBlock::NONE, |block| convert::read_block(&block)))
    }

    async fn ownership(&self) -> Result<Ownership, Fault> {
        let answer = configured(ask!(self, get_bucket_ownership_controls))?;
        let controls = answer.and_then(|answer| answer.ownership_controls);
        Ok(controls.map_or(Ownership::Other, |controls| convert::read_ownership(&controls)))
    }

    async fn encryption(&self) -> Result<Encryption, Fault> {
        let answer = configured(ask!(self, get_bucket_encryption))?;
        let configuration = answer.and_then(|answer| answer.server_side_encryption_configuration);
        let rule = configuration.and_then(|configuration| configuration.rules.into_iter().next());
        Ok(convert::read_encryption(rule))
    }

    /// Object Lock implies versioning, so one call tells of both where it is on.
    async fn versioning_and_lock(&self, want: &Bucket) -> Result<(Versioning, Option<ObjectLock>), Fault> {
        if want.object_lock.is_some() {
            let answer = configured(ask!(self, get_object_lock_configuration))?;
            let configuration = answer.and_then(|answer| answer.object_lock_configuration);
            if let Some(lock) = configuration.as_ref().and_then(convert::read_lock) {
                return Ok((Versioning::Enabled, Some(lock)));
            }
        }
        let answer = ask!(self, get_bucket_versioning)?;
        Ok((convert::read_versioning(answer.status.as_ref()), None))
    }

    async fn logging(&self, want: &Bucket) -> Result<Option<Logging>, Fault> {
        if want.logging.is_none() {
            return Ok(None);
        }
        let answer = ask!(self, get_bucket_logging)?;
        Ok(answer.logging_enabled.map(convert::read_logging))
    }

    async fn lifecycle(&self) -> Result<BTreeMap<String, LifecycleRule>, Fault> {
        let answer = configured(ask!(self, get_bucket_lifecycle_configuration))?;
        Ok(lifecycle::read(answer.and_then(|answer| answer.rules).unwrap_or_default()))
    }

    /// Of what holds PHI whatever is wanted: a rule that somebody else made leads it away.
    async fn replication(&self, want: &Bucket) -> Result<Option<Replication>, Fault> {
        if want.encryption.kms_key.is_none() {
            return Ok(None);
        }
        let answer = configured(ask!(self, get_bucket_replication))?;
        Ok(answer.and_then(|answer| answer.replication_configuration).map(replication::read))
    }

    async fn notifications(&self, want: &Bucket) -> Result<BTreeMap<String, QueueNotification>, Fault> {
        if want.notifications.is_empty() {
            return Ok(BTreeMap::new());
        }
        Ok(notification::read(ask!(self, get_bucket_notification_configuration)?))
    }
}

/// What is not configured reads as nothing. That a bucket is not there is another matter.
fn configured<T>(answer: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match answer {
        Err(fault) if fault.class == FaultClass::NotFound && fault.code != "NoSuchBucket" => Ok(None),
        answer => answer.map(Some),
    }
}
