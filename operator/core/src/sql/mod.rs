//! Amazon Redshift's SQL as values. A `Statement` is built from names and values, and `writer` is the only
//! place where they become text: there is no way to put SQL together from strings.

mod alter;
mod database;
mod grant;
mod ledger;
mod name;
mod namespace;
mod policy;
mod principal;
mod statement;
mod table;
mod type_names;
mod types;
mod value;
mod writer;

pub use alter::TableChange;
pub use database::{DatabasePrivilege, DatabaseStatement, IamRole, RoleCommand};
pub use grant::{GrantStatement, Grantee, Object, Privilege};
pub use ledger::LedgerStatement;
pub use name::{BadName, Ident, Relation};
pub use namespace::SchemaStatement;
pub use policy::{Filter, MaskExpression, PolicyStatement};
pub use principal::PrincipalStatement;
pub use statement::Statement;
pub(crate) use table::encoding;
pub use table::{ColumnDefinition, Distribution, Sort, TableDefinition, TableStatement};
pub use types::DataType;
pub use value::DefaultValue;
pub(crate) use writer::Writer;
