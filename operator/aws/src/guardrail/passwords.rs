//! The password policy of the account.

use aws_sdk_iam::Client;
use cloister_core::fault::Fault;
use cloister_core::resource::PasswordPolicy;

use crate::account::Account;
use crate::fault::found;
use crate::limit::Lane;

/// None where IAM's own default counts.
pub(super) async fn read(account: &Account, lane: Lane) -> Result<Option<PasswordPolicy>, Fault> {
    let send = |iam: &Client| iam.get_account_password_policy().send();
    let answer = found(account.iam.call(lane, send).await)?;
    let policy = answer.and_then(|answer| answer.password_policy);
    Ok(policy.map(|policy| PasswordPolicy {
        minimum_length: policy.minimum_password_length.unwrap_or_default(),
        require_symbols: policy.require_symbols,
        require_numbers: policy.require_numbers,
        require_uppercase: policy.require_uppercase_characters,
        require_lowercase: policy.require_lowercase_characters,
        reuse_prevention: policy.password_reuse_prevention.unwrap_or_default(),
        // "Contains 0 or is not present if passwords never expire."
        max_age_days: policy.max_password_age.filter(|days| *days > 0),
        users_may_change: policy.allow_users_to_change_password,
        hard_expiry: policy.hard_expiry == Some(true),
    }))
}

pub(super) async fn put(account: &Account, want: &PasswordPolicy, lane: Lane) -> Result<(), Fault> {
    let send = |iam: &Client| {
        iam.update_account_password_policy()
            .minimum_password_length(want.minimum_length)
            .require_symbols(want.require_symbols)
            .require_numbers(want.require_numbers)
            .require_uppercase_characters(want.require_uppercase)
            .require_lowercase_characters(want.require_lowercase)
            .password_reuse_prevention(want.reuse_prevention)
            .set_max_password_age(want.max_age_days)
            .allow_users_to_change_password(want.users_may_change)
            .hard_expiry(want.hard_expiry)
            .send()
    };
    account.iam.call(lane, send).await.map(drop)
}
