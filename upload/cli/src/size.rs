//! Sizes as people write them: 8MiB, 10MB, 500000.

const UNITS: [(&str, u64); 9] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("k", 1 << 10),
    ("m", 1 << 20),
    ("g", 1 << 30),
];

pub const MIB: u64 = 1 << 20;

/// For clap: a size of at least one byte.
pub fn parse(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no size; write a whole number of bytes, or 512KiB, 8MiB, 10MB, 2GiB");
    let lower = text.trim().to_ascii_lowercase();
    let lower = lower.strip_suffix("/s").unwrap_or(&lower);
    let digits = lower.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = lower[digits.len()..].trim();
    let factor = match unit {
        "" | "b" => 1,
        _ => UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?.1,
    };
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    number.checked_mul(factor).filter(|size| *size > 0).ok_or_else(wrong)
}

pub fn human(bytes: u64) -> String {
    indicatif::BinaryBytes(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_written() {
        for (text, size) in [
            ("1", 1),
            ("500000", 500_000),
            ("8MiB", 8 << 20),
            ("8 mib", 8 << 20),
            ("10MB", 10_000_000),
            ("2g", 2 << 30),
            ("512KiB/s", 512 << 10),
        ] {
            assert_eq!(parse(text), Ok(size), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "0", "MiB", "-1", "1.5MiB", "8 parsecs", "99999999999999GiB", "1e3"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
