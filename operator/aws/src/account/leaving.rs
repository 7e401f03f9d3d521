//! What a tenant that leaves for good still has, and how its buckets are emptied.

use std::collections::BTreeSet;

use cloister_core::conclude::Emptied;
use cloister_core::fault::Fault;
use cloister_core::ownership::OWNER_UID;
use cloister_core::resource::ResourceId;
use tokio::time::Instant;

use super::Account;
use crate::bucket;

impl Account {
    /// Buckets, queues and tables that carry an owner's tags, by the listing of tags, which lags.
    pub async fn owned(&self, owner_uid: &str, since: Instant) -> Result<BTreeSet<ResourceId>, Fault> {
        let listed = self.home.tags(since).await?;
        let ours = listed.iter().filter(|(_, tags)| tags.get(OWNER_UID).is_some_and(|uid| uid == owner_uid));
        let id = |arn: &String| {
            let mut parts = arn.splitn(6, ':').skip(2);
            let (service, name) = (parts.next()?, parts.nth(2)?.to_owned());
            match service {
                "s3" => Some(ResourceId::Bucket(name)),
                "sqs" => Some(ResourceId::Queue(name)),
                "dynamodb" => name.strip_prefix("table/").map(|name| ResourceId::Table(name.to_owned())),
                _ => None,
            }
        };
        Ok(ours.filter_map(|(arn, _)| id(arn)).collect())
    }

    /// Deletes what is in a bucket of that owner, as far as one pass goes.
    pub async fn empty(
        &self,
        bucket: &str,
        owner_uid: &str,
        may_go_on: &(dyn Fn() -> bool + Send + Sync),
    ) -> Result<Emptied, Fault> {
        bucket::empty(self, bucket, owner_uid, may_go_on).await
    }
}
