use cloister_crds::schema::Encoding;
use serde::Serialize;

use super::alter::TableChange;
use super::name::{Ident, Relation};
use super::types::DataType;
use super::value::DefaultValue;
use super::writer::Writer;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnDefinition {
    pub name: Ident,
    pub data_type: DataType,
    pub nullable: bool,
    pub encode: Option<Encoding>,
    pub default: Option<DefaultValue>,
}

/// Which node holds a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Distribution {
    Auto,
    Even,
    All,
    Key(Ident),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sort {
    pub interleaved: bool,
    pub columns: Vec<Ident>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDefinition {
    pub table: Relation,
    pub columns: Vec<ColumnDefinition>,
    pub distribution: Distribution,
    pub sort: Option<Sort>,
    /// The constraint's name and its columns.
    pub primary_key: Option<(Ident, Vec<Ident>)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableStatement {
    Create(TableDefinition),
    Alter {
        table: Relation,
        change: TableChange,
    },
    /// Nobody else reads or writes it until the transaction ends.
    Lock {
        table: Relation,
    },
    /// All rows; a column with a type is cast to it.
    CopyRows {
        from: Relation,
        into: Relation,
        columns: Vec<(Ident, Option<DataType>)>,
    },
    /// Fails while a view depends on it.
    Drop {
        table: Relation,
    },
}

impl TableStatement {
    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Self::Create(definition) => definition.write(w),
            Self::Alter { table, change } => change.write(w.words("ALTER TABLE ").relation(table)),
            Self::Lock { table } => {
                w.words("LOCK TABLE ").relation(table);
            }
            Self::CopyRows { from, into, columns } => {
                w.words("INSERT INTO ")
                    .relation(into)
                    .words(" ")
                    .idents(columns.iter().map(|(name, _)| name));
                w.words(" SELECT ").list(columns, |w, (name, cast)| {
                    match cast {
                        Some(of) => w.words("CAST(").ident(name).words(" AS ").known(of).words(")"),
                        None => w.ident(name),
                    };
                });
                w.words(" FROM ").relation(from);
            }
            Self::Drop { table } => {
                w.words("DROP TABLE ").relation(table).words(" RESTRICT");
            }
        }
    }
}

impl ColumnDefinition {
    pub(super) fn write(&self, w: &mut Writer) {
        w.ident(&self.name).words(" ").known(&self.data_type);
        if let Some(default) = &self.default {
            w.words(" DEFAULT ");
            default.write(w);
        }
        if let Some(encode) = self.encode {
            w.words(" ENCODE ").words(encoding(encode));
        }
        if !self.nullable {
            w.words(" NOT NULL");
        }
    }
}

impl TableDefinition {
    fn write(&self, w: &mut Writer) {
        w.words("CREATE TABLE ").relation(&self.table).words(" (").list(&self.columns, |w, c| c.write(w));
        if let Some((name, columns)) = &self.primary_key {
            w.words(", CONSTRAINT ").ident(name).words(" PRIMARY KEY ").idents(columns);
        }
        w.words(")");
        match &self.distribution {
            Distribution::Auto => w.words(" DISTSTYLE AUTO"),
            Distribution::Even => w.words(" DISTSTYLE EVEN"),
            Distribution::All => w.words(" DISTSTYLE ALL"),
            Distribution::Key(key) => w.words(" DISTSTYLE KEY DISTKEY (").ident(key).words(")"),
        };
        if let Some(sort) = &self.sort {
            w.words(if sort.interleaved { " INTERLEAVED SORTKEY " } else { " COMPOUND SORTKEY " })
                .idents(&sort.columns);
        }
    }
}

pub(crate) fn encoding(encode: Encoding) -> &'static str {
    match encode {
        Encoding::Raw => "raw",
        Encoding::Az64 => "az64",
        Encoding::Bytedict => "bytedict",
        Encoding::Delta => "delta",
        Encoding::Delta32k => "delta32k",
        Encoding::Lzo => "lzo",
        Encoding::Mostly8 => "mostly8",
        Encoding::Mostly16 => "mostly16",
        Encoding::Mostly32 => "mostly32",
        Encoding::Runlength => "runlength",
        Encoding::Text255 => "text255",
        Encoding::Text32k => "text32k",
        Encoding::Zstd => "zstd",
    }
}
