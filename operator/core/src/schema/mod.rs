//! `RedshiftSchema`: what is in a tenant's warehouse, and who may see it.
//!
//! A pass: `Declared::read` the manifest, send `catalog::query` for every `Part`, `catalog::read` the answers,
//! `plan`, run its transactions. Since objects in a database carry no tags, the table `cloister.managed`
//! says what was made for which object; it is written in the transaction that makes it.
//!
//! - A schema, role or declared table that is there unrecorded is foreign, until `adopt`.
//! - A table that was never declared belongs to others and is never touched. One that was declared once is
//!   dropped as `destructiveChanges` allows. In a declared table, so is any column that is not declared.
//! - Policies have the schema's name in theirs, and a hash of what they were made as.

pub mod catalog;
mod declared;
mod desire;
mod observe;
mod ownership;
mod plan;
mod read_policies;
mod read_roles;
mod read_tables;
mod state;

pub use declared::{Declared, Inputs};
pub use desire::desire;
pub use observe::observe;
pub use plan::{Held, MOST_STATEMENTS, SchemaPlan, Transaction, Why, plan};
pub use state::SchemaState;
