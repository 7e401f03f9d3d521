use cloister_core::schema::catalog::Target;
use cloister_core::sql::{
    DataType, Distribution, Ident, Relation, TableChange, TableDefinition, TableStatement,
};
use cloister_crds::schema::Encoding;

use super::apply::{Answer, refuse};
use super::{ADMIN, Column, Table, Warehouse};

impl Warehouse {
    pub(super) fn apply_table(&mut self, statement: &TableStatement) -> Answer {
        refuse(self.schema.is_none(), "schema does not exist")?;
        match statement {
            TableStatement::Create(definition) => self.create(definition),
            TableStatement::Lock { table } => {
                refuse(!self.tables.contains_key(&table.name), "relation does not exist")
            }
            TableStatement::CopyRows { from, into, columns } => self.copy(from, into, columns),
            TableStatement::Drop { table } => self.drop_table(&table.name),
            TableStatement::Alter { table, change: TableChange::RenameTo(name) } => {
                self.rename(&table.name, name)
            }
            TableStatement::Alter { table, change } => {
                let mut found = self.tables.get(&table.name).cloned().ok_or("relation does not exist")?;
                self.alter(&table.name, &mut found, change)
            }
        }
    }

    fn create(&mut self, definition: &TableDefinition) -> Answer {
        refuse(self.tables.contains_key(&definition.table.name), "relation already exists")?;
        let key = definition.primary_key.iter().flat_map(|(_, columns)| columns);
        let nullable = |name: &&Ident| definition.columns.iter().any(|c| c.name == **name && c.nullable);
        refuse(key.clone().any(|name| nullable(&name)), "primary key over a nullable column")?;
        let named = definition.primary_key.as_ref().map(|(name, _)| name);
        let taken = self
            .tables
            .values()
            .any(|t| t.primary_key.as_ref().map(|(name, _)| name) == named && named.is_some());
        refuse(taken, "constraint already exists")?;
        let columns = definition
            .columns
            .iter()
            .map(|c| Column { definition: c.clone(), token: self.token() })
            .collect();
        let table = Table {
            owner: ADMIN.into(),
            columns,
            distribution: definition.distribution.clone(),
            sort: definition.sort.clone(),
            primary_key: definition.primary_key.clone(),
            row_level_security: false,
        };
        self.tables.insert(definition.table.name.clone(), table);
        Ok(())
    }

    fn copy(&mut self, from: &Relation, into: &Relation, columns: &[(Ident, Option<DataType>)]) -> Answer {
        let source = self.tables.get(&from.name).cloned().ok_or("relation does not exist")?;
        let hidden = source.row_level_security || self.attached_masks.iter().any(|a| a.table == from.name);
        refuse(hidden, "the copy would be of what policies show, not of what is there")?;
        let target = self.tables.get_mut(&into.name).ok_or("relation does not exist")?;
        let mut narrowed = Vec::new();
        for (name, cast) in columns {
            let old =
                source.columns.iter().find(|c| c.definition.name == *name).ok_or("column does not exist")?;
            let new = target
                .columns
                .iter_mut()
                .find(|c| c.definition.name == *name)
                .ok_or("column does not exist")?;
            new.token = old.token;
            refuse(cast.is_some_and(|of| of != new.definition.data_type), "cast to another type")?;
            if !old.definition.data_type.fits_into(new.definition.data_type) {
                narrowed.push(old.token);
            }
        }
        self.lost.extend(narrowed);
        Ok(())
    }

    pub fn drop_table(&mut self, name: &Ident) -> Answer {
        let attached = self.attached_filters.iter().any(|a| a.table == *name)
            || self.attached_masks.iter().any(|a| a.table == *name);
        refuse(attached, "a policy is attached to it")?;
        self.refuse_looked_up(name)?;
        let table = self.tables.remove(name).ok_or("relation does not exist")?;
        self.grants.retain(|(_, t, _)| !matches!(t, Target::Relation(r) | Target::Column(r, _) if r == name));
        self.drop_tokens(table.columns.into_iter().map(|c| c.token));
        Ok(())
    }

    /// <https://docs.aws.amazon.com/redshift/latest/dg/t_rls_object_dependency.html>
    fn refuse_looked_up(&self, name: &Ident) -> Answer {
        refuse(self.lookups.values().any(|table| table == name), "a policy looks it up")
    }

