//! What the programs that people reach have in common: whose tokens they take, by which certificate they are known,
//! how often one may ask.

mod claims;
mod keys;
mod limit;
mod process;
mod published;
mod tls;

pub use claims::{SecondFactor, texts};
pub use keys::{Key, Keys};
pub use limit::Rates;
pub use process::{log, stop_signal};
pub use published::{Document, Published, is_safe};
pub use tls::Tls;

pub type Complaint = Box<dyn std::error::Error + Send + Sync>;
