//! The recovery drill: which copy of a snapshot is restored, how the scratch cluster must be, what is asked of it and of the
//! copies of objects, and what follows from the answers.

mod checksum;
mod choose;
mod compare;
mod objects;
mod report;
mod scratch;

pub use checksum::{Columns, Sum, Tables, columns_query, left_out, read_columns, read_sum, sum_query};
pub use choose::{Copy, newest};
pub use compare::{Outcome, Seen, TableCheck, compare, verdict};
pub use objects::{Count, Ledger, ObjectCheck};
pub use report::{LIMIT_SECONDS, Phase, Report, Verdict, not_covered};
pub use scratch::{DRILL, Scratch, is_hopeless, is_scratch_of, lacking};
