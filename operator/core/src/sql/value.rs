use std::fmt;

use super::types::DataType;
use super::writer::Writer;

/// What a column holds when nothing is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefaultValue {
    Number(String),
    Text(String),
    Boolean(bool),
    /// `GETDATE()`
    Now,
    /// `CURRENT_DATE`
    Today,
}

impl DefaultValue {
    /// A value as declared, if it is one of the type.
    #[must_use]
    pub fn declared(text: &str, of: DataType) -> Option<Self> {
        match of {
            DataType::Boolean => match text.to_ascii_lowercase().as_str() {
                "true" => Some(Self::Boolean(true)),
                "false" => Some(Self::Boolean(false)),
                _ => None,
            },
            DataType::Date if text.eq_ignore_ascii_case("current_date") => Some(Self::Today),
            DataType::Timestamp | DataType::TimestampTz if text.eq_ignore_ascii_case("getdate()") => {
                Some(Self::Now)
            }
            of if of.is_number() => number(text).map(Self::Number),
            DataType::Super
            | DataType::Geometry
            | DataType::Geography
            | DataType::HllSketch
            | DataType::Varbyte(_) => None,
            DataType::Date
            | DataType::Time
            | DataType::TimeTz
            | DataType::Timestamp
            | DataType::TimestampTz => {
                text.starts_with(|c: char| c.is_ascii_digit()).then(|| Self::Text(moment(text).to_owned()))
            }
            _ => Some(Self::Text(text.to_owned())),
        }
    }

    /// The expression that the catalog shows, `'x'::character varying` or `('now'::text)::date`.
    #[must_use]
    pub fn from_catalog(expression: &str, of: DataType) -> Option<Self> {
        let core = without_casts(expression);
        if core.eq_ignore_ascii_case("getdate()") {
            return Some(Self::Now);
        }
        let text = match core.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            Some(inside) => inside.replace("''", "'").replace("\\\\", "\\"),
            None if of.is_number() || of == DataType::Boolean => core.to_owned(),
            None if core.eq_ignore_ascii_case("current_date") => return Some(Self::Today),
            None => return None,
        };
        match (text.as_str(), of) {
            ("now", DataType::Date) => Some(Self::Today),
            ("t", DataType::Boolean) => Some(Self::Boolean(true)),
            ("f", DataType::Boolean) => Some(Self::Boolean(false)),
            _ => Self::declared(&text, of),
        }
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        match self {
            Self::Number(digits) => {
                w.digits(digits);
            }
            Self::Text(text) => {
                w.literal(text);
            }
            Self::Boolean(true) => {
                w.words("true");
            }
            Self::Boolean(false) => {
                w.words("false");
            }
            Self::Now => {
                w.words("GETDATE()");
            }
            Self::Today => {
                w.words("CURRENT_DATE");
            }
        }
    }
}

impl fmt::Display for DefaultValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut writer = Writer::default();
        self.write(&mut writer);
        f.write_str(&writer.finish())
    }
}

/// `+007.50` as `7.5`; nothing but a plain decimal number.
fn number(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(part) || (whole.is_empty() && part.is_empty()) {
        return None;
    }
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(match (whole, part) {
        ("0", "") => "0".to_owned(),
        (whole, "") => format!("{sign}{whole}"),
        (whole, part) => format!("{sign}{whole}.{part}"),
    })
}

/// Midnight is not shown in a date's default, but is in a timestamp's.
fn moment(text: &str) -> &str {
    text.strip_suffix(" 00:00:00").unwrap_or(text)
}

/// Takes casts at the end and parentheses around away, as long as there are any.
fn without_casts(expression: &str) -> &str {
    let mut core = expression.trim();
    loop {
        let before = core;
        if let Some((head, cast)) = core.rsplit_once("::")
            && cast.chars().all(|c| c.is_ascii_alphanumeric() || " (),_\"".contains(c))
            && cast.matches('(').count() == cast.matches(')').count()
        {
            core = head.trim();
        } else if let Some(inside) = core.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            core = inside.trim();
        }
        if core == before {
            return core;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DefaultValue;
    use crate::sql::DataType;

    #[test]
    fn the_catalog_and_the_manifest_mean_the_same() {
        for (declared, shown, of) in [
            ("x'y", "'x''y'::character varying", DataType::Varchar(9)),
            ("a::b", "'a::b'::character varying", DataType::Varchar(9)),
            ("007.50", "7.5::numeric(12,2)", DataType::Decimal { precision: 12, scale: 2 }),
            ("0", "0", DataType::Integer),
            ("-1", "(-1)", DataType::Integer),
            ("TRUE", "true", DataType::Boolean),
            ("current_date", "('now'::text)::date", DataType::Date),
            ("GETDATE()", "getdate()", DataType::Timestamp),
            ("2020-01-01", "'2020-01-01 00:00:00'::timestamp without time zone", DataType::Timestamp),
        ] {
            let declared = DefaultValue::declared(declared, of);
            assert!(declared.is_some(), "{shown}");
            assert_eq!(declared, DefaultValue::from_catalog(shown, of), "{shown}");
        }
    }

    #[test]
    fn an_expression_is_no_value() {
        assert_eq!(DefaultValue::declared("1); drop table x", DataType::Integer), None);
        assert_eq!(DefaultValue::declared("getdate()", DataType::Date), None);
        assert_eq!(DefaultValue::from_catalog("random()", DataType::Double), None);
    }
}
