//! Prints statements of every kind and the catalog's queries, one as a JSON string on each line, for parsers
//! of others to read: `cargo run -p cloister-core --example statements -- 2000`. The same ones every time.

#![allow(clippy::print_stdout, clippy::expect_used)] // printing is what it is for

#[path = "../tests/statements/mod.rs"]
mod statements;

use cloister_core::schema::catalog::{Part, Subject, query};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

fn main() {
    let count = std::env::args().nth(1).map_or(2000, |text| text.parse().expect("a number of statements"));
    let of = Subject { schema: "it's \\ \"claims\"", roles: "acme-health.it's.", policies: "it's." };
    let queries = Part::ALL.into_iter().map(|part| query(part, of).to_string());
    let mut runner = TestRunner::deterministic();
    let all = statements::any_statement();
    let statements =
        (0..count).map(|_| all.new_tree(&mut runner).expect("a statement").current().to_string());
    for sql in queries.chain(statements) {
        println!("{}", serde_json::Value::from(sql));
    }
}
