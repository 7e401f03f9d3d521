//! What a role of a tenant needs to run statements: in its own database, and to see its own alone.

use crate::document::Statement;
use crate::environment::Account;

pub(crate) fn run<const N: usize>(account: &Account, cluster: &str, actions: [&str; N]) -> Statement {
    Statement::allow(actions).on([account.redshift_arn(&format!("cluster:{cluster}"))])
}

/// As the user that stands for the role.
pub(crate) fn login(account: &Account, cluster: &str, database: &str) -> Statement {
    let at = account.redshift_arn(&format!("dbname:{cluster}/{database}"));
    Statement::allow(["redshift:GetClusterCredentialsWithIAM"]).on([at])
}

/// A statement has no ARN; whose it is, is a condition:
/// <https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-iam.html>
pub(crate) fn own_statements<const N: usize>(actions: [&str; N]) -> Statement {
    Statement::allow(actions).on(["*"]).when(
        "StringEquals",
        "redshift-data:statement-owner-iam-userid",
        ["${aws:userid}"],
    )
}
