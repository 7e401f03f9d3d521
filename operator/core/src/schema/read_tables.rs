use cloister_crds::RedshiftSchemaSpec;
use cloister_crds::schema::{Column, DistributionStyle, Encoding, SortStyle, Table};

use super::declared::{Declared, Reader};
use crate::sql::{
    ColumnDefinition, DataType, DefaultValue, Distribution, Ident, Relation, Sort, TableDefinition,
};

pub(super) fn read_tables(reader: &mut Reader, spec: &RedshiftSchemaSpec, declared: &mut Declared) {
    for (n, table) in spec.tables.iter().enumerate() {
        let definition = read_table(reader, &format!("spec.tables[{n}]"), &declared.schema, table);
        declared.tables.insert(definition.table.name.clone(), definition);
    }
}

fn read_table(reader: &mut Reader, path: &str, schema: &Ident, table: &Table) -> TableDefinition {
    let name = reader.name(&format!("{path}.name"), &table.name);
    let mut names = |field: &str, list: &[String]| -> Vec<Ident> {
        list.iter().map(|name| reader.name(&format!("{path}.{field}"), name)).collect()
    };
    let sort = names("sort", &table.sort);
    let key = names("primaryKey", &table.primary_key);
    let distribution = match (&table.distribution.key, table.distribution.style) {
        (Some(key), _) => Distribution::Key(reader.name(&format!("{path}.distribution.key"), key)),
        (None, Some(DistributionStyle::Even)) => Distribution::Even,
        (None, Some(DistributionStyle::All)) => Distribution::All,
        (None, Some(DistributionStyle::Auto) | None) => Distribution::Auto,
    };
    let columns = table.columns.iter().enumerate();
    let columns: Vec<ColumnDefinition> =
        columns.map(|(n, column)| read_column(reader, &format!("{path}.columns[{n}]"), column)).collect();
    refuse_unknown(reader, &format!("{path}.sort"), &sort, |name| find(&columns, name).is_some());
    refuse_unknown(reader, &format!("{path}.primaryKey"), &key, |name| {
        find(&columns, name).is_some_and(|column| !column.nullable)
    });
    let interleaved = table.sort_style == SortStyle::Interleaved;
    TableDefinition {
        primary_key: (!key.is_empty()).then(|| (name.with_suffix("_pkey"), key)),
        table: Relation::new(schema, &name),
        columns,
        distribution,
        sort: (!sort.is_empty()).then_some(Sort { interleaved, columns: sort }),
    }
}

fn find<'a>(columns: &'a [ColumnDefinition], name: &Ident) -> Option<&'a ColumnDefinition> {
    columns.iter().find(|column| column.name == *name)
}

/// CEL could say it, but not of so many tables and columns.
fn refuse_unknown(reader: &mut Reader, path: &str, names: &[Ident], fits: impl Fn(&Ident) -> bool) {
    for name in names.iter().filter(|name| !fits(name)) {
        let kind = if path.ends_with("primaryKey") {
            "column of the table with nullable: false"
        } else {
            "column of the table"
        };
        reader.wrong(path, format!("{name} is no {kind}: declare it so, or remove it here"));
    }
}

fn read_column(reader: &mut Reader, path: &str, column: &Column) -> ColumnDefinition {
    let name = reader.name(&format!("{path}.name"), &column.name);
    let parsed = DataType::parse(&column.type_);
    if parsed.is_none() {
        reader.wrong(
            format!("{path}.type"),
            format!("{:?} is no type of Redshift: write one such as varchar(32), decimal(12,2), bigint, date or timestamp", column.type_),
        );
    }
    let data_type = parsed.unwrap_or(DataType::Integer);
    if let Some(encode) = column.encode.filter(|e| parsed.is_some() && !encodes(*e, data_type)) {
        reader.wrong(
            format!("{path}.encode"),
            format!(
                "{} cannot encode {data_type}: leave encode out, and Redshift chooses",
                crate::sql::encoding(encode)
            ),
        );
    }
    let default = column.default.as_deref().and_then(|text| {
        let value = DefaultValue::declared(text, data_type);
        if value.is_none() && parsed.is_some() {
            reader.wrong(
                format!("{path}.default"),
                format!("{text:?} is no value of type {data_type}: write one, or leave default out"),
            );
        }
        value
    });
    ColumnDefinition { name, data_type, nullable: column.nullable, encode: column.encode, default }
}

/// <https://docs.aws.amazon.com/redshift/latest/dg/c_Compression_encodings.html>
fn encodes(encode: Encoding, of: DataType) -> bool {
    use DataType as T;
    let small = matches!(of, T::SmallInt | T::Integer | T::BigInt | T::Decimal { .. });
    let moment = matches!(of, T::Date | T::Time | T::TimeTz | T::Timestamp | T::TimestampTz);
    let opaque = matches!(of, T::Super | T::Geometry | T::Geography | T::HllSketch);
    match encode {
        Encoding::Raw => true,
        Encoding::Az64 => small || moment,
        Encoding::Bytedict | Encoding::Runlength => {
            !opaque && of != T::Boolean || (encode == Encoding::Runlength && of == T::Boolean)
        }
        Encoding::Delta => {
            matches!(of, T::SmallInt | T::Integer | T::BigInt | T::Date | T::Timestamp | T::Decimal { .. })
        }
        Encoding::Delta32k => {
            matches!(of, T::Integer | T::BigInt | T::Date | T::Timestamp | T::Decimal { .. })
        }
        Encoding::Lzo => {
            !matches!(of, T::Boolean | T::Real | T::Double | T::Geometry | T::Geography | T::HllSketch)
        }
        Encoding::Mostly8 => small,
        Encoding::Mostly16 => matches!(of, T::Integer | T::BigInt | T::Decimal { .. }),
        Encoding::Mostly32 => matches!(of, T::BigInt | T::Decimal { .. }),
        Encoding::Text255 | Encoding::Text32k => matches!(of, T::Varchar(_)),
        Encoding::Zstd => !matches!(of, T::Geometry | T::Geography | T::HllSketch),
    }
}
