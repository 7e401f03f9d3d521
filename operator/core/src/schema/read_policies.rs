use std::collections::BTreeSet;

use cloister_crds::RedshiftSchemaSpec;
use cloister_crds::schema::{Mask, MaskingPolicy, RowFilter, RowPolicy};

use super::declared::{Declared, DeclaredFilter, DeclaredMask, Reader};
use super::read_roles::role_name;
use crate::name::suffix;
use crate::sql::{
    DataType, DefaultValue, Filter, Grantee, Ident, MaskExpression, PolicyStatement, Relation, Statement,
};

pub(super) fn read_policies(reader: &mut Reader, spec: &RedshiftSchemaSpec, declared: &mut Declared) {
    for (n, policy) in spec.row_level_security.iter().enumerate() {
        let path = format!("spec.rowLevelSecurity[{n}]");
        let Some(read) = read_filter(reader, &path, policy, declared) else { continue };
        let (column, of, filter) = (read.column.clone(), read.of, read.filter.clone());
        let like = PolicyStatement::CreateFilter { policy: Ident::fixed("policy"), column, of, filter };
        let name = policy_name(reader, &path, declared, &policy.name, like);
        declared.filters.insert(name, read);
    }
    let mut taken = BTreeSet::new();
    for (n, policy) in spec.masking.iter().enumerate() {
        let path = format!("spec.masking[{n}]");
        let Some(read) = read_mask(reader, &path, policy, declared) else { continue };
        for (table, column) in &read.columns {
            if !taken.insert((table.clone(), column.clone(), read.priority)) {
                let hint = format!(
                    "{} is already that of another policy of {table}({column}): give each its own",
                    read.priority
                );
                reader.wrong(format!("{path}.priority"), hint);
            }
        }
        let like = PolicyStatement::CreateMask {
            policy: Ident::fixed("policy"),
            of: read.of,
            mask: read.mask.clone(),
        };
        let name = policy_name(reader, &path, declared, &policy.name, like);
        declared.masks.insert(name, read);
    }
}

/// Redshift rewrites a policy's expression, so that it cannot be compared. Its name tells instead what it
/// was made as.
fn policy_name(
    reader: &mut Reader,
    path: &str,
    declared: &Declared,
    short: &str,
    like: PolicyStatement,
) -> Ident {
    let meaning = suffix(&Statement::from(like).to_string());
    reader.name(&format!("{path}.name"), &format!("{}{short}.{meaning}", declared.policies_prefix))
}

fn grantees(reader: &mut Reader, path: &str, roles: &[String], declared: &Declared) -> BTreeSet<Grantee> {
    if roles.is_empty() {
        return BTreeSet::from([Grantee::Public]);
    }
    let mut all = BTreeSet::new();
    for short in roles {
        let role = role_name(reader, &format!("{path}.roles"), declared, short);
        if !declared.roles.contains_key(&role) {
            reader.wrong(
                format!("{path}.roles"),
                format!("{short} is no role of this schema: declare it in roles, or remove it here"),
            );
        }
        all.insert(Grantee::Role(role));
    }
    all
}

/// The one type that a column has in all places that a policy is for.
fn common_type(
    reader: &mut Reader,
    path: &str,
    declared: &Declared,
    columns: &[(Ident, Ident)],
) -> Option<DataType> {
    let mut common = None;
    for (table, column) in columns {
        let found = declared.tables.get(table).and_then(|t| t.columns.iter().find(|c| c.name == *column));
        let Some(found) = found else {
            reader.wrong(
                path,
                format!(
                    "{table}({column}) is not declared in tables: declare table and column, or name others"
                ),
            );
            return None;
        };
        if *common.get_or_insert(found.data_type) != found.data_type {
            reader.wrong(path, format!("{table}({column}) is of another type than the columns before it: make a policy for each type"));
            return None;
        }
    }
    common
}

fn read_filter(
    reader: &mut Reader,
    path: &str,
    policy: &RowPolicy,
    declared: &Declared,
) -> Option<DeclaredFilter> {
    let column = reader.name(&format!("{path}.column"), &policy.column);
    let tables: BTreeSet<Ident> =
        policy.tables.iter().map(|table| reader.name(&format!("{path}.tables"), table)).collect();
    let places: Vec<(Ident, Ident)> = tables.iter().map(|table| (table.clone(), column.clone())).collect();
    let of = common_type(reader, &format!("{path}.tables"), declared, &places)?;
    let filter = read_row_filter(reader, &format!("{path}.filter"), &policy.filter, of, declared);
    let to = grantees(reader, path, &policy.roles, declared);
    Some(DeclaredFilter { column, of, filter, tables, to })
}

fn read_row_filter(
    reader: &mut Reader,
    path: &str,
    filter: &RowFilter,
    of: DataType,
    declared: &Declared,
) -> Filter {
    if let Some(lookup) = &filter.lookup {
        let table = reader.name(&format!("{path}.lookup.table"), &lookup.table);
        let value = reader.name(&format!("{path}.lookup.valueColumn"), &lookup.value_column);
        let user = reader.name(&format!("{path}.lookup.userColumn"), &lookup.user_column);
        return Filter::Lookup { table: Relation::new(&declared.schema, &table), value, user };
    }
    let Some(values) = &filter.values else {
        return Filter::CurrentUser;
    };
    let mut read = Vec::new();
    for text in values {
        match DefaultValue::declared(text, of) {
            Some(value) if !matches!(value, DefaultValue::Now | DefaultValue::Today) => read.push(value),
            _ => reader.wrong(
                format!("{path}.values"),
                format!("{text:?} is no value of type {of}, which the column has: write one"),
            ),
        }
    }
    Filter::Values(read)
}

fn read_mask(
    reader: &mut Reader,
    path: &str,
    policy: &MaskingPolicy,
    declared: &Declared,
) -> Option<DeclaredMask> {
    let columns: Vec<(Ident, Ident)> = policy
        .columns
        .iter()
        .map(|on| {
            (
                reader.name(&format!("{path}.columns"), &on.table),
                reader.name(&format!("{path}.columns"), &on.column),
            )
        })
        .collect();
    let of = common_type(reader, &format!("{path}.columns"), declared, &columns)?;
    let mask = read_expression(reader, &format!("{path}.mask"), &policy.mask, of)?;
    let to = grantees(reader, path, &policy.roles, declared);
    Some(DeclaredMask {
        of,
        mask,
        columns: columns.into_iter().collect(),
        to,
        priority: i64::from(policy.priority),
    })
}

fn read_expression(reader: &mut Reader, path: &str, mask: &Mask, of: DataType) -> Option<MaskExpression> {
    let text = matches!(of, DataType::Char(_) | DataType::Varchar(_));
    let (expression, fits) = match mask {
        Mask { hash: Some(_), .. } => (MaskExpression::Hash, matches!(of, DataType::Varchar(64..))),
        Mask { text: Some(shown), .. } => (MaskExpression::Text(shown.clone()), text),
        Mask { keep_last: Some(kept), .. } => (MaskExpression::KeepLast(kept.unsigned_abs()), text),
        _ => (MaskExpression::Hide, true),
    };
    if !fits {
        reader.wrong(
            path,
            format!("a column of type {of} cannot be masked so: use hide, or change the column's type"),
        );
        return None;
    }
    Some(expression)
}
