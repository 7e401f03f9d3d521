//! The changes of a bucket.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketLoggingStatus, BucketVersioningStatus, CreateBucketConfiguration,
    ObjectOwnership, Tagging, VersioningConfiguration,
};
use cloister_core::document::Document;
use cloister_core::environment;
use cloister_core::fault::Fault;
use cloister_core::resource::{Bucket, BucketStep, Logging, Versioning};

use super::{At, ask, convert, lifecycle, notification, replication};
use crate::fault::{gone, incomplete, refused};

/// What cannot be built is a fault like any other.
fn built<T>(part: Result<T, BuildError>) -> Result<T, Fault> {
    part.map_err(incomplete("s3"))
}

impl At<'_> {
    pub(super) async fn change(&self, want: &Bucket, step: &BucketStep) -> Result<(), Fault> {
        match step {
            BucketStep::Create => self.create(want).await,
            BucketStep::Quarantine => {
                self.put_policy(&Bucket::quarantine(environment::partition(self.region), self.name)).await
            }
            BucketStep::PutPublicAccessBlock => {
                let block = convert::write_block(want.public_access_block);
                ask!(self, put_public_access_block, public_access_block_configuration(block)).map(drop)
            }
            BucketStep::PutOwnership => {
                let controls = built(convert::write_ownership(want.ownership))?;
                ask!(self, put_bucket_ownership_controls, ownership_controls(controls)).map(drop)
            }
            BucketStep::PutEncryption => {
                let configuration = built(convert::write_encryption(&want.encryption))?;
                ask!(self, put_bucket_encryption, server_side_encryption_configuration(configuration))
                    .map(drop)
            }
            BucketStep::PutVersioning => self.put_versioning(want.versioning).await,
            BucketStep::PutObjectLock => {
                let lock = want.object_lock.as_ref().map(convert::write_lock);
                ask!(self, put_object_lock_configuration, set_object_lock_configuration(lock)).map(drop)
            }
            BucketStep::PutLogging => self.put_logging(want.logging.as_ref()).await,
            BucketStep::PutLifecycle => self.put_lifecycle(want).await,
            BucketStep::PutNotification => {
                let configuration = built(notification::write(&want.notifications))?;
                ask!(self, put_bucket_notification_configuration, notification_configuration(configuration))
                    .map(drop)
            }
            BucketStep::PutReplication => self.put_replication(want).await,
            BucketStep::PutTagging => self.put_tagging(want).await,
            BucketStep::PutPolicy => match &want.policy {
                Some(policy) => self.put_policy(policy).await,
                None => gone(ask!(self, delete_bucket_policy)),
            },
            BucketStep::PutDocument(policy) => self.put_policy(policy).await,
            // It is asked for by itself, since it tells how far it came.
            BucketStep::Empty => Err(refused("s3", "Empty", "NotByItself")),
            BucketStep::Delete => gone(ask!(self, delete_bucket)),
        }
    }

    /// Tags and ownership go with it, so that there is never a bucket without an owner.
    async fn create(&self, want: &Bucket) -> Result<(), Fault> {
        let tags = built(convert::write_tags(&want.tags))?;
        // S3 has no name for its first region here.
        let region = Some(self.region).filter(|region| *region != "us-east-1");
        let configuration = CreateBucketConfiguration::builder()
            .set_location_constraint(region.map(BucketLocationConstraint::from))
            .set_tags(Some(tags))
            .build();
        let send = |s3: &aws_sdk_s3::Client| {
            let request = s3.create_bucket().bucket(self.name).create_bucket_configuration(configuration);
            let request = request.object_ownership(ObjectOwnership::BucketOwnerEnforced);
            request.set_object_lock_enabled_for_bucket(want.object_lock.as_ref().map(|_| true)).send()
        };
        self.s3.call(self.lane, send).await.map(drop)
    }

    async fn put_policy(&self, policy: &Document) -> Result<(), Fault> {
        ask!(self, put_bucket_policy, policy(policy.render())).map(drop)
    }

    async fn put_versioning(&self, want: Versioning) -> Result<(), Fault> {
        // Versioning that was once on can be suspended, never off.
        let status = match want {
            Versioning::Enabled => BucketVersioningStatus::Enabled,
            Versioning::Suspended | Versioning::Off => BucketVersioningStatus::Suspended,
        };
        let configuration = VersioningConfiguration::builder().status(status).build();
        ask!(self, put_bucket_versioning, versioning_configuration(configuration)).map(drop)
    }

    async fn put_logging(&self, want: Option<&Logging>) -> Result<(), Fault> {
        let logging = built(want.map(convert::write_logging).transpose())?;
        let status = BucketLoggingStatus::builder().set_logging_enabled(logging).build();
        ask!(self, put_bucket_logging, bucket_logging_status(status)).map(drop)
    }

    async fn put_lifecycle(&self, want: &Bucket) -> Result<(), Fault> {
        if want.lifecycle.is_empty() {
            return gone(ask!(self, delete_bucket_lifecycle));
        }
        let configuration = built(lifecycle::write(&want.lifecycle))?;
        ask!(self, put_bucket_lifecycle_configuration, lifecycle_configuration(configuration)).map(drop)
    }

    async fn put_replication(&self, want: &Bucket) -> Result<(), Fault> {
        let Some(replication) = &want.replication else {
            return gone(ask!(self, delete_bucket_replication));
        };
        let configuration = built(replication::write(replication))?;
        ask!(self, put_bucket_replication, replication_configuration(configuration)).map(drop)
    }

    /// S3 replaces the whole set, so the tags of others are read and sent along.
    async fn put_tagging(&self, want: &Bucket) -> Result<(), Fault> {
        let mut tags = self.tags().await?;
        tags.extend(want.tags.clone());
        let tags = built(convert::write_tags(&tags))?;
        let tagging = built(Tagging::builder().set_tag_set(Some(tags)).build())?;
        ask!(self, put_bucket_tagging, tagging(tagging)).map(drop)
    }
}
