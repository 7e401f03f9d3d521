use super::grant::Grantee;
use super::name::Ident;
use super::writer::Writer;

/// Roles, groups and users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalStatement {
    CreateRole {
        role: Ident,
    },
    /// Whoever has the role loses it.
    DropRole {
        role: Ident,
    },
    /// A role to a role or user.
    GrantRole {
        role: Ident,
        to: Grantee,
    },
    RevokeRole {
        role: Ident,
        from: Grantee,
    },
    CreateGroup {
        group: Ident,
    },
    DropGroup {
        group: Ident,
    },
    AddToGroup {
        group: Ident,
        user: Ident,
    },
    DropFromGroup {
        group: Ident,
        user: Ident,
    },
    /// Without a password: it can log in by IAM only.
    CreateUser {
        user: Ident,
    },
    /// No longer a superuser.
    DemoteUser {
        user: Ident,
    },
    /// Fails while it owns anything or holds a privilege.
    DropUser {
        user: Ident,
    },
}

impl PrincipalStatement {
    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Self::CreateRole { role } => w.words("CREATE ROLE ").ident(role),
            Self::DropRole { role } => w.words("DROP ROLE ").ident(role).words(" FORCE"),
            Self::GrantRole { role, to } => to.write(w.words("GRANT ROLE ").ident(role).words(" TO ")),
            Self::RevokeRole { role, from } => {
                from.write(w.words("REVOKE ROLE ").ident(role).words(" FROM "))
            }
            Self::CreateGroup { group } => w.words("CREATE GROUP ").ident(group),
            Self::DropGroup { group } => w.words("DROP GROUP ").ident(group),
            Self::AddToGroup { group, user } => {
                w.words("ALTER GROUP ").ident(group).words(" ADD USER ").ident(user)
            }
            Self::DropFromGroup { group, user } => {
                w.words("ALTER GROUP ").ident(group).words(" DROP USER ").ident(user)
            }
            Self::CreateUser { user } => w.words("CREATE USER ").ident(user).words(" PASSWORD DISABLE"),
            Self::DemoteUser { user } => w.words("ALTER USER ").ident(user).words(" NOCREATEUSER"),
            Self::DropUser { user } => w.words("DROP USER ").ident(user),
        };
    }
}
