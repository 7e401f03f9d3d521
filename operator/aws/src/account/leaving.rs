//! What a tenant that leaves for good still has, and how its buckets are emptied.

use std::collections::BTreeSet;

use cloister_core::conclude::Emptied;
use cloister_core::fault::Fault;
use cloister_core::ownership::OWNER_UID;
use cloister_core::resource::{ResourceId, Tags};
use tokio::time::Instant;

use super::Account;
use crate::bucket;
use crate::fault::refused;

impl Account {
    /// Buckets (copies too), queues and tables that carry an owner's tags, by the listing of tags, which lags; and roles and policies.
    pub async fn owned(&self, owner_uid: &str, since: Instant) -> Result<BTreeSet<ResourceId>, Fault> {
        let far = async {
            match self.recovery() {
                Ok(recovery) => recovery.tags(since).await.map(Some),
                Err(_) => Ok(None), // no second region, no copies
            }
        };
        let (listed, identities, far) = futures::join!(self.home.tags(since), self.identities(since), far);
        let (listed, identities, far) = (listed?, identities?, far?);
        let is_ours = |tags: &Tags| tags.get(OWNER_UID).is_some_and(|uid| uid == owner_uid);
        let ours = listed.iter().filter(|(_, tags)| is_ours(tags));
        let there = far.iter().flat_map(|tags| tags.iter()).filter(|(_, tags)| is_ours(tags));
        let copies = there
            .filter_map(|(arn, _)| arn.split_once(":s3:::"))
            .map(|(_, name)| ResourceId::ReplicaBucket(name.to_owned()));
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
        Ok(ours.filter_map(|(arn, _)| id(arn)).chain(identities.owned(owner_uid)).chain(copies).collect())
    }

    /// Deletes what is in a bucket of that owner, as far as one pass goes.
    pub async fn empty(
        &self,
        id: &ResourceId,
        owner_uid: &str,
        may_go_on: &(dyn Fn() -> bool + Send + Sync),
    ) -> Result<Emptied, Fault> {
        match id {
            ResourceId::Bucket(name) => bucket::empty(&self.home, name, owner_uid, may_go_on).await,
            ResourceId::ReplicaBucket(name) => {
                bucket::empty(self.recovery()?, name, owner_uid, may_go_on).await
            }
            _ => Err(refused("s3", "DeleteObjects", "NotABucket")),
        }
    }
}
