//! What people ask at `kubectl cloister`, answered from what the API server holds. Nothing is asked of AWS.

mod approval;
mod complete;
mod differences;
mod keeper;
mod pause;
mod table;
mod target;
mod waiting;
pub mod why;

pub use approval::{Proposal, proposal};
pub use complete::{Wanted, complete};
pub use differences::{Difference, Source, differences, show};
pub use keeper::{Keeper, MANAGER, keeper};
pub use pause::{Change, Wish, change, meaning};
pub use target::{Kind, Target};
pub use waiting::{Progress, outcome, progress};
