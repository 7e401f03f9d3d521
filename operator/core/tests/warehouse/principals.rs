use cloister_core::sql::{Grantee, Ident, PrincipalStatement};

use super::apply::{Answer, refuse};
use super::{ADMIN, Warehouse};

impl Warehouse {
    pub(super) fn apply_principal(&mut self, statement: &PrincipalStatement) -> Answer {
        let holds = |who: &Grantee| self.grants.iter().any(|(g, _, _)| g == who);
        match statement {
            PrincipalStatement::CreateRole { role } => {
                refuse(!self.roles.insert(role.clone()), "role already exists")?;
            }
            PrincipalStatement::CreateGroup { group } => {
                refuse(!self.groups.insert(group.clone()), "group already exists")?;
            }
            PrincipalStatement::CreateUser { user } => {
                refuse(self.users.insert(user.clone(), false).is_some(), "user already exists")?;
            }
            PrincipalStatement::DemoteUser { user } => {
                *self.users.get_mut(user).ok_or("user does not exist")? = false;
            }
            PrincipalStatement::DropRole { role } => {
                refuse(holds(&Grantee::Role(role.clone())), "role has privileges")?;
                let attached = self
                    .attached_filters
                    .iter()
                    .map(|a| &a.to)
                    .chain(self.attached_masks.iter().map(|a| &a.to));
                refuse(
                    attached.into_iter().any(|to| *to == Grantee::Role(role.clone())),
                    "a policy is attached to the role",
                )?;
                refuse(!self.roles.remove(role), "role does not exist")?;
                self.role_grants.retain(|(r, who)| r != role && *who != Grantee::Role(role.clone()));
            }
            PrincipalStatement::DropGroup { group } => {
                refuse(holds(&Grantee::Group(group.clone())), "group has privileges")?;
                refuse(!self.groups.remove(group), "group does not exist")?;
                self.group_members.retain(|(g, _)| g != group);
            }
            PrincipalStatement::DropUser { user } => {
                refuse(holds(&Grantee::User(user.clone())), "user has a privilege on some object")?;
                refuse(self.tables.values().any(|t| t.owner == user.as_str()), "user owns some object")?;
                refuse(self.users.remove(user).is_none(), "user does not exist")?;
                self.role_grants.retain(|(_, who)| *who != Grantee::User(user.clone()));
                self.group_members.retain(|(_, u)| u != user);
            }
            PrincipalStatement::GrantRole { role, to } => {
                refuse(!self.roles.contains(role) || !self.knows(to), "role or user does not exist")?;
                self.role_grants.insert((role.clone(), to.clone()));
                refuse(self.reaches(role, role), "circular grant of a role")?;
            }
            PrincipalStatement::RevokeRole { role, from } => {
                refuse(!self.roles.contains(role) || !self.knows(from), "role or user does not exist")?;
                self.role_grants.remove(&(role.clone(), from.clone()));
            }
            PrincipalStatement::AddToGroup { group, user } => {
                refuse(
                    !self.groups.contains(group) || !self.users.contains_key(user),
                    "group or user does not exist",
                )?;
                self.group_members.insert((group.clone(), user.clone()));
            }
            PrincipalStatement::DropFromGroup { group, user } => {
                refuse(!self.group_members.remove(&(group.clone(), user.clone())), "user is not in group")?;
            }
        }
        Ok(())
    }

    pub(super) fn knows(&self, who: &Grantee) -> bool {
        match who {
            Grantee::Public => true,
            Grantee::Role(name) => self.roles.contains(name),
            Grantee::Group(name) => self.groups.contains(name),
            Grantee::User(name) => name.as_str() == ADMIN || self.users.contains_key(name),
        }
    }

    /// Whether `from`, granted along roles, comes to `to`.
    fn reaches(&self, from: &Ident, to: &Ident) -> bool {
        self.role_grants.iter().any(|(role, who)| match who {
            Grantee::Role(next) => role == from && (next == to || self.reaches(next, to)),
            _ => false,
        })
    }
}
