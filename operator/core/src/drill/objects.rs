//! The versions of a bucket's objects beside their copies. Names of objects may be PHI: nothing but numbers comes out.

use std::collections::BTreeMap;

use serde::Serialize;

use super::compare::Outcome;

/// Sizes by key and version id.
type Versions = BTreeMap<(String, String), i64>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectCheck {
    pub bucket: String,
    pub copy: String,
    pub outcome: Outcome,
    #[serde(flatten)]
    pub count: Count,
    /// What people must know of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Versions, but for bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Count {
    pub live: i64,
    pub bytes: i64,
    pub copied: i64,
    /// They have no copy.
    pub missing: i64,
    pub other_size: i64,
    /// Removed for good since; what is removed so is not removed there.
    pub only_copied: i64,
}

/// Both listings go by key, so what lies before the one that lags is settled and forgotten.
#[derive(Debug, Default)]
pub struct Ledger {
    live: Versions,
    copied: Versions,
    count: Count,
}

impl Ledger {
    pub fn live(&mut self, key: String, version: String, size: i64) {
        self.count.live += 1;
        self.count.bytes += size;
        self.live.insert((key, version), size);
    }

    pub fn copied(&mut self, key: String, version: String, size: i64) {
        self.count.copied += 1;
        self.copied.insert((key, version), size);
    }

    /// All versions of keys before that have been told.
    pub fn settle(&mut self, before: &str) {
        let from = (before.to_owned(), String::new());
        let later = (self.live.split_off(&from), self.copied.split_off(&from));
        self.settle_all();
        (self.live, self.copied) = later;
    }

    fn settle_all(&mut self) {
        let mut copied = std::mem::take(&mut self.copied);
        for (version, size) in std::mem::take(&mut self.live) {
            match copied.remove(&version) {
                None => self.count.missing += 1,
                Some(there) => self.count.other_size += i64::from(there != size),
            }
        }
        self.count.only_copied += i64::try_from(copied.len()).unwrap_or(i64::MAX);
    }

    #[must_use]
    pub fn end(mut self, bucket: &str, copy: &str) -> ObjectCheck {
        self.settle_all();
        let count = self.count;
        let outcome = if count.missing + count.other_size == 0 { Outcome::Matched } else { Outcome::Differs };
        ObjectCheck { bucket: bucket.into(), copy: copy.into(), outcome, count, note: note(count) }
    }
}

impl ObjectCheck {
    #[must_use]
    pub fn unread(bucket: &str, copy: &str, why: String) -> Self {
        let (count, outcome) = (Count::default(), Outcome::NotRead);
        Self { bucket: bucket.into(), copy: copy.into(), outcome, count, note: Some(why) }
    }
}

fn note(count: Count) -> Option<String> {
    let parts = [
        (count.missing, "without a copy"),
        (count.other_size, "of another size"),
        (count.only_copied, "only in the copy, removed here since"),
    ];
    let told: Vec<String> =
        parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    Some(told.join(", ")).filter(|told| !told.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(live: &[(&str, &str, i64)], copied: &[(&str, &str, i64)], settle: Option<&str>) -> ObjectCheck {
        let mut ledger = Ledger::default();
        for (key, version, size) in live {
            ledger.live((*key).into(), (*version).into(), *size);
        }
        for (key, version, size) in copied {
            ledger.copied((*key).into(), (*version).into(), *size);
        }
        if let Some(before) = settle {
            ledger.settle(before);
        }
        ledger.end("here", "there")
    }

    #[test]
    fn every_version_is_looked_for_with_its_size() {
        let all = [("a", "1", 5), ("a", "2", 6), ("b", "1", 7)];
        for settle in [None, Some("a"), Some("b"), Some("c")] {
            let same = check(&all, &all, settle);
            assert_eq!((same.outcome, same.count.live, same.count.bytes), (Outcome::Matched, 3, 18));
            assert_eq!(same.note, None);
            let less = check(&all, &[("a", "1", 5), ("b", "1", 8), ("b", "0", 1)], settle);
            assert_eq!(less.outcome, Outcome::Differs);
            assert_eq!((less.count.missing, less.count.other_size, less.count.only_copied), (1, 1, 1));
        }
    }

    #[test]
    fn what_was_removed_here_since_is_no_loss() {
        let found = check(&[], &[("a", "1", 5)], None);
        assert_eq!(found.outcome, Outcome::Matched);
        assert_eq!(found.note.as_deref(), Some("1 only in the copy, removed here since"));
    }

    #[test]
    fn what_is_told_names_no_object() {
        let found = check(&[("Jane Doe.csv", "v-1", 5)], &[], Some("Z"));
        let text = format!("{found:?} {}", serde_json::to_string(&found).unwrap());
        assert!(!text.contains("Jane") && !text.contains("v-1"), "{text}");
    }
}
