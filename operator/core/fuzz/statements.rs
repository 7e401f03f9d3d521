//! The bytes choose a statement of any kind, with names that try to get out of their quotes.

#![no_main]

#[path = "../tests/statements/mod.rs"]
mod statements;

use libfuzzer_sys::fuzz_target;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use statements::any_statement;
use statements::scan::{is_quoted, scan};

fuzz_target!(|bytes: &[u8]| {
    let rng = TestRng::from_seed(RngAlgorithm::PassThrough, bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    // Too few bytes choose nothing.
    let Ok(chosen) = any_statement().new_tree(&mut runner) else { return };
    let statement = chosen.current().to_string();
    for token in scan(&statement) {
        assert!(is_quoted(&token), "{statement}: {token:?}");
    }
});
