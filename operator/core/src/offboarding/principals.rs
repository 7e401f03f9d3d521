//! What a shared cluster keeps of a tenant beside its database: roles, groups and users are the whole cluster's. They go
//! after the database, since Redshift drops none that holds a privilege.

use crate::schema::catalog::{Rows, Table, Unreadable};
use crate::sql::{
    DatabaseStatement, Grantee, IamRole, Ident, PrincipalStatement, RoleCommand, Statement, Writer,
};
use crate::tenant;

/// Of a cluster, by how names of the tenant's own begin and by the users that stand for its IAM roles.
#[must_use]
pub fn query(tenant: &str) -> String {
    let mut w = Writer::default();
    let (prefix, user) = (format!("{tenant}."), format!("iamr:cloister-{tenant}-"));
    let literals = [prefix.clone(), prefix, user];
    let mut literals = literals.iter();
    for (n, words) in PRINCIPALS.split('?').enumerate() {
        if n > 0
            && let Some(literal) = literals.next()
        {
            w.literal(literal);
        }
        w.words(words);
    }
    w.finish()
}

const PRINCIPALS: &str = "SELECT 'role' AS kind, CAST(role_name AS VARCHAR(256)) AS name FROM svv_roles WHERE STRPOS(role_name, ?) = 1 \
UNION ALL SELECT 'group', CAST(groname AS VARCHAR(256)) FROM pg_group WHERE STRPOS(groname, ?) = 1 \
UNION ALL SELECT 'user', CAST(usename AS VARCHAR(256)) FROM pg_user WHERE STRPOS(LOWER(usename), ?) = 1";

/// A transaction for each, which drops it; with the right to name the tenant's role in COPY, which is the cluster's too.
pub fn drops(tenant: &str, role_arn: &str, found: &Rows) -> Result<Vec<Vec<String>>, Unreadable> {
    let mut drops = Vec::new();
    for row in Table::new("principals", ["kind", "name"], found)?.rows() {
        let name: Ident = row.name(1)?;
        let statements: Vec<Statement> = match row.text(0)? {
            "role" => {
                let who = Grantee::Role(name.clone());
                let (role, commands) = (IamRole::Arn(role_arn.to_owned()), [RoleCommand::Copy].into());
                let revoke = DatabaseStatement::AssumeRole { give: false, role, commands, who };
                vec![revoke.into(), PrincipalStatement::DropRole { role: name }.into()]
            }
            "group" => vec![PrincipalStatement::DropGroup { group: name }.into()],
            // Another tenant's name may begin as this one's does.
            _ if !is_own_user(tenant, name.as_str()) => continue,
            _ => vec![PrincipalStatement::DropUser { user: name }.into()],
        };
        drops.push(statements.iter().map(ToString::to_string).collect());
    }
    Ok(drops)
}

fn is_own_user(tenant: &str, user: &str) -> bool {
    let own = tenant::PURPOSES.map(|purpose| format!("iamr:cloister-{tenant}-{purpose}"));
    own.contains(&user.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_go() {
        let rows =
            [("role", "acme.claims.loader"), ("group", "acme.old"), ("user", "IAMR:cloister-acme-etl")];
        let others = [("user", "IAMR:cloister-acme-two-etl")];
        let cell = |(kind, name): &(&str, &str)| vec![Some((*kind).to_owned()), Some((*name).to_owned())];
        let found = Rows {
            columns: vec!["kind".into(), "name".into()],
            cells: rows.iter().chain(&others).map(cell).collect(),
        };
        let drops = drops("acme", "arn", &found).unwrap_or_default();
        let last: Vec<&str> = drops.iter().filter_map(|each| each.last()).map(String::as_str).collect();
        assert_eq!(
            last,
            [
                r#"DROP ROLE "acme.claims.loader" FORCE"#,
                r#"DROP GROUP "acme.old""#,
                r#"DROP USER "IAMR:cloister-acme-etl""#,
            ]
        );
        assert!(query("it's").contains("'it''s.'"));
    }
}
