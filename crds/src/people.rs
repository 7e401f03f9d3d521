//! Roles that people take on.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

/// Roles in this account for people of the login account: `cloister-people-NAME-engineer` reads settings, no PHI;
/// `-auditor` reads the Environment's logs, too; `-break-glass` may do everything but touch audit data. Each demands a
/// second factor and lasts an hour (45 CFR 164.312(d)).
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct People {
    /// The account in which people have their users. Its own policies say who may take on which role.
    #[schemars(length(max = 12))]
    #[x_kube(validation = Rule::new("self.matches('^[0-9]{12}$')").message("people.loginAccountId must be 12 digits in quotes, such as \"111111111111\""))]
    pub login_account_id: String,
    /// How long ago the second factor may have been given, in seconds: 900 to 43200. Default 3600.
    #[serde(default = "default_mfa_age")]
    #[x_kube(validation = Rule::new("self >= 900 && self <= 43200")
        .message("people.mfaAgeSeconds must be 900 to 43200, a quarter of an hour to twelve hours; leave it out for the default of 3600"))]
    pub mfa_age_seconds: i32,
}

fn default_mfa_age() -> i32 {
    3600
}
