use super::read_principals::grantee;
use super::rows::{Rows, Table, Unreadable};
use super::{AttachedFilter, AttachedMask, Catalog};
use crate::sql::Ident;

pub(super) fn filters(rows: &Rows, catalog: &mut Catalog) -> Result<(), Unreadable> {
    for row in Table::new("row policies", ["kind", "policy", "relation", "who", "who_kind"], rows)?.rows() {
        match row.text(0)? {
            "policy" => {
                catalog.filters.insert(row.name(1)?, row.optional(3)?.unwrap_or_default().to_owned());
            }
            "attached" => {
                let (policy, table) = (row.name(1)?, row.name(2)?);
                catalog.attached_filters.insert(AttachedFilter { policy, table, to: grantee(&row, 3, 4)? });
            }
            "relation" => {
                if let Some(relation) = catalog.relations.get_mut(&row.name(2)?) {
                    relation.row_level_security = true;
                }
            }
            other => return Err(row.unknown(0, other)),
        }
    }
    Ok(())
}

const MASK: [&str; 7] = ["kind", "policy", "relation", "columns", "who", "who_kind", "priority"];

pub(super) fn masks(rows: &Rows, catalog: &mut Catalog) -> Result<(), Unreadable> {
    for row in Table::new("masking policies", MASK, rows)?.rows() {
        match row.text(0)? {
            "policy" => {
                catalog.masks.insert(row.name(1)?, row.optional(4)?.unwrap_or_default().to_owned());
            }
            "attached" => {
                for column in
                    column_names(row.text(3)?).ok_or_else(|| row.unknown(3, "no list of columns"))?
                {
                    catalog.attached_masks.insert(AttachedMask {
                        policy: row.name(1)?,
                        table: row.name(2)?,
                        column,
                        to: grantee(&row, 4, 5)?,
                        priority: row.number(6)?,
                    });
                }
            }
            other => return Err(row.unknown(0, other)),
        }
    }
    Ok(())
}

/// `["ssn"]`, or `[{"colname": "ssn", "type": ...}]`, or a bare name.
fn column_names(text: &str) -> Option<Vec<Ident>> {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else {
        return Ident::new(text).ok().map(|name| vec![name]);
    };
    let one = |item: &serde_json::Value| {
        let name = item.as_str().or_else(|| item.get("colname")?.as_str())?;
        Ident::new(name).ok()
    };
    value.as_array()?.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::column_names;

    #[test]
    fn masked_columns_are_read_in_any_of_their_forms() {
        for text in [r#"["ssn"]"#, r#"[{"colname":"ssn","type":"character varying(11)"}]"#, "ssn"] {
            let names = column_names(text).unwrap();
            assert_eq!(names.iter().map(ToString::to_string).collect::<Vec<_>>(), ["ssn"]);
        }
        assert_eq!(column_names(r#"{"a": 1}"#), None);
    }
}
