use cloister_core::tenant::RECORDS;
use futures::StreamExt as _;

use super::{End, decoded};
use crate::api::{Api, Caller};
use crate::audit::About;
use crate::cloud::{Records, report};
use crate::declared::Place;
use crate::problem::{Problem, Reason};
use crate::request::is_upload;

/// An upload of the caller's, and where it lies.
pub(super) struct Located {
    pub id: String,
    pub place: Place,
    pub records: Records,
    folder: String,
    ended: bool,
}

/// Buckets that are looked through at a time.
const AT_ONCE: usize = 16;

impl Located {
    /// Only ever one of the caller's own: their folder is part of every key that is looked at, so that somebody
    /// else's id finds nothing, and that answer says nothing.
    pub async fn find(api: &Api, caller: &Caller, id: &str) -> Result<Self, Problem> {
        if !is_upload(id) {
            return Err(unknown(None));
        }
        let folder = caller.user.folder();
        let places = match api.seen.get(&folder, id) {
            Some((tenant, bucket)) => {
                api.declared.place(&caller.user, &tenant, &bucket).into_iter().collect()
            }
            None => api.declared.places(&caller.user),
        };
        let begins = format!("{RECORDS}{folder}/{id}.");
        let look = |place: Place| async {
            let records = api.cloud.records(&place);
            let keys = records.list(&begins).await;
            (place, records, keys)
        };
        let mut looks = futures::stream::iter(places.into_iter().map(look)).buffer_unordered(AT_ONCE);
        let mut failed = None;
        while let Some((place, records, keys)) = looks.next().await {
            match keys {
                Ok(keys) if keys.is_empty() => {}
                Ok(keys) => {
                    let ended = keys.iter().any(|(key, _)| key.ends_with(".end.json"));
                    api.seen.put(&folder, id, &place.tenant, &place.bucket);
                    return Ok(Self { id: id.to_owned(), place, records, folder, ended });
                }
                Err(fault) => failed = Some(fault),
            }
        }
        // One bucket that cannot be looked into may be the one.
        Err(failed.map_or_else(|| unknown(Some(id)), |fault| report(&fault)))
    }

    pub fn about(&self) -> About {
        self.place.about(Some(&self.id))
    }

    pub fn prefix(&self) -> String {
        self.place.prefix(&self.id)
    }

    pub fn opened_key(&self) -> String {
        opened_key(&self.folder, &self.id)
    }

    pub fn end_key(&self) -> String {
        format!("{RECORDS}{}/{}.end.json", self.folder, self.id)
    }

    pub fn has_ended(&self) -> bool {
        self.ended
    }

    pub(super) async fn end(&self) -> Result<End, Problem> {
        let text = self.records.read(&self.end_key()).await.map_err(|fault| report(&fault))?;
        decoded(&text)
    }

    pub fn not_open(&self, how: &str) -> Problem {
        let detail = format!("It {how}; begin a new one with POST /v1/uploads.");
        Problem::new(Reason::NotOpen, detail).about(self.about())
    }
}

pub(super) fn opened_key(folder: &str, id: &str) -> String {
    format!("{RECORDS}{folder}/{id}.json")
}

fn unknown(id: Option<&str>) -> Problem {
    let detail = "No upload of yours has this id; GET /v1/uploads lists those that there are.";
    let about = About { upload_id: id.map(str::to_owned), ..About::default() };
    Problem::new(Reason::NoSuchUpload, detail).about(about)
}
