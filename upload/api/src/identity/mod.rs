//! Who asks: from an access token of the organisation's identity provider to a user and their groups.

mod fetch;
mod token;
mod user;

pub use fetch::Issuer;
pub use token::{Refusal, Rules, bearer, explain, verify};
pub use user::User;
