//! The bytes are the seed of a statement of any kind, with names that try to get out of their quotes. Seeds that reach
//! new code are kept.

#![no_main]

#[path = "../tests/statements/mod.rs"]
mod statements;

use libfuzzer_sys::fuzz_target;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use statements::any_statement;
use statements::scan::{is_quoted, scan};

fuzz_target!(|bytes: &[u8]| {
    // Not by PassThrough: it halves the bytes at each choice within a choice, and of none it makes zeros for good, which
    // rand draws again without end.
    let mut seed = [0; 32];
    seed.iter_mut().zip(bytes).for_each(|(into, byte)| *into = *byte);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let Ok(chosen) = any_statement().new_tree(&mut runner) else { return };
    let statement = chosen.current().to_string();
    for token in scan(&statement) {
        assert!(is_quoted(&token), "{statement}: {token:?}");
    }
});
