//! What a tenant that leaves is owed an account of: a list of everything in its buckets, beside it and under its key. It
//! holds names of objects, which may be PHI, so that nothing of it goes anywhere else.

use std::collections::BTreeSet;

use cloister_aws::{Account, Version};
use cloister_core::fault::Fault;
use cloister_core::name::digits;
use cloister_core::offboarding::unload::PREFIX;
use cloister_core::resource::ResourceId;
use cloister_crds::offboarding::BucketRecord;
use serde_json::{Value, json};

use crate::act::not_leading;
use crate::kinds::buckets;

/// Writes the lists; begins anew, under a prefix of its own, each time that it was cut short.
pub async fn export(
    account: &Account,
    owned: &BTreeSet<ResourceId>,
    now: &str,
    may_go_on: &(dyn Fn() -> bool + Send + Sync),
) -> Result<Vec<BucketRecord>, Fault> {
    let mut records = buckets(owned);
    for record in &mut records {
        list(account, record, now, may_go_on).await?;
    }
    Ok(records)
}

/// A file for each page of the listing, a line for each version; then an index, which says that all is there.
async fn list(
    account: &Account,
    record: &mut BucketRecord,
    now: &str,
    may_go_on: &(dyn Fn() -> bool + Send + Sync),
) -> Result<(), Fault> {
    let prefix = format!("{PREFIX}{}/", now.replace(':', "-"));
    let (mut files, mut from) = (Vec::new(), None);
    loop {
        if !may_go_on() {
            return Err(not_leading());
        }
        let page = account.versions(&record.name, None, from.take()).await?;
        let listed: Vec<&Version> = page.versions.iter().filter(|v| !v.key.starts_with(PREFIX)).collect();
        if !listed.is_empty() {
            record.listed += i64::try_from(listed.len()).unwrap_or(i64::MAX);
            record.bytes += listed.iter().map(|version| version.size).sum::<i64>();
            let lines: Vec<String> = listed.iter().map(|version| line(version).to_string()).collect();
            let text = lines.join("\n") + "\n";
            let key = format!("{prefix}{:06}.jsonl", files.len() + 1);
            files.push(json!({ "key": key, "versions": listed.len(), "sha256": digits(&text, 64) }));
            account.put_once(&record.name, &key, text).await?;
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    let index = json!({
        "bucket": record.name,
        "listedAt": now,
        "versions": record.listed,
        "bytes": record.bytes,
        "files": files,
    });
    record.list = format!("{prefix}index.json");
    account.put_once(&record.name, &record.list, index.to_string()).await
}

fn line(version: &Version) -> Value {
    json!({
        "key": version.key,
        "versionId": version.version_id,
        "bytes": version.size,
        "etag": version.etag,
        "lastModified": jiff::Timestamp::from_second(version.modified).unwrap_or_default().to_string(),
    })
}
