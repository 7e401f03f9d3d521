//! Statements about whole databases.

use cloister_core::sql::{DatabasePrivilege, DatabaseStatement, Grantee, IamRole, RoleCommand, Statement};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::ident;

pub fn database() -> BoxedStrategy<Statement> {
    let any = prop_oneof![
        (ident(), ident()).prop_map(|(database, owner)| DatabaseStatement::Create { database, owner }),
        ident().prop_map(|database| DatabaseStatement::Drop { database }),
        (ident(), ident()).prop_map(|(database, owner)| DatabaseStatement::Owner { database, owner }),
        (any::<bool>(), subsequence(DatabasePrivilege::ALL.to_vec(), 1..=4), ident(), who()).prop_map(
            |(give, privileges, database, who)| DatabaseStatement::Grant {
                give,
                privileges: privileges.into_iter().collect(),
                database,
                who,
            }
        ),
        (any::<bool>(), role(), subsequence(RoleCommand::ALL.to_vec(), 1..=4), who()).prop_map(
            |(give, role, commands, who)| DatabaseStatement::AssumeRole {
                give,
                role,
                commands: commands.into_iter().collect(),
                who,
            }
        ),
    ];
    any.prop_map(Statement::from).boxed()
}

fn role() -> BoxedStrategy<IamRole> {
    prop_oneof![Just(IamRole::All), "zz['\\\\\";-]{0,8}".prop_map(IamRole::Arn)].boxed()
}

fn who() -> BoxedStrategy<Grantee> {
    let named = (ident(), select(vec![Grantee::Role as fn(_) -> _, Grantee::Group, Grantee::User]));
    prop_oneof![Just(Grantee::Public), named.prop_map(|(name, kind)| kind(name))].boxed()
}
