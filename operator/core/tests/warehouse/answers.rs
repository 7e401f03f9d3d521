//! What Redshift would answer to the catalog's queries.

use cloister_core::schema::Declared;
use cloister_core::schema::catalog::{Part, Rows};
use cloister_core::sql::{DataType, Distribution, Ident};
use cloister_crds::schema::Encoding;

use super::{Table, Warehouse};

pub(super) type Cells = Vec<Option<String>>;

pub(super) fn rows(columns: &[&str], cells: Vec<Cells>) -> Rows {
    Rows { columns: columns.iter().map(ToString::to_string).collect(), cells }
}

pub(super) fn cells<const N: usize>(texts: [&str; N]) -> Cells {
    texts.map(|text| Some(text.to_owned())).to_vec()
}

/// As `format_type` writes it.
fn shown(of: DataType) -> String {
    match of {
        DataType::Varchar(n) => format!("character varying({n})"),
        DataType::Char(n) => format!("character({n})"),
        DataType::Decimal { precision, scale } => format!("numeric({precision},{scale})"),
        DataType::Timestamp => "timestamp without time zone".into(),
        other => other.to_string(),
    }
}

impl Warehouse {
    pub(super) fn answer(&self, part: Part, declared: &Declared) -> Rows {
        match part {
            Part::Namespaces => self.namespaces(declared),
            Part::Relations => {
                let one = |(name, t): (&Ident, &Table)| {
                    let style = match t.distribution {
                        Distribution::Even => "0",
                        Distribution::Key(_) => "1",
                        Distribution::All => "8",
                        Distribution::Auto => "9",
                    };
                    cells([name.as_str(), "r", &t.owner, style])
                };
                rows(&["name", "kind", "owner", "diststyle"], self.tables.iter().map(one).collect())
            }
            Part::Columns => self.columns(),
            Part::Constraints => self.constraints(),
            Part::Roles => self.role_rows(declared),
            Part::Users => {
                let users = self
                    .users
                    .iter()
                    .map(|(n, s)| cells(["user", n.as_str(), if *s { "super" } else { "" }]));
                let groups = self.groups.iter().map(|n| cells(["group", n.as_str(), ""]));
                let members =
                    self.group_members.iter().map(|(g, u)| cells(["group_member", g.as_str(), u.as_str()]));
                rows(&["kind", "name", "other"], users.chain(groups).chain(members).collect())
            }
            Part::Privileges => self.privileges(declared),
            Part::Filters => self.filter_rows(),
            Part::Masks => self.mask_rows(),
            Part::Ledger => {
                let all = self.ledger.iter().map(|(kind, name, owner)| cells([kind, name, owner]));
                rows(&["kind", "name", "owner"], all.collect())
            }
        }
    }

    fn namespaces(&self, declared: &Declared) -> Rows {
        let mut all = vec![cells(["public", "rdsdb", "0", "0"])];
        if let Some(schema) = &self.schema {
            let quota = schema.quota_mib.map(|mib| mib.to_string());
            all.push(vec![
                Some(declared.schema.to_string()),
                Some(schema.owner.clone()),
                quota,
                Some("0".into()),
            ]);
        }
        if self.has_ledger {
            all.push(cells(["cloister", "admin", "0", "1"]));
        }
        rows(&["name", "owner", "quota_mb", "has_ledger"], all)
    }

    fn columns(&self) -> Rows {
        let mut all = Vec::new();
        for (name, table) in &self.tables {
            for (n, column) in table.columns.iter().enumerate() {
                let c = &column.definition;
                let sorted = table
                    .sort
                    .as_ref()
                    .and_then(|s| s.columns.iter().position(|x| *x == c.name).map(|i| (i, s)));
                let sort = sorted.map_or(0, |(i, s)| {
                    let place = i64::try_from(i).unwrap_or_default() + 1;
                    if s.interleaved && (place % 2 == 0 || s.columns.len() == 1) { -place } else { place }
                });
                let encode = c.encode.map_or("none".to_owned(), |e| match e {
                    Encoding::Raw => "none".to_owned(),
                    other => serde_json::to_value(other)
                        .map(|v| v.as_str().unwrap_or_default().to_owned())
                        .unwrap_or_default(),
                });
                let default = c.default.as_ref().map(|d| match c.data_type {
                    DataType::Varchar(_) => format!("{d}::character varying"),
                    _ => d.to_string().to_lowercase(),
                });
                let key = table.distribution == Distribution::Key(c.name.clone());
                all.push(vec![
                    Some(name.to_string()),
                    Some(c.name.to_string()),
                    Some((n + 1).to_string()),
                    Some(shown(c.data_type)),
                    Some((!c.nullable).to_string()),
                    Some(encode),
                    default,
                    Some(key.to_string()),
                    Some(sort.to_string()),
                ]);
            }
        }
        let names = [
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
        rows(&names, all)
    }

    fn constraints(&self) -> Rows {
        let one = |(name, table): (&Ident, &Table)| {
            let (key, columns) = table.primary_key.as_ref()?;
            let at = |c: &Ident| {
                table.columns.iter().position(|x| x.definition.name == *c).map(|n| (n + 1).to_string())
            };
            let positions: Option<Vec<String>> = columns.iter().map(at).collect();
            Some(cells([name.as_str(), key.as_str(), "p", &positions?.join(",")]))
        };
        rows(&["relation", "name", "type", "positions"], self.tables.iter().filter_map(one).collect())
    }
}
