//! What survives this process: uploads that are under way, and receipts.

pub mod journal;
pub mod record;

pub use journal::{Entry, Journal, Standing, Standings};
pub use record::Folder;
