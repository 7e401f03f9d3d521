//! Prints slots for others to compare with: each line of the input is a JSON array of cron, time zone, first instant
//! and count; each line of the output the slots after that instant: `cargo run -p cloister-core --example slots`.

#![allow(clippy::print_stdout, clippy::expect_used)] // printing is what it is for

use cloister_core::pipeline::Schedule;
use jiff::Timestamp;

fn main() {
    for line in std::io::stdin().lines() {
        let (cron, zone, from, count): (String, String, Timestamp, usize) =
            serde_json::from_str(&line.expect("text")).expect("cron, zone, instant, count");
        let schedule = Schedule::parse(&cron, &zone).expect("a schedule");
        let mut time = from;
        let slots: Vec<String> = std::iter::from_fn(|| {
            time = schedule.next(time)?;
            Some(time.to_string())
        })
        .take(count)
        .collect();
        println!("{}", serde_json::json!(slots));
    }
}
