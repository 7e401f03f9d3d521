use serde::Serialize;

/// The password policy of an account's IAM users.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PasswordPolicy.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools)] // AWS's own shape
pub struct PasswordPolicy {
    /// 6 to 128.
    pub minimum_length: i32,
    pub require_symbols: bool,
    pub require_numbers: bool,
    pub require_uppercase: bool,
    pub require_lowercase: bool,
    /// How many of the last passwords may not come again, 0 to 24.
    pub reuse_prevention: i32,
    /// 1 to 1095; none where passwords do not expire.
    pub max_age_days: Option<i32>,
    pub users_may_change: bool,
    /// Whether only an administrator can renew an expired password. Others decide that; UpdateAccountPasswordPolicy
    /// would reset it if it were left out.
    #[serde(skip)]
    pub hard_expiry: bool,
}

impl PasswordPolicy {
    /// What the checklist asks for (I6).
    #[must_use]
    pub fn required() -> Self {
        Self {
            minimum_length: 14,
            require_symbols: true,
            require_numbers: true,
            require_uppercase: true,
            require_lowercase: true,
            reuse_prevention: 24,
            max_age_days: Some(90),
            users_may_change: true,
            hard_expiry: false,
        }
    }

    /// The stricter one of both, field by field.
    pub(super) fn stricter(&self, other: &Self) -> Self {
        Self {
            minimum_length: self.minimum_length.max(other.minimum_length),
            require_symbols: self.require_symbols || other.require_symbols,
            require_numbers: self.require_numbers || other.require_numbers,
            require_uppercase: self.require_uppercase || other.require_uppercase,
            require_lowercase: self.require_lowercase || other.require_lowercase,
            reuse_prevention: self.reuse_prevention.max(other.reuse_prevention),
            max_age_days: self.max_age_days.into_iter().chain(other.max_age_days).min(),
            users_may_change: self.users_may_change,
            hard_expiry: other.hard_expiry,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PasswordPolicy;

    #[test]
    fn of_two_policies_the_stricter_counts_in_each_field() {
        let required = PasswordPolicy::required();
        let have = PasswordPolicy {
            minimum_length: 20,
            require_symbols: false,
            reuse_prevention: 5,
            max_age_days: Some(30),
            users_may_change: false,
            hard_expiry: true,
            ..required.clone()
        };
        let want = PasswordPolicy {
            minimum_length: 20,
            max_age_days: Some(30),
            hard_expiry: true,
            ..required.clone()
        };
        assert_eq!(required.stricter(&have), want);
        let never = PasswordPolicy { max_age_days: None, ..required.clone() };
        assert_eq!(required.stricter(&never), required);
    }
}
