//! The issuer's word on a token, with its keys as it publishes them.

use cloister_identity::Published;

use super::token::{Refusal, Rules, explain, verify};
use super::user::User;
use crate::problem::{Problem, Reason};
use crate::run::Complaint;

pub struct Issuer {
    pub rules: Rules,
    published: Published,
}

impl Issuer {
    pub fn new(rules: Rules) -> Result<Self, Complaint> {
        let published = Published::new(&rules.issuer, None)?;
        Ok(Self { rules, published })
    }

    /// Whom a token names.
    pub async fn user(&self, token: &str) -> Result<User, Problem> {
        match verify(token, &self.published.keys(), &self.rules) {
            Ok(user) => Ok(user),
            Err(Refusal::For(reason)) => Err(explain(reason, &self.rules)),
            Err(Refusal::UnknownKey) => {
                let keys = self.published.newest().await;
                if keys.is_empty() {
                    let detail = "The identity provider's keys cannot be fetched; try again soon.";
                    return Err(Problem::new(Reason::Unavailable, detail).retry_after(5));
                }
                verify(token, &keys, &self.rules).map_err(|refusal| match refusal {
                    Refusal::UnknownKey => explain(Reason::TokenInvalid, &self.rules),
                    Refusal::For(reason) => explain(reason, &self.rules),
                })
            }
        }
    }

    pub fn has_keys(&self) -> bool {
        self.published.has_keys()
    }

    /// Keeps the keys fresh until the process ends.
    pub async fn keep(&self) {
        self.published.keep().await;
    }
}
