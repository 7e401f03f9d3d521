//! Manifests of any shape within a small world, so that two of them have much in common.

use cloister_core::schema::{Declared, Inputs};
use cloister_crds::RedshiftSchemaSpec;
use cloister_crds::schema::{
    Column, ColumnTypeChanges, DestructiveChanges, Distribution, DistributionStyle, Encoding, Grant, Mask,
    MaskedColumn, MaskingPolicy, Privilege, Role, RolesAs, RowFilter, RowPolicy, SortStyle, Table,
    UnmanagedGrants,
};
use proptest::prelude::*;
use proptest::sample::subsequence;

use super::ADMIN;

pub const UID: &str = "5b0e1a52-0000-4000-8000-000000000002";
pub const TABLES: [&str; 3] = ["claims", "mem\"bers; drop", "päyer"];
pub const COLUMNS: [&str; 4] = ["id", "co\"l", "paid", "select"];
pub const ROLES: [&str; 3] = ["analyst", "loader", "auditor"];
pub const USERS: [&str; 3] = ["IAMR:acme-etl", "IAMR:Acme-Analysts", "IAM:bob"];
const TYPES: [&str; 6] = ["integer", "bigint", "varchar(32)", "varchar(64)", "decimal(12,2)", "date"];

pub fn read(spec: &RedshiftSchemaSpec) -> Declared {
    let inputs = Inputs { object: "claims", uid: UID, spec, prefix: "acme-health.", owner: ADMIN };
    Declared::read(&inputs).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

fn column(name: &'static str) -> impl Strategy<Value = Column> {
    (0..TYPES.len(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        move |(of, nullable, default, encode)| {
            let value = match TYPES[of] {
                "date" => "2020-01-01",
                t if t.starts_with("varchar") => "it's",
                _ => "7",
            };
            Column {
                name: name.to_owned(),
                type_: TYPES[of].to_owned(),
                nullable,
                encode: encode.then_some(Encoding::Zstd),
                // Else one that is not nullable could not be added later.
                default: (default || !nullable).then(|| value.to_owned()),
            }
        },
    )
}

fn table(name: &'static str) -> impl Strategy<Value = Table> {
    let columns = (column("id"), column("co\"l"), column("paid"), column("select"));
    let choices = (0..5_usize, any::<bool>(), any::<bool>(), any::<bool>());
    (columns, subsequence(vec![0, 1, 2, 3], 1..=4), choices).prop_map(
        move |((a, b, c, d), chosen, (distribution, sort, interleaved, key))| {
            let all = [a, b, c, d];
            let columns: Vec<Column> = chosen.iter().map(|n| all[*n].clone()).collect();
            let first = columns[0].name.clone();
            let distribution = match distribution {
                0 => Distribution { style: None, key: Some(first.clone()) },
                1 => Distribution { style: Some(DistributionStyle::Even), key: None },
                2 => Distribution { style: Some(DistributionStyle::All), key: None },
                _ => Distribution::default(),
            };
            let key = key.then(|| columns.iter().find(|c| !c.nullable).map(|c| c.name.clone())).flatten();
            Table {
                name: name.to_owned(),
                columns,
                distribution,
                sort: sort.then_some(first).into_iter().collect(),
                sort_style: if interleaved { SortStyle::Interleaved } else { SortStyle::Compound },
                primary_key: key.into_iter().collect(),
            }
        },
    )
}

fn privileges() -> impl Strategy<Value = Vec<Privilege>> {
    subsequence(vec![Privilege::Select, Privilege::Insert, Privilege::Update, Privilege::Delete], 1..=4)
}

fn role(name: &'static str) -> impl Strategy<Value = Role> {
    let users = subsequence(USERS.to_vec(), 0..=3);
    let grants = (
        prop::option::of(privileges()),
        prop::option::of((0..3_usize, privileges())),
        any::<bool>(),
        0..4_usize,
    );
    (users, grants).prop_map(move |(users, (all, one, create, columns))| {
        let on = |on: &str, privileges, columns| Grant { object: on.to_owned(), privileges, columns };
        let mut grants = Vec::new();
        grants.extend(all.map(|p| on("ALL TABLES", p, None)));
        grants.extend(one.map(|(table, p)| on(TABLES[table], p, None)));
        grants.extend(create.then(|| on("SCHEMA", vec![Privilege::Create], None)));
        if columns < 3 {
            grants.push(on(TABLES[columns], vec![Privilege::Select], Some(vec!["id".into()])));
        }
        let members = users.iter().map(ToString::to_string).collect();
        Role { name: name.to_owned(), members, member_of: Vec::new(), grants }
    })
}

prop_compose! {
    fn spec_of(group: bool)(
        tables in (table(TABLES[0]), table(TABLES[1]), table(TABLES[2])),
        chosen in subsequence(vec![0, 1, 2], 0..=3),
        roles in (role(ROLES[0]), role(ROLES[1]), role(ROLES[2])),
        kept in subsequence(vec![0, 1, 2], 0..=3),
        policies in (any::<bool>(), any::<bool>(), 0..3_i32),
        quota_gib in prop::option::of(1..4_i64),
    ) -> RedshiftSchemaSpec {
        let (tables, roles) = (<[Table; 3]>::from(tables), <[Role; 3]>::from(roles));
        let tables: Vec<Table> = chosen.iter().map(|n| tables[*n].clone()).collect();
        let mut roles: Vec<Role> = kept.iter().map(|n| roles[*n].clone()).collect();
        for role in &mut roles {
            // A column that a declared table lacks would be a mistake.
            role.grants.retain(|g| g.columns.is_none() || tables.iter().all(|t| t.name != g.object || t.columns.iter().any(|c| c.name == "id")));
        }
        if roles.len() > 1 && !group {
            roles[1].member_of = vec![roles[0].name.clone()];
        }
        let mut spec = RedshiftSchemaSpec { tables, roles, quota_gib, ..RedshiftSchemaSpec::default() };
        if group {
            spec.roles_as = RolesAs::Group;
        } else {
            add_policies(&mut spec, policies);
        }
        spec
    }
}

fn add_policies(spec: &mut RedshiftSchemaSpec, (filter, mask, variant): (bool, bool, i32)) {
    let roles: Vec<String> = spec.roles.iter().take(1).map(|r| r.name.clone()).collect();
    let Some(table) = spec.tables.first() else { return };
    let column = table.columns[0].name.clone();
    if filter {
        let lookup = if variant == 0 { None } else { Some(true) };
        let value = match table.columns[0].type_.as_str() {
            "date" => "2024-01-01",
            t if t.starts_with("varchar") => "o'hara\\",
            _ => "5",
        };
        let values = lookup.is_none().then(|| vec![value.to_owned()]);
        spec.row_level_security = vec![RowPolicy {
            name: "own".into(),
            column: column.clone(),
            filter: RowFilter { values, current_user: lookup, lookup: None },
            tables: vec![table.name.clone()],
            roles: roles.clone(),
        }];
    }
    if mask {
        spec.masking = vec![MaskingPolicy {
            name: "hide".into(),
            mask: Mask { hide: Some(true), ..Mask::default() },
            columns: vec![MaskedColumn { table: table.name.clone(), column }],
            roles: if variant == 2 { Vec::new() } else { roles },
            priority: variant,
        }];
    }
}

pub fn any_spec() -> impl Strategy<Value = RedshiftSchemaSpec> {
    any::<bool>().prop_flat_map(spec_of)
}

/// A manifest and a later one. Admission keeps roles from becoming groups.
pub fn any_change() -> impl Strategy<Value = (RedshiftSchemaSpec, RedshiftSchemaSpec)> {
    any::<bool>().prop_flat_map(|group| (spec_of(group), spec_of(group)))
}

/// Everything is allowed, so that whatever can converge does.
pub fn free(mut spec: RedshiftSchemaSpec) -> RedshiftSchemaSpec {
    spec.destructive_changes = DestructiveChanges::Allow;
    spec.column_type_changes = ColumnTypeChanges::ShadowTable;
    spec.unmanaged_grants = UnmanagedGrants::Revoke;
    spec.adopt = true;
    spec
}
