use cloister_core::schema::catalog::Target;
use cloister_core::sql::{GrantStatement, LedgerStatement, Object, SchemaStatement, Statement};

use super::{Namespace, Warehouse};

pub(super) type Answer = Result<(), String>;

pub(super) fn refuse(when: bool, why: impl Into<String>) -> Answer {
    if when { Err(why.into()) } else { Ok(()) }
}

impl Warehouse {
    pub fn apply(&mut self, statement: &Statement) -> Answer {
        match statement {
            Statement::Database(_) => panic!("{statement} is not about a schema"),
            Statement::Ledger(statement) => self.apply_ledger(statement),
            Statement::Schema(statement) => self.apply_schema(statement),
            Statement::Principal(statement) => self.apply_principal(statement),
            Statement::Grant(statement) => self.apply_grant(statement),
            Statement::Table(statement) => self.apply_table(statement),
            Statement::Policy(statement) => self.apply_policy(statement),
        }
    }

    fn apply_ledger(&mut self, statement: &LedgerStatement) -> Answer {
        match statement {
            LedgerStatement::CreateSchema | LedgerStatement::CreateSchemaOnce => {}
            LedgerStatement::CreateTable => self.has_ledger = true,
            LedgerStatement::Record { kind, name, owner, .. } => {
                refuse(!self.has_ledger, "relation does not exist")?;
                let twice = self.ledger.iter().any(|(k, n, _)| k == kind && n == name);
                refuse(twice, "recorded twice")?;
                self.ledger.insert(((*kind).to_owned(), name.clone(), owner.clone()));
            }
            LedgerStatement::Forget { kind, name, .. } => {
                refuse(!self.has_ledger, "relation does not exist")?;
                self.ledger.retain(|(k, n, _)| !(k == kind && n == name));
            }
        }
        Ok(())
    }

    fn apply_schema(&mut self, statement: &SchemaStatement) -> Answer {
        match statement {
            SchemaStatement::Create { owner, quota_gib, .. } => {
                refuse(self.schema.is_some(), "schema already exists")?;
                let quota_mib = quota_gib.map(|gib| gib * 1024);
                self.schema = Some(Namespace { owner: owner.to_string(), quota_mib });
            }
            SchemaStatement::Owner { owner, .. } => {
                self.schema.as_mut().ok_or("schema does not exist")?.owner = owner.to_string();
            }
            SchemaStatement::Quota { gib, .. } => {
                self.schema.as_mut().ok_or("schema does not exist")?.quota_mib = gib.map(|gib| gib * 1024);
            }
            SchemaStatement::Drop { .. } => {
                refuse(self.schema.is_none(), "schema does not exist")?;
                refuse(!self.tables.is_empty(), "cannot drop schema because other objects depend on it")?;
                self.schema = None;
                self.grants.clear();
            }
        }
        Ok(())
    }

    fn apply_grant(&mut self, statement: &GrantStatement) -> Answer {
        refuse(statement.privileges.is_empty() || statement.who.is_empty(), "syntax error")?;
        if let Object::Schema(schema) = &statement.on
            && schema.as_str() == "public"
        {
            self.public_schema.retain(|p| !statement.privileges.contains(p));
            return Ok(());
        }
        refuse(self.schema.is_none(), "schema does not exist")?;
        let targets: Vec<Target> = match &statement.on {
            Object::Schema(_) => vec![Target::Schema],
            Object::EveryTableOf(_) => vec![Target::EveryTable],
            Object::EveryFunctionOf(_) => vec![Target::EveryFunction],
            Object::TablesToCome { owner, .. } => vec![Target::ToCome(owner.clone())],
            Object::Tables(tables) => tables.iter().map(|t| Target::Relation(t.name.clone())).collect(),
            Object::Columns { table, columns } => {
                columns.iter().map(|c| Target::Column(table.name.clone(), c.clone())).collect()
            }
        };
        for (who, target) in
            statement.who.iter().flat_map(|who| targets.iter().map(move |target| (who, target)))
        {
            refuse(!self.knows(who), format!("{who} does not exist"))?;
            match target {
                Target::Relation(name) => refuse(!self.tables.contains_key(name), "relation does not exist")?,
                Target::Column(table, column) => {
                    let found = self.tables.get(table).ok_or("relation does not exist")?;
                    refuse(
                        !found.columns.iter().any(|c| c.definition.name == *column),
                        "column does not exist",
                    )?;
                }
                _ => {}
            }
            for privilege in &statement.privileges {
                if statement.give {
                    self.grants.insert((who.clone(), target.clone(), *privilege));
                    continue;
                }
                self.grants.retain(|(g, t, p)| {
                    let along = matches!((t, target), (Target::Column(a, _), Target::Relation(b)) if a == b);
                    !(g == who && p == privilege && (t == target || along))
                });
            }
        }
        Ok(())
    }
}
