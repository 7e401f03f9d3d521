use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::grant::Grantee;
use super::name::Ident;
use super::writer::{Known, Writer};

/// Databases of a cluster, and who may do what in a whole one, or by which IAM role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseStatement {
    /// Runs alone.
    Create {
        database: Ident,
        owner: Ident,
    },
    /// Runs alone, and not from within it.
    Drop {
        database: Ident,
    },
    Owner {
        database: Ident,
        owner: Ident,
    },
    /// GRANT or, with `give` false, REVOKE.
    Grant {
        give: bool,
        privileges: BTreeSet<DatabasePrivilege>,
        database: Ident,
        who: Grantee,
    },
    /// The same of the right to name an IAM role of the cluster in commands.
    AssumeRole {
        give: bool,
        role: IamRole,
        commands: BTreeSet<RoleCommand>,
        who: Grantee,
    },
}

/// <https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DatabasePrivilege {
    Alter,
    Create,
    Temp,
    Usage,
}

impl DatabasePrivilege {
    pub const ALL: [Self; 4] = [Self::Alter, Self::Create, Self::Temp, Self::Usage];

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = if text.eq_ignore_ascii_case("TEMPORARY") { "TEMP" } else { text };
        Self::ALL.into_iter().find(|p| p.to_string().eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for DatabasePrivilege {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alter => "ALTER",
            Self::Create => "CREATE",
            Self::Temp => "TEMP",
            Self::Usage => "USAGE",
        })
    }
}

impl Known for DatabasePrivilege {}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IamRole {
    /// Whichever the cluster has.
    All,
    Arn(String),
}

/// What a role is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum RoleCommand {
    #[serde(rename = "COPY")]
    Copy,
    #[serde(rename = "UNLOAD")]
    Unload,
    #[serde(rename = "EXTERNAL FUNCTION")]
    ExternalFunction,
    #[serde(rename = "CREATE MODEL")]
    CreateModel,
}

impl RoleCommand {
    pub const ALL: [Self; 4] = [Self::Copy, Self::Unload, Self::ExternalFunction, Self::CreateModel];

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // AWS documents the long form and shows the short one.
        let text = if text.eq_ignore_ascii_case("EXFUNC") { "EXTERNAL FUNCTION" } else { text };
        Self::ALL.into_iter().find(|c| c.to_string().eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for RoleCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Copy => "COPY",
            Self::Unload => "UNLOAD",
            Self::ExternalFunction => "EXTERNAL FUNCTION",
            Self::CreateModel => "CREATE MODEL",
        })
    }
}

impl Known for RoleCommand {}

impl DatabaseStatement {
    pub(super) fn runs_alone(&self) -> bool {
        matches!(self, Self::Create { .. } | Self::Drop { .. })
    }

    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Self::Create { database, owner } => {
                w.words("CREATE DATABASE ").ident(database).words(" OWNER ").ident(owner)
            }
            Self::Drop { database } => w.words("DROP DATABASE ").ident(database),
            Self::Owner { database, owner } => {
                w.words("ALTER DATABASE ").ident(database).words(" OWNER TO ").ident(owner)
            }
            Self::Grant { give, privileges, database, who } => {
                w.words(if *give { "GRANT " } else { "REVOKE " }).list(privileges, |w, privilege| {
                    w.known(privilege);
                });
                w.words(" ON DATABASE ").ident(database);
                who.write(w.words(if *give { " TO " } else { " FROM " }))
            }
            Self::AssumeRole { give, role, commands, who } => {
                w.words(if *give { "GRANT ASSUMEROLE ON " } else { "REVOKE ASSUMEROLE ON " });
                match role {
                    IamRole::All => w.words("ALL"),
                    IamRole::Arn(arn) => w.literal(arn),
                };
                who.write(w.words(if *give { " TO " } else { " FROM " }));
                let all = commands.len() == RoleCommand::ALL.len();
                w.words(if all { " FOR ALL" } else { " FOR " }).list(
                    commands.iter().filter(|_| !all),
                    |w, command| {
                        w.known(command);
                    },
                )
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Statement;

    #[test]
    fn the_switch_to_access_control_is_written_as_aws_writes_it() {
        let statement = DatabaseStatement::AssumeRole {
            give: false,
            role: IamRole::All,
            commands: RoleCommand::ALL.into(),
            who: Grantee::Public,
        };
        assert_eq!(Statement::from(statement).to_string(), "REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL");
    }
}
