//! Sign-in: OpenID Connect's authorization code flow with PKCE, state and nonce, at the organisation's provider.

mod anew;
mod callback;
mod exchange;
mod login;
mod state;
mod token;

pub use callback::callback;
pub use login::login;
pub use state::Seal;
pub use token::{Claims, Expected, From, Refusal, id_token, logout_token, verified};
