//! What somebody may do to a warehouse by hand.

use cloister_core::schema::catalog::Target;
use cloister_core::sql::{ColumnDefinition, DataType, Distribution, Grantee, Ident, Privilege};

use super::{Column, Table, Warehouse, ident};

impl Warehouse {
    /// One of many ways, and where.
    pub fn damage(&mut self, how: usize, at: usize) {
        let table = self.tables.keys().nth(at % self.tables.len().max(1)).cloned();
        let stranger = Grantee::User(ident("mallory"));
        self.users.entry(ident("mallory")).or_insert(false);
        match (how % 16, table) {
            (0, Some(t)) => self.hold(Grantee::Public, Target::Relation(t), Privilege::Select),
            (1, Some(t)) => self.hold(stranger, Target::Relation(t), Privilege::Insert),
            (2, _) => self.hold(Grantee::Public, Target::Schema, Privilege::Usage),
            (3, _) => self.hold(stranger, Target::EveryTable, Privilege::Select),
            (4, _) => self.take(at),
            (5, Some(t)) => self.add_column(&t),
            (6, Some(t)) => self.alter_by_hand(&t, |t| t.owner = "mallory".into()),
            (7, Some(t)) => self.alter_by_hand(&t, |t| t.distribution = Distribution::All),
            (8, Some(t)) => self.alter_by_hand(&t, |t| t.row_level_security = !t.row_level_security),
            (9, _) => {
                if let Some(schema) = &mut self.schema {
                    schema.owner = "mallory".into();
                    schema.quota_mib = Some(77);
                }
            }
            (10, _) => self.stage(),
            (11, _) => {
                if let Some(user) = self.users.values_mut().nth(at % 2) {
                    *user = true;
                }
            }
            (12, _) => {
                let gone = self.role_grants.iter().nth(at % self.role_grants.len().max(1)).cloned();
                self.role_grants.retain(|g| Some(g) != gone.as_ref());
            }
            (13, _) => {
                let gone = self.attached_masks.iter().next().cloned();
                self.attached_masks.retain(|a| Some(a) != gone.as_ref());
                self.filters.values_mut().for_each(|who| *who = "mallory".into());
            }
            (14, Some(t)) => self.alter_by_hand(&t, |t| t.primary_key = None),
            (_, _) => {
                self.public_schema.insert(Privilege::Create);
                let roles: Vec<Ident> = self.roles.iter().cloned().collect();
                let outsider = ident("outsider");
                self.roles.insert(outsider.clone());
                self.role_grants.extend(
                    roles.into_iter().next().filter(|r| *r != outsider).map(|r| (r, Grantee::Role(outsider))),
                );
            }
        }
    }

    fn hold(&mut self, who: Grantee, target: Target, privilege: Privilege) {
        if self.schema.is_some() {
            self.grants.insert((who, target, privilege));
        }
    }

    fn take(&mut self, at: usize) {
        let gone = self.grants.iter().nth(at % self.grants.len().max(1)).cloned();
        self.grants.retain(|g| Some(g) != gone.as_ref());
    }

    fn alter_by_hand(&mut self, name: &Ident, change: impl FnOnce(&mut Table)) {
        if let Some(table) = self.tables.get_mut(name) {
            change(table);
        }
    }

    fn add_column(&mut self, name: &Ident) {
        let token = self.token();
        let definition = ColumnDefinition {
            name: ident("note"),
            data_type: DataType::Varchar(256),
            nullable: true,
            encode: None,
            default: None,
        };
        self.alter_by_hand(name, |table| {
            if !table.columns.iter().any(|c| c.definition.name == definition.name) {
                table.columns.push(Column { definition, token });
            }
        });
    }

    /// A table of somebody's own, that was never declared.
    fn stage(&mut self) {
        if self.schema.is_none() {
            return;
        }
        let token = self.token();
        let definition = ColumnDefinition {
            name: ident("x"),
            data_type: DataType::Integer,
            nullable: true,
            encode: None,
            default: None,
        };
        let table = Table {
            owner: "mallory".into(),
            columns: vec![Column { definition, token }],
            distribution: Distribution::Auto,
            sort: None,
            primary_key: None,
            row_level_security: false,
        };
        self.tables.entry(ident("staging")).or_insert(table);
    }
}
