use cloister_core::schema::catalog::{AttachedFilter, AttachedMask};
use cloister_core::sql::{Filter, PolicyStatement};

use super::apply::{Answer, refuse};
use super::{ADMIN, Warehouse};

impl Warehouse {
    pub(super) fn apply_policy(&mut self, statement: &PolicyStatement) -> Answer {
        match statement {
            PolicyStatement::CreateFilter { policy, filter, .. } => {
                if let Filter::Lookup { table, .. } = filter {
                    self.lookups.insert(policy.clone(), table.name.clone());
                }
                refuse(self.filters.insert(policy.clone(), ADMIN.into()).is_some(), "policy already exists")
            }
            PolicyStatement::CreateMask { policy, .. } => {
                refuse(self.masks.insert(policy.clone(), ADMIN.into()).is_some(), "policy already exists")
            }
            PolicyStatement::DropFilter { policy } => {
                refuse(self.attached_filters.iter().any(|a| a.policy == *policy), "policy is attached")?;
                self.lookups.remove(policy);
                refuse(self.filters.remove(policy).is_none(), "policy does not exist")
            }
            PolicyStatement::DropMask { policy } => {
                refuse(self.attached_masks.iter().any(|a| a.policy == *policy), "policy is attached")?;
                refuse(self.masks.remove(policy).is_none(), "policy does not exist")
            }
            PolicyStatement::AttachFilter { policy, table, to } => {
                refuse(
                    !self.filters.contains_key(policy) || !self.tables.contains_key(&table.name),
                    "does not exist",
                )?;
                refuse(!self.knows(to), "role does not exist")?;
                let attached =
                    AttachedFilter { policy: policy.clone(), table: table.name.clone(), to: to.clone() };
                refuse(!self.attached_filters.insert(attached), "already attached")
            }
            PolicyStatement::DetachFilter { policy, table, from } => {
                let attached =
                    AttachedFilter { policy: policy.clone(), table: table.name.clone(), to: from.clone() };
                refuse(!self.attached_filters.remove(&attached), "not attached")
            }
            PolicyStatement::AttachMask { policy, table, column, to, priority } => {
                let found = self.tables.get(&table.name).ok_or("relation does not exist")?;
                refuse(!found.columns.iter().any(|c| c.definition.name == *column), "column does not exist")?;
                refuse(!self.masks.contains_key(policy) || !self.knows(to), "policy or role does not exist")?;
                let taken = self.attached_masks.iter().any(|a| {
                    a.table == table.name
                        && a.column == *column
                        && a.priority == *priority
                        && a.policy != *policy
                });
                refuse(taken, "another policy of the column has this priority")?;
                let (policy, table, column, to) =
                    (policy.clone(), table.name.clone(), column.clone(), to.clone());
                refuse(
                    !self.attached_masks.insert(AttachedMask {
                        policy,
                        table,
                        column,
                        to,
                        priority: *priority,
                    }),
                    "already attached",
                )
            }
            PolicyStatement::DetachMask { policy, table, column, from } => {
                let before = self.attached_masks.len();
                self.attached_masks.retain(|a| {
                    !(a.policy == *policy && a.table == table.name && a.column == *column && a.to == *from)
                });
                refuse(self.attached_masks.len() == before, "not attached")
            }
        }
    }
}
