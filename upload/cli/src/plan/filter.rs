//! Which files of a tree are meant.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::failure::{Failure, Kind};

#[derive(Debug)]
pub struct Filter {
    include: Option<GlobSet>,
    exclude: GlobSet,
}

impl Filter {
    /// Patterns are matched against the path below the directory that was named; one without a slash against each name
    /// in it. `*` and `?` stop at a slash, `**` does not. Without an include all are meant; an exclude has the last word.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Self, Failure> {
        let mut wrong = Vec::new();
        let wanted = set("--include", include, &mut wrong);
        let unwanted = set("--exclude", exclude, &mut wrong);
        match (wanted, unwanted) {
            (Some(wanted), Some(exclude)) if wrong.is_empty() => {
                Ok(Self { include: (!include.is_empty()).then_some(wanted), exclude })
            }
            _ => Err(Kind::Usage.because(wrong.join("\n"))),
        }
    }

    pub fn wants(&self, path: &str) -> bool {
        self.include.as_ref().is_none_or(|include| include.is_match(path)) && !self.exclude.is_match(path)
    }
}

fn set(option: &str, patterns: &[String], wrong: &mut Vec<String>) -> Option<GlobSet> {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        let anchored = if pattern.contains('/') { pattern.clone() } else { format!("**/{pattern}") };
        match GlobBuilder::new(&anchored).literal_separator(true).backslash_escape(true).build() {
            Ok(glob) => {
                builder.add(glob);
            }
            Err(error) => wrong.push(format!("{option} {pattern}: {}", error.kind())),
        }
    }
    builder.build().map_err(|error| wrong.push(format!("{option}: {error}"))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(include: &[&str], exclude: &[&str]) -> Filter {
        let owned = |given: &[&str]| given.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        Filter::new(&owned(include), &owned(exclude)).unwrap()
    }

    #[test]
    fn without_patterns_all_are_meant() {
        assert!(filter(&[], &[]).wants("a/b/c.csv"));
    }

    #[test]
    fn a_pattern_without_a_slash_is_of_names_in_any_directory() {
        let found = filter(&["*.csv"], &[]);
        assert!(found.wants("a.csv") && found.wants("deep/er/a.csv"));
        assert!(!found.wants("a.csv.gz"));
    }

    #[test]
    fn a_pattern_with_a_slash_is_of_the_whole_path() {
        let found = filter(&["2026/*.csv"], &[]);
        assert!(found.wants("2026/a.csv"));
        assert!(!found.wants("2026/01/a.csv") && !found.wants("x/2026/a.csv"));
        assert!(filter(&["2026/**"], &[]).wants("2026/01/a.csv"));
    }

    #[test]
    fn exclude_has_the_last_word() {
        let found = filter(&["*.csv"], &["tmp/**", "~*"]);
        assert!(found.wants("a.csv"));
        assert!(!found.wants("tmp/a.csv") && !found.wants("x/~a.csv"));
    }

    #[test]
    fn all_wrong_patterns_are_told_at_once() {
        let wrong = Filter::new(&["[".into()], &["{a".into()]).unwrap_err();
        assert_eq!(wrong.kind, Kind::Usage);
        assert!(wrong.text.contains("--include [") && wrong.text.contains("--exclude {a"), "{}", wrong.text);
    }
}
