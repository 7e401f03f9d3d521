//! How types are written.

use super::types::DataType;

pub(super) fn plain(name: &str) -> Option<DataType> {
    Some(match name {
        "smallint" | "int2" => DataType::SmallInt,
        "integer" | "int" | "int4" => DataType::Integer,
        "bigint" | "int8" => DataType::BigInt,
        "real" | "float4" => DataType::Real,
        "double precision" | "float8" | "float" => DataType::Double,
        "boolean" | "bool" => DataType::Boolean,
        "date" => DataType::Date,
        "time" | "time without time zone" => DataType::Time,
        "timetz" | "time with time zone" => DataType::TimeTz,
        "timestamp" | "timestamp without time zone" => DataType::Timestamp,
        "timestamptz" | "timestamp with time zone" => DataType::TimestampTz,
        "super" => DataType::Super,
        "geometry" => DataType::Geometry,
        "geography" => DataType::Geography,
        "hllsketch" => DataType::HllSketch,
        _ => return None,
    })
}

/// `character varying(32)` as its name and its arguments.
pub(super) fn split(text: &str) -> Option<(String, Vec<u32>)> {
    let words = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((name, rest)) = text.split_once('(') else {
        return Some((words(text), Vec::new()));
    };
    let (arguments, after) = rest.split_once(')')?;
    if !after.trim().is_empty() {
        return None;
    }
    let numbers: Option<Vec<u32>> = arguments.split(',').map(|n| n.trim().parse().ok()).collect();
    Some((words(name), numbers?))
}
