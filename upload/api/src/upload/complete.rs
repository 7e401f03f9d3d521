use std::collections::HashMap;

use cloister_core::tenant::MANIFEST;
use futures::StreamExt as _;
use serde_json::{Value, json};

use super::find::Located;
use super::{End, File, Manifest, broken, encoded, now};
use crate::api::{Api, Caller};
use crate::audit::Event;
use crate::cloud::{Found, Record, Stored, report};
use crate::problem::{Problem, Reason, Wrong};
use crate::receipt::At;
use crate::request::{self, Claimed};

/// Objects that are looked at at a time.
const AT_ONCE: usize = 32;

/// `POST /v1/uploads/{id}/complete`: every file is looked at, then the manifest is written and the receipt signed.
/// What was completed before is answered again, for the same files.
pub async fn complete(api: &Api, caller: &Caller, id: &str, body: &[u8]) -> Result<Value, Problem> {
    let upload = Located::find(api, caller, id).await?;
    let about = upload.about();
    let files = request::complete(body, &upload.prefix()).map_err(|problem| problem.about(about.clone()))?;
    let end = if upload.has_ended() { upload.end().await? } else { settle(caller, &upload, &files).await? };
    let manifest = match end {
        End::Completed(manifest) if is_same(&manifest.files, &files) => manifest,
        End::Completed(_) => return Err(upload.not_open("was completed with other files")),
        End::Aborted { .. } => return Err(upload.not_open("was aborted")),
    };
    let receipt = receipt(api, &upload, &manifest).await?;
    api.record(caller, Event::Completion, &about, None)?;
    Ok(json!({ "uploadId": id, "state": "Completed", "receipt": receipt }))
}

/// Ends the upload, if all is as announced and nobody else has ended it meanwhile.
async fn settle(caller: &Caller, upload: &Located, files: &[Claimed]) -> Result<End, Problem> {
    let files = verified(upload, files).await?;
    let end = End::Completed(Manifest {
        upload_id: upload.id.clone(),
        tenant: upload.place.tenant.clone(),
        bucket: upload.place.bucket.clone(),
        user: caller.user.subject.clone(),
        completed_at: now(),
        files,
    });
    let key = upload.end_key();
    let record = Record { key: &key, body: encoded(&end)?, metadata: end.metadata() };
    match upload.records.write(record).await.map_err(|fault| report(&fault))? {
        Stored::Written(_) => Ok(end),
        Stored::Existed => upload.end().await,
    }
}

/// The files, if each is in the bucket just as the caller says.
async fn verified(upload: &Located, files: &[Claimed]) -> Result<Vec<File>, Problem> {
    let prefix = upload.prefix();
    let look = |(n, file): (usize, &Claimed)| {
        let key = format!("{prefix}{}", file.path);
        let (records, version) = (&upload.records, file.version_id.clone());
        async move { (n, records.look(&key, version.as_deref()).await) }
    };
    let looks: Vec<_> = files.iter().enumerate().map(look).collect();
    let mut looks = futures::stream::iter(looks).buffer_unordered(AT_ONCE);
    let (mut wrong, mut seen) = (Vec::new(), Vec::new());
    while let Some((n, found)) = looks.next().await {
        let found = found.map_err(|fault| report(&fault).about(upload.about()))?;
        wrong.extend(difference(&files[n], found.as_ref()).map(|(field, problem, expected)| {
            (n, Wrong { field: format!("files[{n}].{field}"), problem, expected })
        }));
        seen.push((n, found.map(|found| found.version_id).unwrap_or_default()));
    }
    if wrong.is_empty() {
        seen.sort_unstable();
        return Ok(seen.into_iter().map(|(n, version)| stated(&files[n], version)).collect());
    }
    wrong.sort_by_key(|(n, _)| *n);
    let wrong = wrong.into_iter().map(|(_, wrong)| wrong).collect();
    Err(Problem::wrong(Reason::FilesDiffer, wrong).about(upload.about()))
}

/// The first thing in which an object is not as announced: field, what is wrong, what was found.
fn difference(said: &Claimed, found: Option<&Found>) -> Option<(&'static str, String, String)> {
    let Some(found) = found else {
        let expected =
            format!("that this version of {} has been uploaded under the upload's prefix", said.path);
        let field = if said.version_id.is_some() { "versionId" } else { "path" };
        return Some((field, format!("{} has no such version", said.path), expected));
    };
    if found.size != said.size {
        return Some(("size", format!("{} has another size", said.path), format!("{} bytes", found.size)));
    }
    match &found.checksum_crc64nvme {
        None => {
            let problem = format!("S3 has no CRC64NVME checksum of {}", said.path);
            let expected = "an object uploaded with that checksum, of the full object".to_owned();
            return Some(("checksumCrc64nvme", problem, expected));
        }
        Some(checksum) if *checksum != said.checksum_crc64nvme => {
            let problem = format!("{} has another checksum", said.path);
            return Some(("checksumCrc64nvme", problem, checksum.clone()));
        }
        Some(_) => {}
    }
    let bare = |etag: &str| etag.trim_matches('"').to_owned();
    match (&said.etag, &found.etag) {
        (Some(said_tag), Some(tag)) if bare(said_tag) != bare(tag) => {
            Some(("etag", format!("{} has another ETag", said.path), tag.clone()))
        }
        _ => None,
    }
}

fn stated(file: &Claimed, version: String) -> File {
    File {
        path: file.path.clone(),
        size: file.size,
        checksum_crc64nvme: file.checksum_crc64nvme.clone(),
        version_id: version,
    }
}

fn is_same(files: &[File], claimed: &[Claimed]) -> bool {
    let same = |(file, claimed): (&File, &Claimed)| {
        let version = claimed.version_id.clone().unwrap_or_else(|| file.version_id.clone());
        *file == stated(claimed, version)
    };
    files.len() == claimed.len() && files.iter().zip(claimed).all(same)
}

/// The receipt, once the manifest is there. It is written now if whoever ended the upload died before it was.
pub(super) async fn receipt(api: &Api, upload: &Located, manifest: &Manifest) -> Result<String, Problem> {
    let key = format!("{}{MANIFEST}", upload.prefix());
    let record = Record { key: &key, body: encoded(manifest)?, metadata: HashMap::new() };
    let version = match upload.records.write(record).await.map_err(|fault| report(&fault))? {
        Stored::Written(version) => version,
        Stored::Existed => {
            let found = upload.records.look(&key, None).await.map_err(|fault| report(&fault))?;
            found.ok_or_else(broken)?.version_id
        }
    };
    let at = At { key: &key, version_id: &version };
    api.signer.sign(&api.options.name, manifest, at).map_err(|error| {
        tracing::error!(%error, "a receipt cannot be signed");
        broken()
    })
}
