//! Emptying a bucket of a tenant that leaves for good: versions, delete markers, unfinished uploads.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use cloister_core::conclude::Emptied;
use cloister_core::fault::{Fault, FaultClass};

use super::{At, ask};
use crate::fault::{found as found_one, gone, incomplete, refused};
use crate::limit::Lane;
use crate::place::Place;

/// Pages of a thousand versions in one pass. The rest is for the next, which begins at the front again.
const PAGES: usize = 50;

/// Deletes what can be deleted. Whose the bucket is is asked of S3 itself, not of a listing that may be old.
pub(crate) async fn empty(
    place: &Place,
    name: &str,
    owner_uid: &str,
    may_go_on: &(dyn Fn() -> bool + Send + Sync),
) -> Result<Emptied, Fault> {
    let at = At::new(place, name, Lane::User);
    let owner = at.tags().await?.remove(cloister_core::ownership::OWNER_UID);
    if owner.as_deref() != Some(owner_uid) {
        return Err(refused("s3", "DeleteObjects", "NotTheTenantsBucket"));
    }
    at.abort_uploads().await?;
    at.delete_versions(may_go_on).await
}

impl At<'_> {
    async fn abort_uploads(&self) -> Result<(), Fault> {
        loop {
            let page = ask!(self, list_multipart_uploads)?;
            for upload in page.uploads.unwrap_or_default() {
                let (key, id) = (upload.key.unwrap_or_default(), upload.upload_id.unwrap_or_default());
                gone(ask!(self, abort_multipart_upload, key(key), upload_id(id)))?;
            }
            // The front of the list is new once these are gone.
            if page.is_truncated != Some(true) {
                return Ok(());
            }
        }
    }

    async fn delete_versions(&self, may_go_on: &(dyn Fn() -> bool + Send + Sync)) -> Result<Emptied, Fault> {
        let mut emptied = Emptied::default();
        let locks = found_one(ask!(self, get_object_lock_configuration))?.is_some();
        let (mut key, mut version) = (None, None);
        for _ in 0..PAGES {
            if !may_go_on() {
                return Ok(Emptied { more: true, ..emptied });
            }
            let page = ask!(
                self,
                list_object_versions,
                set_key_marker(key.take()),
                set_version_id_marker(version.take())
            )?;
            let versions = page.versions.unwrap_or_default().into_iter().map(|v| (v.key, v.version_id));
            let markers = page.delete_markers.unwrap_or_default().into_iter().map(|m| (m.key, m.version_id));
            let found: Vec<_> = versions.chain(markers).collect();
            if !found.is_empty() {
                self.delete_page(found, locks, &mut emptied).await?;
            }
            if page.is_truncated != Some(true) {
                return Ok(emptied);
            }
            (key, version) = (page.next_key_marker, page.next_version_id_marker);
        }
        Ok(Emptied { more: true, ..emptied })
    }

    /// S3 answers for each by itself; what Object Lock holds is refused, and the others go.
    async fn delete_page(
        &self,
        found: Vec<(Option<String>, Option<String>)>,
        locks: bool,
        emptied: &mut Emptied,
    ) -> Result<(), Fault> {
        let count = found.len();
        let identify = |(key, version): (Option<String>, Option<String>)| {
            ObjectIdentifier::builder().key(key.unwrap_or_default()).set_version_id(version).build()
        };
        let objects = found.into_iter().map(identify).collect::<Result<Vec<_>, _>>();
        let objects = objects.map_err(incomplete("s3"))?;
        let wanted = Delete::builder().set_objects(Some(objects)).quiet(true).build();
        let wanted = wanted.map_err(incomplete("s3"))?;
        let answer = ask!(self, delete_objects, delete(wanted))?;
        let refusals = answer.errors.unwrap_or_default();
        for refusal in &refusals {
            let code = refusal.code().unwrap_or("Unknown");
            // Without Object Lock it is the operator that lacks the right.
            if code != "AccessDenied" || !locks {
                let class = FaultClass::of(code, None);
                return Err(Fault {
                    service: "s3",
                    operation: "DeleteObjects",
                    code: code.to_owned(),
                    class,
                });
            }
        }
        let locked = refusals.len();
        emptied.locked += i64::try_from(locked).unwrap_or(i64::MAX);
        emptied.deleted += i64::try_from(count.saturating_sub(locked)).unwrap_or(i64::MAX);
        Ok(())
    }
}
