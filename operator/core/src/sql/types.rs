use std::fmt;

use super::type_names::{plain, split};
use super::writer::Known;

/// A column's type, the same however it was written.
/// <https://docs.aws.amazon.com/redshift/latest/dg/c_Supported_data_types.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataType {
    SmallInt,
    Integer,
    BigInt,
    Decimal { precision: u32, scale: u32 },
    Real,
    Double,
    Boolean,
    Char(u32),
    Varchar(u32),
    Date,
    Time,
    TimeTz,
    Timestamp,
    TimestampTz,
    Varbyte(u32),
    Super,
    Geometry,
    Geography,
    HllSketch,
}

impl DataType {
    /// Any spelling of Redshift's documentation or catalog.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let (name, arguments) = split(&text)?;
        let length = |default: u32, max: u32| match *arguments.as_slice() {
            [] => Some(default),
            [n] if (1..=max).contains(&n) => Some(n),
            _ => None,
        };
        if let Some(plain) = plain(&name) {
            return arguments.is_empty().then_some(plain);
        }
        match name.as_str() {
            "decimal" | "numeric" => match *arguments.as_slice() {
                [] => Some(Self::Decimal { precision: 18, scale: 0 }),
                [precision] if (1..=38).contains(&precision) => Some(Self::Decimal { precision, scale: 0 }),
                [precision, scale] if (1..=38).contains(&precision) && scale <= precision.min(37) => {
                    Some(Self::Decimal { precision, scale })
                }
                _ => None,
            },
            "char" | "character" | "nchar" => length(1, 4096).map(Self::Char),
            "bpchar" => arguments.is_empty().then_some(Self::Char(256)),
            "varchar" | "character varying" | "nvarchar" => length(256, 65535).map(Self::Varchar),
            "text" => arguments.is_empty().then_some(Self::Varchar(256)),
            "varbyte" | "varbinary" | "binary varying" => length(64000, 16_777_216).map(Self::Varbyte),
            _ => None,
        }
    }

    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(
            self,
            Self::SmallInt | Self::Integer | Self::BigInt | Self::Decimal { .. } | Self::Real | Self::Double
        )
    }

    /// Whether any value of this type fits into the other without loss.
    #[must_use]
    pub fn fits_into(self, other: Self) -> bool {
        let digits = |t: Self| match t {
            Self::SmallInt => Some(5),
            Self::Integer => Some(10),
            Self::BigInt => Some(19),
            _ => None,
        };
        match (self, other) {
            (a, b) if a == b => true,
            (Self::Char(a) | Self::Varchar(a), Self::Varchar(b))
            | (Self::Char(a), Self::Char(b))
            | (Self::Varbyte(a), Self::Varbyte(b)) => a <= b,
            (Self::Decimal { precision: p, scale: s }, Self::Decimal { precision: q, scale: t }) => {
                s <= t && p - s <= q - t
            }
            (a, Self::Decimal { precision, scale }) => digits(a).is_some_and(|d| d <= precision - scale),
            (Self::SmallInt, Self::Integer | Self::BigInt | Self::Real | Self::Double)
            | (Self::Integer, Self::BigInt | Self::Double)
            | (Self::Real, Self::Double)
            | (Self::Date, Self::Timestamp) => true,
            _ => false,
        }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SmallInt => f.write_str("smallint"),
            Self::Integer => f.write_str("integer"),
            Self::BigInt => f.write_str("bigint"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::Real => f.write_str("real"),
            Self::Double => f.write_str("double precision"),
            Self::Boolean => f.write_str("boolean"),
            Self::Char(n) => write!(f, "char({n})"),
            Self::Varchar(n) => write!(f, "varchar({n})"),
            Self::Date => f.write_str("date"),
            Self::Time => f.write_str("time"),
            Self::TimeTz => f.write_str("timetz"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::TimestampTz => f.write_str("timestamptz"),
            Self::Varbyte(n) => write!(f, "varbyte({n})"),
            Self::Super => f.write_str("super"),
            Self::Geometry => f.write_str("geometry"),
            Self::Geography => f.write_str("geography"),
            Self::HllSketch => f.write_str("hllsketch"),
        }
    }
}

impl Known for DataType {}

#[cfg(test)]
mod tests {
    use super::DataType;

    #[test]
    fn aliases_are_one_type() {
        for (one, other) in [
            ("int4", "integer"),
            ("varchar(32)", "character varying(32)"),
            ("decimal(12,2)", "numeric(12, 2)"),
            ("text", "character varying(256)"),
            ("timestamp", "timestamp without time zone"),
            ("numeric", "numeric(18,0)"),
            ("varbyte(9)", "binary varying(9)"),
        ] {
            assert_eq!(DataType::parse(one).unwrap(), DataType::parse(other).unwrap(), "{one} {other}");
        }
    }

    #[test]
    fn what_redshift_lacks_is_no_type() {
        for text in [
            "",
            "jsonb",
            "varchar(0)",
            "varchar(65536)",
            "decimal(39,0)",
            "decimal(4,5)",
            "date(3)",
            "int4)",
            "char(1)x",
        ] {
            assert_eq!(DataType::parse(text), None, "{text}");
        }
    }

    #[test]
    fn widening_loses_nothing() {
        let parse = |text| DataType::parse(text).unwrap();
        assert!(parse("integer").fits_into(parse("bigint")));
        assert!(parse("integer").fits_into(parse("decimal(12,2)")));
        assert!(!parse("bigint").fits_into(parse("decimal(12,2)")));
        assert!(!parse("decimal(12,2)").fits_into(parse("decimal(12,4)")));
        assert!(!parse("varchar(64)").fits_into(parse("varchar(32)")));
    }
}