    fn rename(&mut self, from: &Ident, to: &Ident) -> Answer {
        self.refuse_looked_up(from)?;
        refuse(self.tables.contains_key(to), "relation already exists")?;
        let table = self.tables.remove(from).ok_or("relation does not exist")?;
        self.tables.insert(to.clone(), table);
        let follow = |target: &Target| match target {
            Target::Relation(r) if r == from => Target::Relation(to.clone()),
            Target::Column(r, c) if r == from => Target::Column(to.clone(), c.clone()),
            other => other.clone(),
        };
        self.grants = self.grants.iter().map(|(who, target, p)| (who.clone(), follow(target), *p)).collect();
        Ok(())
    }

    fn alter(&mut self, name: &Ident, table: &mut Table, change: &TableChange) -> Answer {
        let interleaved = table.sort.as_ref().is_some_and(|s| s.interleaved);
        let key = table.primary_key.iter().flat_map(|(_, columns)| columns).cloned().collect::<Vec<_>>();
        let at = |table: &Table, column: &Ident| {
            table.columns.iter().position(|c| c.definition.name == *column).ok_or("column does not exist")
        };
        match change {
            TableChange::Owner(owner) => table.owner = owner.to_string(),
            TableChange::RenameTo(_) => return Err("is a statement of its own".into()),
            TableChange::AddColumn(column) => {
                refuse(at(table, &column.name).is_ok(), "column already exists")?;
                refuse(!column.nullable && column.default.is_none(), "NOT NULL needs a default")?;
                let token = self.token();
                table.columns.push(Column { definition: column.clone(), token });
            }
            TableChange::DropColumn(column) => {
                let n = at(table, column)?;
                refuse(table.columns.len() == 1, "a table has at least one column")?;
                let sorted = table.sort.as_ref().is_some_and(|s| s.columns.contains(column));
                let distributed = table.distribution == Distribution::Key(column.clone());
                refuse(sorted || distributed || key.contains(column), "column is part of a key")?;
                let masked = self.attached_masks.iter().any(|a| a.table == *name && a.column == *column);
                refuse(masked, "a policy is attached to it")?;
                let gone = table.columns.remove(n);
                self.grants.retain(|(_, t, _)| *t != Target::Column(name.clone(), column.clone()));
                self.lost.push(gone.token);
            }
            TableChange::ColumnType { column, length } => {
                let n = at(table, column)?;
                let found = &mut table.columns[n];
                let DataType::Varchar(old) = found.definition.data_type else {
                    return Err("varchar only".into());
                };
                let encode = found.definition.encode.unwrap_or(Encoding::Lzo);
                let packed = matches!(
                    encode,
                    Encoding::Bytedict | Encoding::Runlength | Encoding::Text255 | Encoding::Text32k
                );
                refuse(
                    packed || found.definition.default.is_some() || key.contains(column),
                    "type cannot be altered",
                )?;
                found.definition.data_type = DataType::Varchar(*length);
                if *length < old {
                    self.lost.push(found.token);
                }
            }
            TableChange::ColumnEncoding { column, encode } => {
                let n = at(table, column)?;
                refuse(
                    interleaved || table.columns[n].definition.encode == Some(*encode),
                    "encoding cannot be altered",
                )?;
                table.columns[n].definition.encode = Some(*encode);
            }
            TableChange::Distribution(distribution) => {
                refuse(interleaved, "not with an interleaved sort key")?;
                if let Distribution::Key(column) = distribution {
                    at(table, column)?;
                }
                table.distribution = distribution.clone();
            }
            TableChange::SortKey(columns) => {
                for column in columns {
                    at(table, column)?;
                }
                table.sort = Some(cloister_core::sql::Sort { interleaved: false, columns: columns.clone() });
            }
            TableChange::NoSortKey => table.sort = None,
            TableChange::AddPrimaryKey { name, columns } => {
                refuse(table.primary_key.is_some(), "there is one already")?;
                for column in columns {
                    refuse(table.columns[at(table, column)?].definition.nullable, "column is nullable")?;
                }
                table.primary_key = Some((name.clone(), columns.clone()));
            }
            TableChange::DropConstraint(constraint) => {
                refuse(
                    table.primary_key.as_ref().is_none_or(|(n, _)| n != constraint),
                    "constraint does not exist",
                )?;
                table.primary_key = None;
            }
            TableChange::RowLevelSecurity(on) => table.row_level_security = *on,
        }
        self.tables.insert(name.clone(), table.clone());
        Ok(())
    }
}
