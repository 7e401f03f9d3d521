use std::collections::{BTreeMap, BTreeSet};

use cloister_crds::schema::Encoding;

use super::rows::{Row, Rows, Table, Unreadable};
use super::{Catalog, FoundColumn, FoundRelation, Shown};
use crate::sql::{DataType, DefaultValue, Distribution, Ident, Sort, encoding};

pub(super) fn relations(rows: &Rows, catalog: &mut Catalog) -> Result<(), Unreadable> {
    for row in Table::new("relations", ["name", "kind", "owner", "diststyle"], rows)?.rows() {
        let view = match row.text(1)? {
            "r" => false,
            "v" => true,
            other => return Err(row.unknown(1, other)),
        };
        let distribution = match row.optional(3)?.unwrap_or("0") {
            // The key itself is a property of the column.
            "0" | "1" => Distribution::Even,
            "8" => Distribution::All,
            "9" => Distribution::Auto,
            other => return Err(row.unknown(3, other)),
        };
        let found = FoundRelation {
            view,
            owner: row.optional(2)?.unwrap_or_default().to_owned(),
            columns: BTreeMap::new(),
            distribution,
            sort: None,
            primary_key: None,
            keyed: BTreeSet::new(),
            row_level_security: false,
        };
        catalog.relations.insert(row.name(0)?, found);
    }
    Ok(())
}

const COLUMN: [&str; 9] = [
    "relation",
    "name",
    "position",
    "type",
    "not_null",
    "encoding",
    "default_value",
    "is_distkey",
    "sort_position",
];

pub(super) fn columns(rows: &Rows, catalog: &mut Catalog) -> Result<(), Unreadable> {
    let mut sorted: BTreeMap<Ident, BTreeMap<i64, (bool, Ident)>> = BTreeMap::new();
    for row in Table::new("columns", COLUMN, rows)?.rows() {
        let table = row.name(0)?;
        let Some(relation) = catalog.relations.get_mut(&table) else {
            continue; // made since the relations were read; the next pass sees it
        };
        let name = row.name(1)?;
        let data_type = row.text(3)?;
        let known = DataType::parse(data_type);
        let default = row.optional(6)?.map(|text| {
            let value = known.and_then(|of| DefaultValue::from_catalog(text, of));
            value.map_or_else(|| Shown::Other(text.to_owned()), Shown::Known)
        });
        if row.boolean(7)? && relation.distribution != Distribution::Auto {
            relation.distribution = Distribution::Key(name.clone());
        }
        let sort = row.number(8)?;
        if sort != 0 {
            sorted.entry(table).or_default().insert(sort.abs(), (sort < 0, name.clone()));
        }
        let column = FoundColumn {
            position: row.number(2)?,
            data_type: known.map_or_else(|| Shown::Other(data_type.to_owned()), Shown::Known),
            nullable: !row.boolean(4)?,
            encode: read_encoding(&row)?,
            default,
        };
        relation.columns.insert(name, column);
    }
    for (table, key) in sorted {
        if let Some(relation) = catalog.relations.get_mut(&table) {
            let interleaved = key.values().any(|(negative, _)| *negative);
            relation.sort =
                Some(Sort { interleaved, columns: key.into_values().map(|(_, name)| name).collect() });
        }
    }
    Ok(())
}

const ENCODINGS: [Encoding; 13] = [
    Encoding::Raw,
    Encoding::Az64,
    Encoding::Bytedict,
    Encoding::Delta,
    Encoding::Delta32k,
    Encoding::Lzo,
    Encoding::Mostly8,
    Encoding::Mostly16,
    Encoding::Mostly32,
    Encoding::Runlength,
    Encoding::Text255,
    Encoding::Text32k,
    Encoding::Zstd,
];

fn read_encoding<const N: usize>(row: &Row<'_, N>) -> Result<Encoding, Unreadable> {
    let text = row.optional(5)?.unwrap_or("none");
    if text == "none" {
        return Ok(Encoding::Raw);
    }
    ENCODINGS.into_iter().find(|e| encoding(*e) == text).ok_or_else(|| row.unknown(5, text))
}

pub(super) fn constraints(rows: &Rows, catalog: &mut Catalog) -> Result<(), Unreadable> {
    for row in Table::new("constraints", ["relation", "name", "type", "positions"], rows)?.rows() {
        let Some(relation) = catalog.relations.get_mut(&row.name(0)?) else { continue };
        let text = row.text(3)?;
        let positions: Result<Vec<i64>, _> = text.split(',').map(|n| n.trim().parse::<i64>()).collect();
        let positions = positions.map_err(|_| row.unknown(3, text))?;
        let at =
            |n: &i64| relation.columns.iter().find(|(_, c)| c.position == *n).map(|(name, _)| name.clone());
        let names: Vec<Ident> = positions.iter().filter_map(at).collect();
        relation.keyed.extend(names.iter().cloned());
        if row.text(2)? == "p" {
            relation.primary_key = Some((row.name(1)?, names));
        }
    }
    Ok(())
}
