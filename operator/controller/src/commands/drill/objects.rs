//! Buckets beside their copies: two listings are read side by side, a page at a time. No name of an object is kept or told.

use cloister_aws::{Account, Cursor, Page, Version};
use cloister_core::drill::{Ledger, ObjectCheck};
use cloister_core::fault::Fault;

use super::subject::Subject;

/// Every bucket that is copied.
pub async fn checks(subject: &Subject) -> Vec<ObjectCheck> {
    let mut checks = Vec::new();
    for (bucket, copy) in &subject.copied {
        checks.push(match check(&subject.account, bucket, copy).await {
            Ok(ledger) => ledger.end(bucket, copy),
            Err(fault) => ObjectCheck::unread(bucket, copy, format!("it could not be listed: {fault}")),
        });
    }
    checks
}

async fn check(account: &Account, bucket: &str, copy: &str) -> Result<Ledger, Fault> {
    let mut ledger = Ledger::default();
    let (mut here, mut there) = (Reading::default(), Reading::default());
    // The one that lags goes on, so that little is in memory.
    while let Some(lags_here) = lagging(&here, &there) {
        if lags_here {
            let page = account.versions(bucket, None, here.next.take()).await?;
            for Version { key, version_id, size, .. } in here.turn(page) {
                ledger.live(key, version_id, size);
            }
        } else {
            let page = account.copied_versions(copy, there.next.take()).await?;
            for Version { key, version_id, size, .. } in there.turn(page) {
                ledger.copied(key, version_id, size);
            }
        }
        if let Some(behind) = lagging(&here, &there) {
            ledger.settle(if behind { &here.last } else { &there.last });
        }
    }
    Ok(ledger)
}

/// Whether the listing here is the one to go on with; none where both have come to their end.
fn lagging(here: &Reading, there: &Reading) -> Option<bool> {
    match (here.is_done, there.is_done) {
        (true, true) => None,
        (false, false) => Some(here.last <= there.last),
        (done, _) => Some(!done),
    }
}

/// How far a listing has been read.
#[derive(Default)]
struct Reading {
    /// The last key, of which there may be more versions.
    last: String,
    next: Option<Cursor>,
    is_done: bool,
}

impl Reading {
    fn turn(&mut self, page: Page) -> Vec<Version> {
        if let Some(version) = page.versions.last() {
            self.last.clone_from(&version.key);
        }
        self.is_done = page.next.is_none();
        self.next = page.next;
        page.versions
    }
}
