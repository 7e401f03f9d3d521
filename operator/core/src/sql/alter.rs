use cloister_crds::schema::Encoding;

use super::name::Ident;
use super::table::{ColumnDefinition, Distribution, encoding};
use super::types::DataType;
use super::writer::Writer;

/// <https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableChange {
    Owner(Ident),
    RenameTo(Ident),
    AddColumn(ColumnDefinition),
    DropColumn(Ident),
    ColumnType { column: Ident, length: u32 },
    ColumnEncoding { column: Ident, encode: Encoding },
    Distribution(Distribution),
    SortKey(Vec<Ident>),
    NoSortKey,
    AddPrimaryKey { name: Ident, columns: Vec<Ident> },
    DropConstraint(Ident),
    RowLevelSecurity(bool),
}

impl TableChange {
    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Self::Owner(owner) => w.words(" OWNER TO ").ident(owner),
            Self::RenameTo(name) => w.words(" RENAME TO ").ident(name),
            Self::AddColumn(column) => {
                w.words(" ADD COLUMN ");
                column.write(w);
                w
            }
            Self::DropColumn(column) => w.words(" DROP COLUMN ").ident(column).words(" RESTRICT"),
            Self::ColumnType { column, length } => {
                w.words(" ALTER COLUMN ").ident(column).words(" TYPE ").known(&DataType::Varchar(*length))
            }
            Self::ColumnEncoding { column, encode } => {
                w.words(" ALTER COLUMN ").ident(column).words(" ENCODE ").words(encoding(*encode))
            }
            Self::Distribution(Distribution::Auto) => w.words(" ALTER DISTSTYLE AUTO"),
            Self::Distribution(Distribution::Even) => w.words(" ALTER DISTSTYLE EVEN"),
            Self::Distribution(Distribution::All) => w.words(" ALTER DISTSTYLE ALL"),
            Self::Distribution(Distribution::Key(key)) => w.words(" ALTER DISTSTYLE KEY DISTKEY ").ident(key),
            Self::SortKey(columns) => w.words(" ALTER COMPOUND SORTKEY ").idents(columns),
            Self::NoSortKey => w.words(" ALTER SORTKEY NONE"),
            Self::AddPrimaryKey { name, columns } => {
                w.words(" ADD CONSTRAINT ").ident(name).words(" PRIMARY KEY ").idents(columns)
            }
            Self::DropConstraint(name) => w.words(" DROP CONSTRAINT ").ident(name),
            Self::RowLevelSecurity(true) => w.words(" ROW LEVEL SECURITY ON"),
            Self::RowLevelSecurity(false) => w.words(" ROW LEVEL SECURITY OFF"),
        };
    }

    /// A varchar's length cannot change within a transaction block. The others rewrite the table in the
    /// background, and nothing is gained by holding its lock for more.
    pub(super) fn runs_alone(&self) -> bool {
        match self {
            Self::ColumnType { .. }
            | Self::ColumnEncoding { .. }
            | Self::Distribution(_)
            | Self::SortKey(_)
            | Self::NoSortKey => true,
            Self::Owner(_)
            | Self::RenameTo(_)
            | Self::AddColumn(_)
            | Self::DropColumn(_)
            | Self::AddPrimaryKey { .. }
            | Self::DropConstraint(_)
            | Self::RowLevelSecurity(_) => false,
        }
    }
}
