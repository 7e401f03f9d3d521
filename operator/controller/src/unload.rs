//! The export of a leaving tenant's warehouse, a step in each pass. It takes hours: what runs in Redshift is looked at, not
//! waited for.

use std::collections::BTreeMap;

use cloister_aws::{Account, Fate};
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::name::digits;
use cloister_core::offboarding::unload::{self, MANIFEST, Manifest, Table, Unloaded};
use cloister_core::resource::Database;
use cloister_crds::unload::WarehouseExport;
use futures::StreamExt as _;
use futures::stream;

use crate::act::not_leading;

/// Manifests that are read at a time, and tables that are counted by one statement.
const READ_AT_ONCE: usize = 8;
const COUNTED_AT_ONCE: usize = 20;

/// What a tenant's tables are unloaded with.
pub struct Unloading<'a> {
    pub account: &'a Account,
    pub uid: String,
    pub at: Database,
    /// None where the tenant has none.
    pub bucket: Option<String>,
    /// ARNs of the role that Redshift takes, and of the tenant's key.
    pub role: String,
    pub key: String,
    pub may_go_on: &'a (dyn Fn() -> bool + Send + Sync),
}

impl Unloading<'_> {
    /// One step on from what the status says. What was done counts even where something else failed.
    pub async fn step(
        &self,
        previous: Option<&WarehouseExport>,
        now: &str,
    ) -> (Option<WarehouseExport>, Result<(), Fault>) {
        if previous.is_some_and(|export| unload::sentence(export).is_none()) {
            return (previous.cloned(), Ok(()));
        }
        let tables = match self.tables().await {
            Ok(tables) => tables,
            Err(fault) => return (previous.cloned(), Err(fault)),
        };
        let known = previous.filter(|export| export.names == unload::names(&tables));
        let Some(known) = known else {
            // Its time is written down before anything is sent. Other tables than before: all of it anew, elsewhere.
            let database = format!("{}/{}", self.at.cluster, self.at.name);
            let begun = match &self.bucket {
                Some(bucket) => unload::begin(&database, bucket, &tables, now),
                None => unload::without_bucket(&database, &tables, now),
            };
            return (Some(begun), Ok(()));
        };
        let mut export = known.clone();
        let went = self.go_on(&mut export, &tables, now).await;
        (Some(export), went)
    }

    async fn go_on(&self, export: &mut WarehouseExport, tables: &[Table], now: &str) -> Result<(), Fault> {
        self.look(export, tables, now).await?;
        self.send(export, tables, now).await?;
        if let Some(all) = unload::is_over(export) {
            self.complete(export, tables, &all, now).await?;
        }
        Ok(())
    }

    async fn tables(&self) -> Result<Vec<Table>, Fault> {
        let answers = self.account.ask_all(&self.at, unload::queries()).await?;
        unload::read(&answers).map_err(|_| fault("UnknownCatalog"))
    }

    /// What has become of what was sent.
    async fn look(&self, export: &mut WarehouseExport, tables: &[Table], now: &str) -> Result<(), Fault> {
        for unload in export.unloads.clone() {
            let place = usize::try_from(unload.place).unwrap_or_default();
            let (Some(id), Some(table)) = (&unload.statement, tables.get(place)) else { continue };
            let rows = match self.account.fate(id).await? {
                Fate::UnderWay => continue,
                Fate::Failed(fault) => {
                    unload::failed(export, place, &fault.code, now);
                    continue;
                }
                Fate::Finished(rows) => rows,
            };
            let counted = unload::read_counts(&rows).map_err(|_| fault("UnknownCount"))?;
            let counted = counted.first().map(|(_, rows)| *rows);
            let prefix = unload::prefix(&export.prefix, table, unload.attempt);
            match self.unloaded(&export.bucket, prefix).await? {
                Some(unloaded) if Some(unloaded.rows) == counted => unload::finished(export, place),
                _ => unload::failed(export, place, "RowsDiffer", now),
            }
        }
        Ok(())
    }

    async fn send(&self, export: &mut WarehouseExport, tables: &[Table], now: &str) -> Result<(), Fault> {
        for (place, attempt) in unload::due(export, now) {
            let Some(table) = tables.get(place) else { continue };
            if !(self.may_go_on)() {
                return Err(not_leading());
            }
            let prefix = unload::prefix(&export.prefix, table, attempt);
            let to = format!("s3://{}/{prefix}", export.bucket);
            let token = unload::token(&self.uid, &export.prefix, table, attempt);
            let statements = unload::unload(table, &to, &self.role, &self.key);
            match self.account.submit(&self.at, statements, &token).await {
                Ok(id) => unload::sent(export, place, &id),
                Err(fault) => unload::postponed(export, place, &fault.code, now),
            }
        }
        Ok(())
    }

    /// Every table was unloaded: it is there still, has as many rows as it has now, and the index says so.
    async fn complete(
        &self,
        export: &mut WarehouseExport,
        tables: &[Table],
        all: &[(usize, i64)],
        now: &str,
    ) -> Result<(), Fault> {
        let bucket = export.bucket.clone();
        let (bucket, prefix) = (&bucket, export.prefix.clone());
        let reads: Vec<_> = all
            .iter()
            .filter_map(|(place, attempt)| {
                Some((place, unload::prefix(&prefix, tables.get(*place)?, *attempt)))
            })
            .map(async |(place, prefix)| (*place, self.unloaded(bucket, prefix).await))
            .collect();
        let read: Vec<_> = stream::iter(reads).buffered(READ_AT_ONCE).collect().await;
        let counts = self.counts(tables).await?;
        let mut lines = Vec::new();
        let mut differ = Vec::new();
        for (place, unloaded) in read {
            let Some(table) = tables.get(place) else { continue };
            match unloaded? {
                Some(unloaded) if counts.get(&place) == Some(&unloaded.rows) => {
                    lines.push((table.clone(), unloaded));
                }
                _ => differ.push(place),
            }
        }
        for place in &differ {
            unload::failed(export, *place, "RowsDiffer", now);
        }
        if !differ.is_empty() {
            return Ok(());
        }
        if !(self.may_go_on)() {
            return Err(not_leading());
        }
        let index = unload::index(&export.database, &export.since, &lines).to_string();
        // By what it says, so that an older one is never taken for it.
        let key = format!("{prefix}warehouse-{}.json", digits(&index, 8));
        self.account.put_once(bucket, &key, index.clone()).await?;
        unload::completed(export, lines.iter().map(|(_, unloaded)| unloaded), &key, &index);
        Ok(())
    }

    async fn counts(&self, tables: &[Table]) -> Result<BTreeMap<usize, i64>, Fault> {
        let tables: Vec<(usize, &Table)> = tables.iter().enumerate().collect();
        let mut counts = BTreeMap::new();
        for some in tables.chunks(COUNTED_AT_ONCE) {
            let query = unload::count(some.iter().copied());
            for rows in self.account.ask_all(&self.at, vec![query]).await? {
                counts.extend(unload::read_counts(&rows).map_err(|_| fault("UnknownCount"))?);
            }
        }
        Ok(counts)
    }

    /// What is under a prefix, if its manifest says the same. A table without rows may have left nothing at all.
    async fn unloaded(&self, bucket: &str, prefix: String) -> Result<Option<Unloaded>, Fault> {
        let (mut files, mut from, mut manifest) = (Vec::new(), None, None);
        loop {
            let page = self.account.versions(bucket, Some(&prefix), from.take()).await?;
            for version in page.versions {
                if version.key == format!("{prefix}{MANIFEST}") {
                    manifest = Some(version.key);
                } else {
                    files.push((version.key, version.size));
                }
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        match manifest {
            None => Ok(files.is_empty().then(|| Unloaded { prefix, ..Unloaded::default() })),
            Some(key) => {
                let text = self.account.manifest(bucket, &key).await?;
                Ok(Manifest::check(&text, bucket, &prefix, &files))
            }
        }
    }
}

fn fault(code: &str) -> Fault {
    Fault {
        service: "redshift-data",
        operation: "GetStatementResult",
        code: code.to_owned(),
        class: FaultClass::Invalid,
    }
}
