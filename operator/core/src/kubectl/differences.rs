//! `drift`: which differences stand, and which were lately found, as the statuses tell.

use cloister_crds::events::ChangedBy;
use cloister_crds::status::DriftRecord;
use serde::Serialize;

use super::table::{cut, table};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    pub object: String,
    pub resource: String,
    pub field: String,
    pub was: String,
    pub now: String,
    pub found_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mended_at: Option<String>,
    pub remedy: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<ChangedBy>,
}

impl Difference {
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.mended_at.is_none()
    }
}

/// The records of one object's status.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub object: &'a str,
    pub records: &'a [DriftRecord],
}

/// What stands first, then the newest.
#[must_use]
pub fn differences(sources: &[Source<'_>]) -> Vec<Difference> {
    let of = |source: &Source<'_>| {
        let object = source.object.to_owned();
        source.records.iter().map(move |record| difference(&object, record)).collect::<Vec<_>>()
    };
    let mut all: Vec<Difference> = sources.iter().flat_map(of).collect();
    all.sort_by(|a, b| {
        let open = b.is_open().cmp(&a.is_open());
        open.then(b.found_at.cmp(&a.found_at))
            .then_with(|| (&a.object, &a.resource, &a.field).cmp(&(&b.object, &b.resource, &b.field)))
    });
    all
}

fn difference(object: &str, record: &DriftRecord) -> Difference {
    Difference {
        object: object.to_owned(),
        resource: record.resource.clone(),
        field: record.path.clone(),
        was: record.was.clone(),
        now: record.now.clone(),
        found_at: record.found_at.clone(),
        mended_at: record.mended_at.clone(),
        remedy: record.remedy.clone(),
        changed_by: record.changed_by.clone(),
    }
}

/// For people. Values are settings, never data; at length they are in JSON.
#[must_use]
pub fn show(all: &[Difference]) -> String {
    const MOST: usize = 32;
    if all.is_empty() {
        return "No difference stands, and none is remembered.\n".to_owned();
    }
    let row = |difference: &Difference| {
        let mended = match (&difference.mended_at, difference.remedy.as_str()) {
            (Some(at), _) => at.clone(),
            (None, "Reported") => "open: reported, and left".to_owned(),
            (None, _) => "open".to_owned(),
        };
        let by = difference.changed_by.as_ref().map_or("not known", |by| by.identity.as_str());
        let field = if difference.field.is_empty() { "(all of it)" } else { difference.field.as_str() };
        [
            difference.object.clone(),
            difference.resource.clone(),
            field.to_owned(),
            cut(&difference.was, MOST),
            cut(&difference.now, MOST),
            difference.found_at.clone(),
            mended,
            by.to_owned(),
        ]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let open = all.iter().filter(|difference| difference.is_open()).count();
    let end = match open {
        0 => "\nNone of them stands.\n".to_owned(),
        1 => "\n1 of them stands.\n".to_owned(),
        more => format!("\n{more} of them stand.\n"),
    };
    table(["OBJECT", "RESOURCE", "FIELD", "WAS", "NOW", "FOUND", "MENDED", "BY"], &rows) + &end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(path: &str, found: &str, mended: Option<&str>) -> DriftRecord {
        DriftRecord {
            resource: "s3-bucket/acme".into(),
            path: path.into(),
            was: "Enabled".into(),
            now: "Suspended".into(),
            remedy: if mended.is_some() { "Corrected" } else { "Reported" }.into(),
            found_at: found.into(),
            mended_at: mended.map(str::to_owned),
            changed_by: mended.map(|at| ChangedBy {
                identity: "arn:aws:iam::222222222222:user/ann".into(),
                source_address: "203.0.113.7".into(),
                call: "s3:PutBucketVersioning".into(),
                request_id: "R".into(),
                at: at.into(),
            }),
            recorded_at: None,
        }
    }

    #[test]
    fn what_stands_comes_first() {
        let records = [
            record("versioning", "2026-01-02T00:00:00Z", Some("2026-01-02T00:00:04Z")),
            record("tags.owner", "2026-01-01T00:00:00Z", None),
        ];
        let found = differences(&[Source { object: "IngestBucket/acme/landing", records: &records }]);
        assert_eq!(
            show(&found),
            "\
OBJECT                      RESOURCE         FIELD        WAS       NOW         FOUND                  MENDED                     BY
IngestBucket/acme/landing   s3-bucket/acme   tags.owner   Enabled   Suspended   2026-01-01T00:00:00Z   open: reported, and left   not known
IngestBucket/acme/landing   s3-bucket/acme   versioning   Enabled   Suspended   2026-01-02T00:00:00Z   2026-01-02T00:00:04Z       arn:aws:iam::222222222222:user/ann

1 of them stands.
"
        );
        assert_eq!(show(&[]), "No difference stands, and none is remembered.\n");
    }
}
