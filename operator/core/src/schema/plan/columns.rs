//! What differs in a table that is there, and whether Redshift can change it in place.

use cloister_crds::schema::Encoding;

use super::draft::Draft;
use super::tables::Work;
use crate::plan::Safety;
use crate::schema::catalog::{FoundColumn, FoundRelation, Shown};
use crate::sql::{ColumnDefinition, DataType, Ident, TableChange, TableDefinition};

pub(super) fn compare_column(
    column: &ColumnDefinition,
    there: &FoundColumn,
    found: &FoundRelation,
    work: &mut Work,
) {
    let (name, path) = (&column.name, format!("columns.{}", column.name));
    let mut unable = |field: &str, what: String| work.not_in_place.push((format!("{path}.{field}"), what));
    // A copy that another column asks for changes this one too.
    work.narrows |= !matches!(&there.data_type, Shown::Known(known) if known.fits_into(column.data_type));
    if there.data_type != Shown::Known(column.data_type) {
        match (&there.data_type, column.data_type) {
            (Shown::Known(DataType::Varchar(from)), DataType::Varchar(to))
                if resizable(column, there, found) =>
            {
                let safety = if to < *from { Safety::Destructive } else { Safety::Disruptive };
                let change = TableChange::ColumnType { column: name.clone(), length: to };
                work.alter.push((change, safety, format!("{path}.type")));
            }
            (from, to) => {
                let shown = match from {
                    Shown::Known(known) => known.to_string(),
                    Shown::Other(text) => text.clone(),
                };
                unable("type", format!("the type of column {name} from {shown} to {to}"));
            }
        }
    }
    if there.nullable != column.nullable {
        unable("nullable", format!("whether column {name} is nullable"));
    }
    if there.default != column.default.clone().map(Shown::Known) {
        unable("default", format!("the default of column {name}"));
    }
    if let Some(encode) = column.encode.filter(|encode| *encode != there.encode) {
        if is_interleaved(found) {
            work.not_in_place.push((
                format!("{path}.encode"),
                format!("the encoding of column {name}, in a table sorted interleaved,"),
            ));
        } else {
            let change = TableChange::ColumnEncoding { column: name.clone(), encode };
            work.alter.push((change, Safety::Safe, format!("{path}.encode")));
        }
    }
}

/// The conditions under which Redshift changes a varchar's length.
fn resizable(column: &ColumnDefinition, there: &FoundColumn, found: &FoundRelation) -> bool {
    let encoded = matches!(
        there.encode,
        Encoding::Bytedict | Encoding::Runlength | Encoding::Text255 | Encoding::Text32k
    );
    !encoded && there.default.is_none() && column.default.is_none() && !found.keyed.contains(&column.name)
}

fn is_interleaved(found: &FoundRelation) -> bool {
    found.sort.as_ref().is_some_and(|sort| sort.interleaved)
}

pub(super) fn compare_keys(
    draft: &Draft<'_>,
    table: &TableDefinition,
    found: &FoundRelation,
    work: &mut Work,
) {
    if table.distribution != found.distribution {
        if is_interleaved(found) {
            work.not_in_place
                .push(("distribution".into(), "the distribution, with an interleaved sort key,".into()));
        } else {
            let change = TableChange::Distribution(table.distribution.clone());
            work.alter.push((change, Safety::Safe, "distribution".into()));
        }
    }
    if let Some(sort) = table.sort.as_ref().filter(|sort| found.sort.as_ref() != Some(sort)) {
        if sort.interleaved {
            work.not_in_place.push(("sort".into(), "the sort key to an interleaved one".into()));
        } else {
            work.alter.push((TableChange::SortKey(sort.columns.clone()), Safety::Safe, "sort".into()));
        }
    }
    let columns = |key: &Option<(Ident, Vec<Ident>)>| key.as_ref().map(|(_, columns)| columns.clone());
    if columns(&table.primary_key) != columns(&found.primary_key) {
        if let Some((name, _)) = &found.primary_key {
            work.alter.push((
                TableChange::DropConstraint(name.clone()),
                Safety::Disruptive,
                "primaryKey".into(),
            ));
        }
        // Redshift adds one over columns that are not nullable only; a copied table has it from the start.
        let nullable = |c: &Ident| found.columns.get(c).is_some_and(|there| there.nullable);
        let fit = |(_, columns): &&(Ident, Vec<Ident>)| !columns.iter().any(nullable);
        if let Some((name, columns)) = table.primary_key.as_ref().filter(fit) {
            let change = TableChange::AddPrimaryKey { name: name.clone(), columns: columns.clone() };
            work.alter.push((change, Safety::Disruptive, "primaryKey".into()));
        }
    }
    let owner = &draft.declared.owner;
    if !found.owner.eq_ignore_ascii_case(owner.as_str()) {
        work.alter.push((TableChange::Owner(owner.clone()), Safety::Disruptive, "owner".into()));
    }
}
