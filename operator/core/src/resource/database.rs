use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Database;
use crate::plan::Safety;
use crate::sql::{
    DatabasePrivilege, DatabaseStatement, GrantStatement, Grantee, IamRole, Ident, LedgerStatement, Object,
    Privilege, RoleCommand, Statement,
};

/// A database in a cluster that tenants share, without what is in it: whose it is and who may do what in all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WarehouseDatabase {
    #[serde(skip)]
    pub at: Database,
    /// The IAM role that `assumeRole` is about.
    #[serde(skip)]
    pub iam_role: IamRole,
    /// How the names of those begin who load into it; none where nobody does.
    #[serde(skip)]
    pub prefix: Option<String>,
    /// The database user who owns it.
    pub owner: String,
    /// Whether the ledger in it says whose it is.
    pub recorded: bool,
    /// On the database itself, of all but its owner.
    pub privileges: BTreeMap<Grantee, BTreeSet<DatabasePrivilege>>,
    /// What PUBLIC may do with the schema `public`.
    pub public_schema: BTreeSet<Privilege>,
    /// Who may name the IAM role in which commands.
    pub assume_role: BTreeMap<Grantee, BTreeSet<RoleCommand>>,
    /// Found: roles that may insert rows into anything in it.
    #[serde(skip)]
    pub loaders: BTreeSet<Grantee>,
    /// Found: what was not made for the database itself.
    #[serde(skip)]
    pub contents: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum DatabaseStep {
    /// CREATE DATABASE. Its name makes it happen once.
    Create,
    /// Writes down whose it is, in one transaction with the schema `cloister`: of two who try, one succeeds.
    Record,
    /// The same where somebody else's record may be.
    Adopt,
    /// One transaction.
    Mend { statements: Vec<Statement> },
    /// Redshift refuses it while anybody is connected.
    Drop,
}

impl DatabaseStep {
    pub(super) fn safety(&self) -> Safety {
        if *self == Self::Drop { Safety::Destructive } else { Safety::Safe }
    }

    /// CREATE DATABASE and DROP DATABASE are not said within the database.
    #[must_use]
    pub fn is_said_outside(&self) -> bool {
        matches!(self, Self::Create | Self::Drop)
    }

    /// What is run, as one.
    #[must_use]
    pub fn statements(&self, of: &WarehouseDatabase, uid: &str) -> Vec<Statement> {
        let Some(database) = of.name() else { return Vec::new() };
        let entry = (String::new(), "database", of.at.name.clone());
        let forget =
            LedgerStatement::Forget { schema: entry.0.clone(), kind: entry.1, name: entry.2.clone() };
        let record =
            LedgerStatement::Record { schema: entry.0, kind: entry.1, name: entry.2, owner: uid.to_owned() };
        match (self, Ident::new(of.owner.as_str())) {
            (Self::Create, Ok(owner)) => vec![DatabaseStatement::Create { database, owner }.into()],
            (Self::Create, Err(_)) => Vec::new(),
            (Self::Record, _) => {
                vec![
                    LedgerStatement::CreateSchemaOnce.into(),
                    LedgerStatement::CreateTable.into(),
                    record.into(),
                ]
            }
            (Self::Adopt, _) => vec![
                LedgerStatement::CreateSchema.into(),
                LedgerStatement::CreateTable.into(),
                forget.into(),
                record.into(),
            ],
            (Self::Mend { statements }, _) => statements.clone(),
            (Self::Drop, _) => vec![DatabaseStatement::Drop { database }.into()],
        }
    }
}

impl WarehouseDatabase {
    fn name(&self) -> Option<Ident> {
        Ident::new(self.at.name.as_str()).ok()
    }

