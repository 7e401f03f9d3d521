//! The access log: who saw what and when. A line is in the spool before the answer's first byte goes out; no query
//! string, no id of a record and no name of a file is ever in it.

mod line;
mod pseudonym;
mod route;
mod ship;
mod spool;

pub use line::{Decision, Line, Reason, Source, method};
pub use pseudonym::{Pseudonyms, records};
pub use route::{Route, Shown, shown};
pub use ship::Shipper;
pub use spool::{Limits as SpoolLimits, Spool};
