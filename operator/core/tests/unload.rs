//! What is sent for a warehouse's tables, what of it counts, and when the export is over.

#![allow(clippy::expect_used)]

use cloister_core::offboarding::unload::{
    Manifest, Table, begin, count, due, failed, finished, is_over, names, postponed, prefix, read, sent,
    sentence, token, unload,
};
use cloister_core::schema::catalog::Rows;
use cloister_core::sql::Ident;
use cloister_crds::unload::WarehouseExport;
use proptest::prelude::*;
use serde_json::json;

const NOW: &str = "2030-01-01T00:00:00Z";
const LATER: &str = "2030-01-02T00:00:00Z";

fn table(schema: &str, name: &str) -> Table {
    let ident = |name: &str| Ident::new(name).expect("a name");
    Table { schema: ident(schema), name: ident(name), as_text: false }
}

fn rows(columns: &[&str], cells: &[&[&str]]) -> Rows {
    let text = |cell: &&str| Some((*cell).to_owned());
    Rows {
        columns: columns.iter().map(|&c| c.to_owned()).collect(),
        cells: cells.iter().map(|row| row.iter().map(text).collect()).collect(),
    }
}

fn exporting(tables: usize) -> WarehouseExport {
    let tables: Vec<Table> = (0..tables).map(|n| table("s", &format!("t{n}"))).collect();
    begin("c/d", "inbox", &tables, NOW)
}

#[test]
fn names_of_any_kind_stay_within_their_quotes_and_their_prefix() {
    let odd = table("a\"b", "it's \\ a/b");
    let to = prefix("_cloister/export/T/", &odd, 1);
    assert_eq!(to, "_cloister/export/T/warehouse/a%22b/it%27s%20%5C%20a%2Fb/");
    let [_, statement] = &unload(&odd, "s3://b/p/", "role", "key")[..] else { panic!("two statements") };
    assert_eq!(
        statement,
        r#"UNLOAD ('SELECT * FROM "a""b"."it''s \\ a/b"') TO 's3://b/p/' IAM_ROLE 'role' FORMAT PARQUET MANIFEST VERBOSE KMS_KEY_ID 'key' ENCRYPTED"#
    );
    let text = Table { as_text: true, ..odd.clone() };
    assert!(unload(&text, "s3://b/p/", "role", "key")[1].contains(" FORMAT CSV HEADER "));
    assert_eq!(
        count([(0, &table("s", "a")), (1, &table("s", "b"))]),
        r#"SELECT 0 AS place, COUNT(*) AS row_count FROM "s"."a" UNION ALL SELECT 1 AS place, COUNT(*) AS row_count FROM "s"."b""#
    );
}

#[test]
fn each_attempt_goes_elsewhere_under_a_token_of_its_own() {
    let (one, other) = (table("s", "t"), table("s", "t2"));
    let attempts = [prefix("e/", &one, 1), prefix("e/", &one, 2), prefix("e/", &other, 1)];
    assert_eq!(attempts, ["e/warehouse/s/t/", "e/warehouse.2/s/t/", "e/warehouse/s/t2/"]);
    assert_eq!(token("uid", "e/", &one, 1), token("uid", "e/", &one, 1));
    assert_ne!(token("uid", "e/", &one, 1), token("uid", "e/", &one, 2));
    assert_ne!(token("uid", "e/", &one, 1), token("uid", "f/", &one, 1));
    assert_eq!(token("uid", "e/", &one, 1).len(), 64);
}

