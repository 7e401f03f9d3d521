//! Quantities as the API server writes them: in another unit they would differ for ever.

/// In the greatest unit that leaves no fraction.
#[must_use]
pub fn quantity(mut number: i32, step: i32, units: &[&str]) -> String {
    let mut units = units.iter();
    let mut unit = units.next();
    while number % step == 0
        && let Some(greater) = units.next()
    {
        number /= step;
        unit = Some(greater);
    }
    format!("{number}{}", unit.unwrap_or(&""))
}

/// `500m`, or whole cores.
#[must_use]
pub fn cores(text: &str) -> String {
    read(text, &["m", "", "k"], 1000)
}

/// In Mi or Gi.
#[must_use]
pub fn memory(text: &str) -> String {
    read(text, &["Mi", "Gi", "Ti"], 1024)
}

fn read(text: &str, units: &[&str], step: i32) -> String {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text.strip_prefix(digits).and_then(|unit| units.iter().position(|known| *known == unit));
    match (digits.parse(), unit) {
        (Ok(number), Some(unit)) => quantity(number, step, units.get(unit..).unwrap_or_default()),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_in_the_units_in_which_the_api_server_gives_them_back() {
        let whole = [64, 1000, 1500, 10_000].map(|n| quantity(n, 1000, &["", "k"]));
        assert_eq!(whole, ["64", "1k", "1500", "10k"]);
        let gib = [256, 1000, 1024, 1536, 98_304].map(|n| quantity(n, 1024, &["Gi", "Ti"]));
        assert_eq!(gib, ["256Gi", "1000Gi", "1Ti", "1536Gi", "96Ti"]);
        assert_eq!(["500m", "2000m", "2", "1500m"].map(cores), ["500m", "2", "2", "1500m"]);
        assert_eq!(["512Mi", "2048Mi", "2Gi", "1024Gi"].map(memory), ["512Mi", "2Gi", "2Gi", "1Ti"]);
    }
}
