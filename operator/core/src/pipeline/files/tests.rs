use super::*;

fn trigger(marker: Option<&str>, suffix: Option<&str>, quiet: i32) -> ArrivalTrigger {
    ArrivalTrigger {
        bucket: "landing".into(),
        prefix: Some("in/".into()),
        suffix: suffix.map(Into::into),
        marker: marker.map(Into::into),
        quiet_seconds: quiet,
        max_files: 2,
    }
}

fn file(key: &str, second: i64) -> FileStatus {
    FileStatus {
        bucket: "acme".into(),
        key: key.into(),
        version_id: "v".into(),
        etag: "e".into(),
        size: 1,
        at: at(second).to_string(),
        sequencer: None,
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

fn heard(trigger: &ArrivalTrigger, files: &[FileStatus]) -> EtlPipelineStatus {
    let mut status = EtlPipelineStatus::default();
    begin(&mut status, at(-100));
    take(trigger, &mut status, &News { files: files.to_vec(), listing: None });
    status
}

fn keys(files: &[FileStatus]) -> Vec<&str> {
    files.iter().map(|file| file.key.as_str()).collect()
}

#[test]
fn a_file_told_of_three_times_and_out_of_order_is_one_in_its_place() {
    let trigger = trigger(None, None, 0);
    let (a, b) = (file("in/a", 1), file("in/b", 2));
    let mut status = heard(&trigger, &[b.clone(), a.clone(), b.clone(), a.clone()]);
    assert_eq!(keys(&status.pending), ["in/a", "in/b"]);
    let set = ripe(&trigger, &status, at(5)).unwrap();
    hand_over(&mut status, &set);
    take(&trigger, &mut status, &News { files: vec![a, b], listing: None });
    assert_eq!(status.pending, []);
}

#[test]
fn what_is_ours_or_elsewhere_is_no_arrival() {
    let trigger = trigger(Some("_SUCCESS"), Some(".csv"), 0);
    for key in ["_cloister/in/a.csv", "out/a.csv", "in/a.txt", "in/"] {
        assert!(!concerns(&trigger, key), "{key}");
    }
    assert!(concerns(&trigger, "in/a.csv") && concerns(&trigger, "in/_SUCCESS"));
}

#[test]
fn fewer_than_a_full_set_wait_for_quiet() {
    let trigger = trigger(None, None, 60);
    let status = heard(&trigger, &[file("in/a", 10)]);
    assert_eq!(ripe(&trigger, &status, at(30)), Err(Some(at(70))));
    assert_eq!(keys(&ripe(&trigger, &status, at(70)).unwrap()), ["in/a"]);
    let full = heard(&trigger, &[file("in/a", 10), file("in/b", 11), file("in/c", 12)]);
    assert_eq!(keys(&ripe(&trigger, &full, at(12)).unwrap()), ["in/a", "in/b"]);
}

#[test]
fn a_marker_speaks_of_the_files_beside_it_whichever_is_told_first() {
    let trigger = trigger(Some("_SUCCESS"), None, 0);
    let told = [file("in/x/_SUCCESS", 9), file("in/y/b", 3), file("in/x/late", 10), file("in/x/a", 4)];
    let status = heard(&trigger, &told);
    assert_eq!(keys(&ripe(&trigger, &status, at(20)).unwrap()), ["in/x/a"]);
}

#[test]
fn an_uploads_manifest_speaks_of_all_below_it() {
    let trigger = trigger(Some("_manifest.json"), None, 0);
    let told = [
        file("in/u1/a/b.csv", 1),
        file("in/u1/c.csv", 2),
        file("in/u12/d.csv", 2),
        file("in/u1/_manifest.json", 3),
    ];
    let status = heard(&trigger, &told);
    assert_eq!(keys(&ripe(&trigger, &status, at(20)).unwrap()), ["in/u1/a/b.csv", "in/u1/c.csv"]);
}

#[test]
fn an_ending_marks_the_file_whose_name_it_adds_to() {
    let trigger = trigger(Some("*.done"), Some(".csv"), 0);
    let told = [
        file("in/a.csv", 1),
        file("in/ab.csv", 1),
        file("in/b.csv", 1),
        file("in/a.done", 2),
        file("in/b.csv.done", 2),
    ];
    let status = heard(&trigger, &told);
    assert_eq!(keys(&ripe(&trigger, &status, at(20)).unwrap()), ["in/a.csv", "in/b.csv"]);
}

#[test]
fn what_finds_no_room_is_said_to_have_found_none() {
    let trigger = trigger(None, None, 0);
    let files: Vec<FileStatus> = (0..250).map(|n| file(&format!("in/{n:03}"), n)).collect();
    let mut status = EtlPipelineStatus::default();
    let listing = ListStatus { since: at(0).to_string(), ..ListStatus::default() };
    let news = News { files, listing: Some(listing) };
    assert!(!take(&trigger, &mut status, &news));
    assert_eq!((status.pending.len(), status.listing), (MOST_PENDING, None));
}

#[test]
fn what_is_forgotten_is_not_looked_for_by_the_listing_either() {
    let mut status = heard(&trigger(None, None, 0), &[]);
    for n in 0..600 {
        hand_over(&mut status, &[file(&format!("in/{n}"), n)]);
    }
    assert_eq!(status.seen.len(), MOST_SEEN);
    assert_eq!(status.listing.map(|l| l.since), Some(text(at(100))));
}
