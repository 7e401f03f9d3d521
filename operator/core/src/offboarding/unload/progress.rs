//! What the status remembers between two passes. Nothing is written down before it is sent: what is sent follows from it.

use cloister_crds::unload::{Attempt, Unload, WarehouseExport};
use jiff::{SignedDuration, Timestamp};

use super::{PREFIX, Table, Unloaded, names};
use crate::name::digits;
use crate::pipeline::time;

/// Each takes slots of the cluster's queues, and reads a table as fast as the cluster can.
const AT_ONCE: usize = 4;

const SHORTEST: i64 = 5;
const LONGEST: i64 = 3600;

#[must_use]
pub fn begin(database: &str, bucket: &str, tables: &[Table], now: &str) -> WarehouseExport {
    WarehouseExport {
        bucket: bucket.to_owned(),
        note: String::new(),
        prefix: format!("{PREFIX}{}/", now.replace(':', "-")),
        ..without_bucket(database, tables, now)
    }
}

/// Nothing can be unloaded.
#[must_use]
pub fn without_bucket(database: &str, tables: &[Table], now: &str) -> WarehouseExport {
    WarehouseExport {
        database: database.to_owned(),
        note: "the tables were not unloaded, since the tenant had no bucket to hold them".to_owned(),
        since: now.to_owned(),
        tables: i64::try_from(tables.len()).unwrap_or(i64::MAX),
        names: names(tables),
        ..WarehouseExport::default()
    }
}

/// What is to be sent now: place and attempt.
pub fn due(export: &mut WarehouseExport, now: &str) -> Vec<(usize, i64)> {
    while export.unloads.len() < AT_ONCE && export.begun < export.tables {
        export.unloads.push(Unload { place: export.begun, attempt: 1, ..Unload::default() });
        export.begun += 1;
    }
    let now = time::read(now);
    let is_due = |unload: &&Unload| {
        let late = unload.not_before.as_deref().is_none_or(|time| time::read(time) <= now);
        unload.statement.is_none() && late
    };
    let place = |unload: &Unload| Some((usize::try_from(unload.place).ok()?, unload.attempt));
    export.unloads.iter().filter(is_due).filter_map(place).collect()
}

pub fn sent(export: &mut WarehouseExport, place: usize, id: &str) {
    with(export, place, |unload| {
        unload.statement = Some(id.to_owned());
        unload.not_before = None;
    });
}

/// It was perhaps not sent: the same is sent again.
pub fn postponed(export: &mut WarehouseExport, place: usize, code: &str, now: &str) {
    with(export, place, |unload| {
        unload.not_before = Some(later(now, SHORTEST));
        unload.fault = Some(code.to_owned());
    });
}

/// The next attempt goes elsewhere, and later each time.
pub fn failed(export: &mut WarehouseExport, place: usize, code: &str, now: &str) {
    if !export.unloads.iter().any(|unload| is_at(unload.place, place)) {
        let attempt = attempt(export, place);
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        export.unloads.push(Unload { place, attempt, ..Unload::default() });
    }
    with(export, place, |unload| {
        let doubled = u32::try_from(unload.attempt - 1).unwrap_or_default().min(10);
        let seconds = (SHORTEST << doubled).min(LONGEST);
        *unload = Unload {
            place: unload.place,
            attempt: unload.attempt + 1,
            statement: None,
            not_before: Some(later(now, seconds)),
            fault: Some(code.to_owned()),
        };
    });
}

pub fn finished(export: &mut WarehouseExport, place: usize) {
    let Some(at) = export.unloads.iter().position(|unload| is_at(unload.place, place)) else { return };
    let Unload { place, attempt, .. } = export.unloads.remove(at);
    export.again.retain(|known| known.place != place);
    if attempt > 1 {
        export.again.push(Attempt { place, attempt });
    }
}

/// The attempt that counts.
fn attempt(export: &WarehouseExport, place: usize) -> i64 {
    export.again.iter().find(|known| is_at(known.place, place)).map_or(1, |known| known.attempt)
}

/// Every table is there: its place and the attempt that counts. Then the index is written.
#[must_use]
pub fn is_over(export: &WarehouseExport) -> Option<Vec<(usize, i64)>> {
    let all = 0..usize::try_from(export.tables).ok()?;
    (export.begun >= export.tables && export.unloads.is_empty())
        .then(|| all.map(|place| (place, attempt(export, place))).collect())
}

/// With its index written.
pub fn completed<'a>(
    export: &mut WarehouseExport,
    all: impl Iterator<Item = &'a Unloaded>,
    key: &str,
    index: &str,
) {
    (export.rows, export.files, export.bytes) = (0, 0, 0);
    for unloaded in all {
        export.rows += unloaded.rows;
        export.files += unloaded.files;
        export.bytes += unloaded.bytes;
    }
    key.clone_into(&mut export.index);
    export.index_digest = digits(index, 64);
}

/// What it still waits for; none where it has come to its end.
#[must_use]
pub fn sentence(export: &WarehouseExport) -> Option<String> {
    if export.bucket.is_empty() || !export.index.is_empty() {
        return None;
    }
    let done = export.begun - i64::try_from(export.unloads.len()).unwrap_or_default();
    let so_far = format!("{done} of {} tables of the warehouse are unloaded", export.tables);
    let stuck = export.unloads.iter().find_map(|unload| Some((unload, unload.fault.as_ref()?)));
    Some(match stuck {
        Some((unload, fault)) => format!(
            "{so_far}; table {} in the order of names could not be ({fault}) and is tried again by itself",
            unload.place + 1
        ),
        None => so_far,
    })
}

fn with(export: &mut WarehouseExport, place: usize, change: impl FnOnce(&mut Unload)) {
    export.unloads.iter_mut().find(|unload| is_at(unload.place, place)).map(change);
}

fn is_at(recorded: i64, place: usize) -> bool {
    usize::try_from(recorded) == Ok(place)
}

fn later(now: &str, seconds: i64) -> String {
    let time = time::read(now).checked_add(SignedDuration::from_secs(seconds));
    time::text(time.unwrap_or(Timestamp::MAX))
}
