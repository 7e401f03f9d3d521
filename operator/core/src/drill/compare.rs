//! The restored tables beside the live ones.

use serde::Serialize;

use super::checksum::{Columns, Sum, left_out};
use super::objects::ObjectCheck;
use super::report::Verdict;

/// A table as it was found on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub columns: Columns,
    /// Or why it could not be read.
    pub sum: Result<Sum, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Outcome {
    Matched,
    /// The live one has changed since the snapshot, or the copy is not whole: from outside they are the same.
    Differs,
    NotInCopy,
    /// It was dropped since the snapshot.
    NotInLive,
    /// It is declared, and on neither side.
    Nowhere,
    NotRead,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableCheck {
    pub schema: String,
    pub table: String,
    pub declared: bool,
    pub outcome: Outcome,
    pub restored: Option<Sum>,
    pub live: Option<Sum>,
    /// What people must know of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[must_use]
pub fn compare(
    (schema, table): (&str, &str),
    declared: bool,
    restored: Option<&Seen>,
    live: Option<&Seen>,
) -> TableCheck {
    let sum = |seen: Option<&Seen>| seen.and_then(|seen| seen.sum.clone().ok());
    let (outcome, note) = judge(restored, live);
    TableCheck {
        schema: schema.to_owned(),
        table: table.to_owned(),
        declared,
        outcome,
        restored: sum(restored),
        live: sum(live),
        note,
    }
}

fn judge(restored: Option<&Seen>, live: Option<&Seen>) -> (Outcome, Option<String>) {
    let (restored, live) = match (restored, live) {
        (Some(restored), Some(live)) => (restored, live),
        (Some(_), None) => return (Outcome::NotInLive, Some("dropped since the snapshot".to_owned())),
        (None, Some(_)) => return (Outcome::NotInCopy, Some("made since the snapshot, or lost".to_owned())),
        (None, None) => return (Outcome::Nowhere, Some("declared, and on neither side".to_owned())),
    };
    let (was, is) = match (&restored.sum, &live.sum) {
        (Ok(was), Ok(is)) => (was, is),
        (Err(why), _) => return (Outcome::NotRead, Some(format!("the copy could not be read: {why}"))),
        (_, Err(why)) => return (Outcome::NotRead, Some(format!("the live one could not be read: {why}"))),
    };
    if restored.columns != live.columns {
        return (Outcome::Differs, Some("its columns are others now".to_owned()));
    }
    if was == is {
        let unseen = left_out(&live.columns);
        let note = format!("of {} only presence is compared", unseen.join(", "));
        return (Outcome::Matched, Some(note).filter(|_| !unseen.is_empty()));
    }
    let note = match is.rows - was.rows {
        0 => "as many rows, with other values".to_owned(),
        more if more > 0 => format!("{more} rows more now, or as many fewer restored"),
        fewer => format!("{} rows fewer now, or as many more restored", -fewer),
    };
    (Outcome::Differs, Some(note))
}

/// Only what was compared counts, and nothing compared proves nothing.
#[must_use]
pub fn verdict(checks: &[TableCheck], objects: &[ObjectCheck]) -> (Verdict, String) {
    let (of_tables, tables) = judge_tables(checks);
    match judge_objects(objects) {
        None => (of_tables, tables),
        Some((false, sentence)) if of_tables == Verdict::Matched => {
            (Verdict::Differs, format!("{sentence}; {tables}"))
        }
        Some((_, sentence)) => (of_tables, format!("{tables}; {sentence}")),
    }
}

/// Whether everything is copied; none where nothing is to be.
fn judge_objects(checks: &[ObjectCheck]) -> Option<(bool, String)> {
    let sum = |of: fn(&ObjectCheck) -> i64| checks.iter().map(of).sum::<i64>();
    let (live, wrong) =
        (sum(|check| check.count.live), sum(|check| check.count.missing + check.count.other_size));
    let unread = checks.iter().filter(|check| check.outcome == Outcome::NotRead).count();
    let sentence = match (checks.len(), unread, wrong) {
        (0, _, _) => return None,
        (_, 0, 0) => return Some((true, format!("{live} of {live} versions of objects are copied"))),
        (_, 0, _) => format!(
            "{wrong} of {live} versions of objects are not copied: put before copies were declared or while the rule was off, or \
             still on their way; what is left is for S3 Batch Replication"
        ),
        (of, _, _) => format!("of {of} buckets {unread} could not be compared with their copies"),
    };
    Some((false, sentence))
}

fn judge_tables(checks: &[TableCheck]) -> (Verdict, String) {
    let matched = checks.iter().filter(|check| check.outcome == Outcome::Matched).count();
    let (of, rest) = (checks.len(), checks.len() - matched);
    if of == 0 {
        return (Verdict::Empty, "restored, but there is no table to compare".to_owned());
    }
    if rest == 0 {
        return (Verdict::Matched, format!("{of} of {of} tables are as they are in the live warehouse"));
    }
    let message = format!(
        "{rest} of {of} tables are not as they are in the live warehouse, which may have changed since the snapshot: \
         run it again after a snapshot that nothing was written since"
    );
    (Verdict::Differs, message)
}

#[cfg(test)]
mod tests {
    use super::super::objects::Ledger;
    use super::*;
    use crate::sql::Ident;

    fn seen(rows: i64, checksum: &str) -> Seen {
        let columns = Columns::from([(Ident::new("a").unwrap(), "integer".to_owned())]);
        Seen { columns, sum: Ok(Sum { rows, checksum: checksum.into() }) }
    }

    fn outcome(restored: Option<&Seen>, live: Option<&Seen>) -> Outcome {
        compare(("s", "t"), true, restored, live).outcome
    }

    #[test]
    fn only_the_same_rows_match() {
        let one = seen(2, "x");
        assert_eq!(outcome(Some(&one), Some(&one)), Outcome::Matched);
        assert_eq!(outcome(Some(&one), Some(&seen(2, "y"))), Outcome::Differs);
        assert_eq!(outcome(Some(&one), Some(&seen(1, "x"))), Outcome::Differs);
        let wider = Seen { columns: Columns::new(), ..one.clone() };
        assert_eq!(outcome(Some(&one), Some(&wider)), Outcome::Differs);
        let unread = Seen { sum: Err("denied".into()), ..one.clone() };
        assert_eq!(outcome(Some(&one), Some(&unread)), Outcome::NotRead);
        assert_eq!(outcome(None, Some(&one)), Outcome::NotInCopy);
        assert_eq!(outcome(Some(&one), None), Outcome::NotInLive);
        assert_eq!(outcome(None, None), Outcome::Nowhere);
    }

    #[test]
    fn one_table_that_does_not_match_is_enough_and_none_at_all_is_no_proof() {
        let one = seen(2, "x");
        let good = compare(("s", "t"), true, Some(&one), Some(&one));
        let bad = compare(("s", "u"), true, Some(&one), None);
        assert_eq!(verdict(std::slice::from_ref(&good), &[]).0, Verdict::Matched);
        assert_eq!(verdict(&[good, bad], &[]).0, Verdict::Differs);
        assert_eq!(verdict(&[], &[]).0, Verdict::Empty);
    }

    #[test]
    fn an_object_without_a_copy_is_enough_too() {
        let one = seen(2, "x");
        let good = [compare(("s", "t"), true, Some(&one), Some(&one))];
        let objects = |missing: bool| {
            let mut ledger = Ledger::default();
            ledger.live("a".into(), "1".into(), 1);
            if !missing {
                ledger.copied("a".into(), "1".into(), 1);
            }
            [ledger.end("here", "there")]
        };
        let (whole, said) = verdict(&good, &objects(false));
        assert_eq!(whole, Verdict::Matched);
        assert!(said.ends_with("1 of 1 versions of objects are copied"), "{said}");
        assert_eq!(verdict(&good, &objects(true)).0, Verdict::Differs);
        let unread = [ObjectCheck::unread("here", "there", "denied".into())];
        assert_eq!(verdict(&good, &unread).0, Verdict::Differs);
        assert_eq!(verdict(&[], &objects(false)).0, Verdict::Empty);
    }
}