#[test]
fn a_materialized_view_counts_once_and_other_views_hold_nothing() {
    let relations = rows(
        &["schema_name", "name", "kind", "textual"],
        &[
            &["s", "plain", "v", "0"],
            &["s", "sums", "v", "0"],
            &["s", "mv_tbl__sums__0", "r", "0"],
            &["s", "mv_tbl__ours__0", "r", "0"],
            &["s", "shapes", "r", "1"],
        ],
    );
    let views = rows(&["schema_name", "name"], &[&["s", "sums"]]);
    let found = read(&[relations, views]).expect("a catalog");
    let found: Vec<(&str, bool)> = found.iter().map(|t| (t.name.as_str(), t.as_text)).collect();
    assert_eq!(found, [("mv_tbl__ours__0", false), ("shapes", true), ("sums", false)]);
    assert!(read(&[]).is_err());
    assert_ne!(names(&[table("a", "b.c")]), names(&[table("a.b", "c")]));
}

#[test]
fn a_manifest_counts_if_it_names_just_what_is_there() {
    let text = json!({
        "entries": [{ "url": "s3://b/p/0000_part_00.parquet", "meta": { "content_length": 9, "record_count": 2 } }],
        "schema": {}, "meta": { "content_length": 9, "record_count": 2 },
    })
    .to_string();
    let file = ("p/0000_part_00.parquet".to_owned(), 9);
    let check = |files: &[(String, i64)]| Manifest::check(&text, "b", "p/", files);
    let unloaded = check(std::slice::from_ref(&file)).expect("it holds");
    assert_eq!((unloaded.rows, unloaded.files, unloaded.bytes), (2, 1, 9));
    assert_eq!(check(&[]), None);
    assert_eq!(check(&[(file.0.clone(), 8)]), None);
    assert_eq!(check(&[file.clone(), ("p/more".to_owned(), 1)]), None);
    assert_eq!(Manifest::check("{}", "b", "p/", &[file]), None);
}

#[test]
fn what_failed_is_tried_again_later_each_time_and_what_was_perhaps_sent_is_sent_as_it_was() {
    let mut export = exporting(1);
    assert_eq!(due(&mut export, NOW), [(0, 1)]);
    postponed(&mut export, 0, "ThrottlingException", NOW);
    assert_eq!(due(&mut export, NOW), []);
    assert_eq!(due(&mut export, LATER), [(0, 1)]);
    sent(&mut export, 0, "id");
    assert_eq!(due(&mut export, LATER), []);
    let mut times = Vec::new();
    for attempt in 2..20 {
        failed(&mut export, 0, "S3AccessDenied", NOW);
        assert_eq!(due(&mut export, LATER), [(0, attempt)]);
        times.extend(export.unloads[0].not_before.clone());
    }
    assert!(times.is_sorted() && times[0] == "2030-01-01T00:00:05Z" && times[17] == "2030-01-01T01:00:00Z");
    assert!(
        sentence(&export).is_some_and(|text| text.contains("table 1") && text.contains("S3AccessDenied"))
    );
    finished(&mut export, 0);
    assert_eq!(is_over(&export), Some(vec![(0, 19)]));
    // Rows came after it was unloaded.
    failed(&mut export, 0, "RowsDiffer", NOW);
    assert_eq!((is_over(&export), due(&mut export, LATER)), (None, vec![(0, 20)]));
}

proptest! {
    #[test]
    fn whatever_fails_each_table_counts_once_and_few_run_at_a_time(
        tables in 0_usize..12,
        fails in proptest::collection::vec(any::<bool>(), 64),
    ) {
        let mut export = exporting(tables);
        let (mut fails, mut running) = (fails.into_iter(), std::collections::VecDeque::new());
        while is_over(&export).is_none() {
            for (place, attempt) in due(&mut export, "9999-01-01T00:00:00Z") {
                sent(&mut export, place, &format!("{place}-{attempt}"));
                running.push_back(place);
            }
            prop_assert!(running.len() <= 4);
            let place = running.pop_front().expect("something runs");
            if fails.next() == Some(true) {
                failed(&mut export, place, "It", NOW);
            } else {
                finished(&mut export, place);
            }
        }
        let places: Vec<usize> = is_over(&export).expect("over").into_iter().map(|(place, _)| place).collect();
        prop_assert_eq!(places, (0..tables).collect::<Vec<_>>());
    }
}
