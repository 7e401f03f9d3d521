//! Who may do and see what, as Redshift would answer.

use cloister_core::schema::Declared;
use cloister_core::schema::catalog::{Rows, Target};
use cloister_core::sql::Grantee;

use super::Warehouse;
use super::answers::{Cells, cells, rows};

fn kind(who: &Grantee) -> (&str, &str) {
    match who {
        Grantee::Public => ("public", "public"),
        Grantee::Role(name) => (name.as_str(), "role"),
        Grantee::Group(name) => (name.as_str(), "group"),
        Grantee::User(name) => (name.as_str(), "user"),
    }
}

impl Warehouse {
    pub(super) fn role_rows(&self, declared: &Declared) -> Rows {
        let ours = self.roles.iter().filter(|r| r.as_str().starts_with(&declared.roles_prefix));
        let mut all: Vec<Cells> = ours.map(|r| cells(["role", r.as_str(), "admin"])).collect();
        for (role, who) in &self.role_grants {
            match who {
                Grantee::Role(member) => all.push(cells(["role_grant", member.as_str(), role.as_str()])),
                Grantee::User(user) => all.push(cells(["user_grant", role.as_str(), user.as_str()])),
                Grantee::Public | Grantee::Group(_) => {}
            }
        }
        rows(&["kind", "name", "other"], all)
    }

    pub(super) fn privileges(&self, declared: &Declared) -> Rows {
        let schema = declared.schema.as_str();
        let mut all: Vec<Cells> = Vec::new();
        for p in &self.public_schema {
            all.push(cells(["schema", "public", "SCHEMA", "", p.as_str(), "public", "public", ""]));
        }
        for (who, target, p) in &self.grants {
            let (name, who) = kind(who);
            all.push(match target {
                Target::Schema => cells(["schema", schema, "SCHEMA", "", p.as_str(), name, who, ""]),
                Target::EveryTable => cells(["schema", schema, "TABLES", "", p.as_str(), name, who, ""]),
                Target::EveryFunction => {
                    cells(["schema", schema, "FUNCTIONS", "", p.as_str(), name, who, ""])
                }
                Target::Relation(t) => cells(["relation", schema, t.as_str(), "", p.as_str(), name, who, ""]),
                Target::Column(t, c) => {
                    cells(["column", schema, t.as_str(), c.as_str(), p.as_str(), name, who, ""])
                }
                Target::ToCome(owner) => {
                    cells(["default", schema, "", "", p.as_str(), name, who, owner.as_str()])
                }
            });
        }
        // What an owner holds may be listed too.
        for (name, table) in &self.tables {
            all.push(cells(["relation", schema, name.as_str(), "", "SELECT", &table.owner, "user", ""]));
        }
        let names = [
            "kind",
            "schema_name",
            "relation",
            "column_name",
            "privilege_type",
            "identity_name",
            "identity_type",
            "grantor",
        ];
        rows(&names, all)
    }

    pub(super) fn filter_rows(&self) -> Rows {
        let policies = self.filters.iter().map(|(name, who)| cells(["policy", name.as_str(), "", who, ""]));
        let attached = self.attached_filters.iter().map(|a| {
            let (who, kind) = kind(&a.to);
            cells(["attached", a.policy.as_str(), a.table.as_str(), who, kind])
        });
        let on = self.tables.iter().filter(|(_, t)| t.row_level_security);
        let on = on.map(|(name, _)| cells(["relation", "", name.as_str(), "", ""]));
        rows(&["kind", "policy", "relation", "who", "who_kind"], policies.chain(attached).chain(on).collect())
    }

    pub(super) fn mask_rows(&self) -> Rows {
        let policies =
            self.masks.iter().map(|(name, who)| cells(["policy", name.as_str(), "", "", who, "", "0"]));
        let attached = self.attached_masks.iter().map(|a| {
            let (who, kind) = kind(&a.to);
            let columns = serde_json::json!([a.column.as_str()]).to_string();
            cells([
                "attached",
                a.policy.as_str(),
                a.table.as_str(),
                &columns,
                who,
                kind,
                &a.priority.to_string(),
            ])
        });
        let names = ["kind", "policy", "relation", "columns", "who", "who_kind", "priority"];
        rows(&names, policies.chain(attached).collect())
    }
}
