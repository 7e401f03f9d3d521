//! Finding a key. KMS has no idempotency token and an alias can be moved, so whose a key is stands in
//! its tags alone.

use std::collections::HashMap;

use aws_sdk_kms::types::KeyMetadata;
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::ownership::RESOURCE_NAME;
use cloister_core::resource::{Key, Tags};
use futures::stream::{self, StreamExt, TryStreamExt};

use super::tags_of;
use crate::fault::found;
use crate::look::Look;
use crate::place::Place;

/// How many keys are asked for their tags at once.
const AT_ONCE: usize = 8;

pub(super) struct Search<'a> {
    pub place: &'a Place,
    pub look: &'a Look<'a>,
    pub want: &'a Key,
}

pub(super) struct Found {
    pub arn: String,
    pub metadata: KeyMetadata,
    pub tags: Tags,
}

impl Search<'_> {
    /// The key by ARN or alias. Always asked of KMS itself: listings do not know of deletion.
    pub async fn key(&self, id: &str) -> Result<Option<Found>, Fault> {
        let answer = self.place.kms.call(self.look.lane, |kms| kms.describe_key().key_id(id).send()).await;
        let Some(metadata) = found(answer)?.and_then(|answer| answer.key_metadata) else { return Ok(None) };
        let arn = metadata.arn().unwrap_or_default().to_owned();
        let tags = match self.place.settled_tags(self.look, &arn, &self.want.tags).await? {
            Some(tags) => Some(tags),
            None => found(self.tags(&arn).await)?,
        };
        Ok(tags.map(|tags| Found { arn, metadata, tags }))
    }

    /// Our own key, where the alias does not lead to it: the one known from before, or else the oldest.
    pub async fn own(&self) -> Result<Option<Found>, Fault> {
        if let Some(arn) = self.look.known_arn
            && let Some(known) = self.key(arn).await?.filter(|known| self.is_ours(&known.tags))
        {
            return Ok(Some(known));
        }
        let listed = self.place.tags(self.look.since).await?;
        let ours = listed.iter().filter(|(arn, tags)| is_key(arn) && self.is_ours(tags));
        let mut own = self.verified(ours.map(|(arn, _)| arn.clone()).collect()).await?;
        if own.is_empty() && self.look.intent_open {
            own = self.verified(self.unlisted(&listed).await?).await?;
        }
        Ok(own.into_iter().min_by_key(|found| found.metadata.creation_date))
    }

    pub fn is_ours(&self, tags: &Tags) -> bool {
        self.look.owner.owns(tags) && tags.get(RESOURCE_NAME) == self.want.tags.get(RESOURCE_NAME)
    }

    async fn verified(&self, arns: Vec<String>) -> Result<Vec<Found>, Fault> {
        let mut own = Vec::new();
        for arn in arns {
            own.extend(self.key(&arn).await?.filter(|found| self.is_ours(&found.tags)));
        }
        Ok(own)
    }

    /// Our keys that the listing of tags does not have yet: it lags behind KMS.
    async fn unlisted(&self, listed: &HashMap<String, Tags>) -> Result<Vec<String>, Fault> {
        let arns = self.all_keys().await?.into_iter().filter(|arn| !listed.contains_key(arn));
        let asked = stream::iter(arns).map(|arn| async move {
            match self.tags(&arn).await {
                Ok(tags) => Ok(Some(arn).filter(|_| self.is_ours(&tags))),
                // AWS's own keys, and those of people who keep the operator out.
                Err(fault) if matches!(fault.class, FaultClass::Denied | FaultClass::NotFound) => Ok(None),
                Err(fault) => Err(fault),
            }
        });
        asked.buffer_unordered(AT_ONCE).try_filter_map(|arn| async { Ok(arn) }).try_collect().await
    }

    async fn all_keys(&self) -> Result<Vec<String>, Fault> {
        let mut arns = Vec::new();
        let mut marker = None;
        loop {
            let page = self
                .place
                .kms
                .call(self.look.lane, |kms| kms.list_keys().limit(1000).set_marker(marker.take()).send());
            let page = page.await?;
            arns.extend(page.keys.unwrap_or_default().into_iter().filter_map(|key| key.key_arn));
            marker = page.next_marker.filter(|_| page.truncated);
            if marker.is_none() {
                return Ok(arns);
            }
        }
    }

    /// A key has 50 tags at most, which is one page.
    async fn tags(&self, arn: &str) -> Result<Tags, Fault> {
        let send = |kms: &aws_sdk_kms::Client| kms.list_resource_tags().key_id(arn).limit(50).send();
        let answer = self.place.kms.call(self.look.lane, send).await?;
        Ok(tags_of(answer.tags))
    }
}

fn is_key(arn: &str) -> bool {
    arn.split(':').nth(2) == Some("kms")
}
