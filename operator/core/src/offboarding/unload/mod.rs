//! The export of a warehouse: each table unloaded by a statement of its own, a few at a time, looked at in later passes.
//! Pure: what is to be sent, what an answer means, and what is remembered between two passes.

mod manifest;
mod progress;
mod statements;
mod tables;

pub use manifest::{Manifest, Unloaded, index};
pub use progress::{
    begin, completed, due, failed, finished, is_over, postponed, sent, sentence, without_bucket,
};
pub use statements::{MANIFEST, PREFIX, count, prefix, read_counts, token, unload};
pub use tables::{Table, names, queries, read};
