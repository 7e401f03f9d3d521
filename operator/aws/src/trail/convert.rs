//! What a trail records, between CloudTrail's types and ours.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudtrail::error::BuildError;
use aws_sdk_cloudtrail::types::{AdvancedEventSelector, AdvancedFieldSelector};
use cloister_core::resource::Selector;

/// A trail with selectors of the older kind has none of these.
pub(super) fn read(selectors: Vec<AdvancedEventSelector>) -> BTreeMap<String, Selector> {
    let mut read = BTreeMap::new();
    for (n, selector) in selectors.into_iter().enumerate() {
        let name = selector.name().filter(|name| !name.is_empty() && !read.contains_key(*name));
        let name = name.map_or_else(|| format!("#{n}"), str::to_owned);
        let mut fields = Selector::new();
        // Said of a field twice, both must hold, as if it were said at once.
        for field in selector.field_selectors() {
            fields.entry(field.field().to_owned()).or_default().extend(operators(field));
        }
        read.insert(name, fields);
    }
    read
}

fn operators(field: &AdvancedFieldSelector) -> impl Iterator<Item = (String, BTreeSet<String>)> {
    let all = [
        ("endsWith", field.ends_with()),
        ("equals", field.equals()),
        ("notEndsWith", field.not_ends_with()),
        ("notEquals", field.not_equals()),
        ("notStartsWith", field.not_starts_with()),
        ("startsWith", field.starts_with()),
    ];
    let said = all.into_iter().filter(|(_, values)| !values.is_empty());
    said.map(|(operator, values)| (operator.to_owned(), values.iter().cloned().collect()))
}

pub(super) fn write(
    selectors: &BTreeMap<String, Selector>,
) -> Result<Vec<AdvancedEventSelector>, BuildError> {
    let one = |(name, fields): (&String, &Selector)| {
        let fields = fields.iter().map(|(field, operators)| write_field(field, operators));
        let fields = fields.collect::<Result<Vec<_>, _>>()?;
        AdvancedEventSelector::builder().name(name).set_field_selectors(Some(fields)).build()
    };
    selectors.iter().map(one).collect()
}

fn write_field(
    field: &str,
    operators: &BTreeMap<String, BTreeSet<String>>,
) -> Result<AdvancedFieldSelector, BuildError> {
    let values = |operator: &str| operators.get(operator).map(|values| values.iter().cloned().collect());
    AdvancedFieldSelector::builder()
        .field(field)
        .set_ends_with(values("endsWith"))
        .set_equals(values("equals"))
        .set_not_ends_with(values("notEndsWith"))
        .set_not_equals(values("notEquals"))
        .set_not_starts_with(values("notStartsWith"))
        .set_starts_with(values("startsWith"))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_the_same() -> Result<(), BuildError> {
        let operators = ["endsWith", "equals", "notEndsWith", "notEquals", "notStartsWith", "startsWith"];
        let field = |value: &str| {
            let values = BTreeSet::from([value.to_owned()]);
            operators.iter().map(|operator| ((*operator).to_owned(), values.clone())).collect()
        };
        let fields =
            Selector::from([("eventCategory".into(), field("Data")), ("readOnly".into(), field("true"))]);
        let all = BTreeMap::from([("a".to_owned(), fields), ("b".to_owned(), Selector::new())]);
        let written = write(&all)?;
        assert_eq!(read(written.clone()), all);
        let nameless = written.into_iter().map(|mut selector| {
            selector.name = None;
            selector
        });
        assert_eq!(read(nameless.collect()).into_keys().collect::<Vec<_>>(), ["#0", "#1"]);
        Ok(())
    }
}
