use std::collections::{BTreeMap, BTreeSet};

use cloister_crds::RedshiftSchemaSpec;
use cloister_crds::schema::{Grant, Privilege as Declarable, Role};

use super::declared::{Declared, DeclaredGrant, DeclaredRole, GrantOn, Reader};
use crate::sql::{Ident, Privilege};

pub(super) fn read_roles(reader: &mut Reader, spec: &RedshiftSchemaSpec, declared: &mut Declared) {
    for (n, role) in spec.roles.iter().enumerate() {
        let path = format!("spec.roles[{n}]");
        let name = role_name(reader, &format!("{path}.name"), declared, &role.name);
        let read = read_role(reader, &path, role, declared);
        declared.roles.insert(name, read);
    }
    refuse_circles(reader, declared);
}

/// The name in the cluster: the manifest's dots are only those between its parts, so no two are alike.
pub(super) fn role_name(reader: &mut Reader, path: &str, declared: &Declared, short: &str) -> Ident {
    reader.name(path, &format!("{}{short}", declared.roles_prefix))
}

fn read_role(reader: &mut Reader, path: &str, role: &Role, declared: &Declared) -> DeclaredRole {
    let member = |name: &String| Some((name.to_ascii_lowercase(), Ident::new(name.as_str()).ok()?));
    let grants = role.grants.iter().enumerate();
    DeclaredRole {
        members: role.members.iter().filter_map(member).collect(),
        member_of: role
            .member_of
            .iter()
            .map(|other| role_name(reader, &format!("{path}.memberOf"), declared, other))
            .collect(),
        grants: grants
            .map(|(n, grant)| read_grant(reader, &format!("{path}.grants[{n}]"), grant, declared))
            .collect(),
    }
}

fn read_grant(reader: &mut Reader, path: &str, grant: &Grant, declared: &Declared) -> DeclaredGrant {
    let privileges = grant.privileges.iter().map(|p| privilege(*p)).collect();
    let on = match (grant.object.as_str(), &grant.columns) {
        ("SCHEMA", _) => GrantOn::Schema,
        ("ALL TABLES", _) => GrantOn::EveryTable,
        (name, None) => GrantOn::Relation(reader.name(&format!("{path}.object"), name)),
        (name, Some(columns)) => {
            let table = reader.name(&format!("{path}.object"), name);
            let names: BTreeSet<Ident> =
                columns.iter().map(|column| reader.name(&format!("{path}.columns"), column)).collect();
            if let Some(definition) = declared.tables.get(&table) {
                for unknown in
                    names.iter().filter(|name| !definition.columns.iter().any(|c| c.name == **name))
                {
                    reader.wrong(
                        format!("{path}.columns"),
                        format!(
                            "{unknown} is no column of table {table}: declare it there, or remove it here"
                        ),
                    );
                }
            }
            GrantOn::Columns(table, names)
        }
    };
    DeclaredGrant { on, privileges }
}

fn privilege(declared: Declarable) -> Privilege {
    match declared {
        Declarable::Usage => Privilege::Usage,
        Declarable::Create => Privilege::Create,
        Declarable::Select => Privilege::Select,
        Declarable::Insert => Privilege::Insert,
        Declarable::Update => Privilege::Update,
        Declarable::Delete => Privilege::Delete,
        Declarable::Drop => Privilege::Drop,
        Declarable::References => Privilege::References,
    }
}

/// Redshift refuses a role that is, over others, a member of itself.
fn refuse_circles(reader: &mut Reader, declared: &Declared) {
    let mut left: BTreeMap<&Ident, BTreeSet<&Ident>> =
        declared.roles.iter().map(|(name, role)| (name, role.member_of.iter().collect())).collect();
    loop {
        let free: Vec<&Ident> = left
            .iter()
            .filter(|(_, of)| of.iter().all(|o| !left.contains_key(o)))
            .map(|(name, _)| *name)
            .collect();
        if free.is_empty() {
            break;
        }
        left.retain(|name, _| !free.contains(name));
    }
    if let Some(name) = left.keys().next() {
        let short = declared.short(name);
        reader.wrong(
            "spec.roles",
            format!("memberOf goes in a circle that {short} is in: remove one of its links"),
        );
    }
}