    /// As Redshift makes one: PUBLIC may make temporary tables in it, and use and fill its schema `public`.
    /// <https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html>
    #[must_use]
    pub fn newborn(&self) -> Self {
        let mut assume_role = BTreeMap::new();
        // A new cluster lets everybody take any of its roles.
        if self.iam_role == IamRole::All {
            assume_role.insert(Grantee::Public, RoleCommand::ALL.into());
        }
        Self {
            recorded: false,
            privileges: [(Grantee::Public, [DatabasePrivilege::Temp].into())].into(),
            public_schema: [Privilege::Create, Privilege::Usage].into(),
            assume_role,
            ..self.clone()
        }
    }

    /// What is wanted where this was found: the tenant's own roles that may insert rows may COPY them too, and stage
    /// them in temporary tables; nobody else may.
    #[must_use]
    pub(super) fn given(&self, have: &Self) -> Self {
        let mut want = self.clone();
        let own = |who: &&Grantee| match (who, &self.prefix) {
            (Grantee::Role(role), Some(prefix)) => role.as_str().starts_with(prefix),
            _ => false,
        };
        for who in have.loaders.iter().filter(own) {
            want.privileges.insert(who.clone(), [DatabasePrivilege::Temp].into());
            want.assume_role.insert(who.clone(), [RoleCommand::Copy].into());
        }
        want
    }

    /// It is closed before anything is in it.
    pub(super) fn create(&self) -> Vec<DatabaseStep> {
        let mut steps = vec![DatabaseStep::Create];
        steps.extend(self.repair(&self.newborn()));
        steps
    }

    pub(super) fn repair(&self, have: &Self) -> Vec<DatabaseStep> {
        let mut steps = Vec::new();
        if self.recorded && !have.recorded {
            steps.push(DatabaseStep::Record);
        }
        let statements = self.statements(have);
        if !statements.is_empty() {
            steps.push(DatabaseStep::Mend { statements });
        }
        steps
    }

    fn statements(&self, have: &Self) -> Vec<Statement> {
        let (Some(database), want) = (self.name(), self.given(have)) else { return Vec::new() };
        let mut all = Vec::new();
        if let Ok(owner) = Ident::new(want.owner.as_str())
            && want.owner != have.owner
        {
            all.push(DatabaseStatement::Owner { database: database.clone(), owner }.into());
        }
        for (give, from, to) in [(false, &have, &&want), (true, &&want, &have)] {
            for (who, privileges) in difference(&from.privileges, &to.privileges) {
                let database = database.clone();
                all.push(DatabaseStatement::Grant { give, privileges, database, who }.into());
            }
            for (who, commands) in difference(&from.assume_role, &to.assume_role) {
                let role = self.iam_role.clone();
                all.push(DatabaseStatement::AssumeRole { give, role, commands, who }.into());
            }
        }
        let public: BTreeSet<Privilege> =
            have.public_schema.difference(&want.public_schema).copied().collect();
        if !public.is_empty() {
            let on = Object::Schema(Ident::fixed("public"));
            let who = [Grantee::Public].into();
            all.push(GrantStatement { give: false, privileges: public, on, who }.into());
        }
        all
    }

    /// Why it cannot be dropped.
    #[must_use]
    pub(super) fn stays(&self) -> Option<String> {
        let (first, more) = (self.contents.first()?, self.contents.len() - 1);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Some(format!(
            "database {} still holds {first}{more}, which was not made for it: drop that, or set deletionPolicy: Retain",
            self.at.name
        ))
    }
}

/// What one grants and the other does not.
fn difference<T: Ord + Copy>(
    from: &BTreeMap<Grantee, BTreeSet<T>>,
    to: &BTreeMap<Grantee, BTreeSet<T>>,
) -> Vec<(Grantee, BTreeSet<T>)> {
    let rest = |(who, held): (&Grantee, &BTreeSet<T>)| {
        let nothing = BTreeSet::new();
        let kept = to.get(who).unwrap_or(&nothing);
        (who.clone(), held.difference(kept).copied().collect::<BTreeSet<T>>())
    };
    from.iter().map(rest).filter(|(_, rest)| !rest.is_empty()).collect()
}
