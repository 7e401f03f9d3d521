//! Into which parts a file is cut.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>

use crate::size::MIB;

pub const MOST_PARTS: u64 = 10_000;
pub const LEAST_PART: u64 = 5 * MIB;
pub const MOST_PART: u64 = 5 << 30;
/// Smaller parts would lose less to a cut line, larger ones cost fewer requests: 8 MiB is a second of 64 Mbit/s.
pub const USUAL_PART: u64 = 8 * MIB;
/// Above this many parts, larger ones are taken: a request costs S3 and us some milliseconds.
const COMFORTABLE: u64 = 1_000;
const LARGE_PART: u64 = 64 * MIB;

/// In one request, since two and a completion would take longer.
pub fn is_single(size: u64, part: u64) -> bool {
    size <= part.max(LEAST_PART)
}

/// The size of all parts but the last.
pub fn size_of_part(size: u64, wanted: Option<u64>) -> Option<u64> {
    let usual = wanted.unwrap_or_else(|| whole_mib(size.div_ceil(COMFORTABLE)).clamp(USUAL_PART, LARGE_PART));
    let part = usual.max(LEAST_PART).max(whole_mib(size.div_ceil(MOST_PARTS)));
    (part <= MOST_PART).then_some(part)
}

/// Of a stream, whose end is not known: parts grow, so that 10,000 of them hold 968 GiB.
pub fn size_of_next(number: u64) -> u64 {
    2 * USUAL_PART * (1 << (number.saturating_sub(1) / 2_000).min(5))
}

fn whole_mib(bytes: u64) -> u64 {
    bytes.div_ceil(MIB) * MIB
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// From 1.
    pub number: u64,
    pub offset: u64,
    pub length: u64,
}

pub fn cut(size: u64, part: u64) -> impl Iterator<Item = Part> {
    let count = size.div_ceil(part).max(1);
    (0..count).map(move |n| Part { number: n + 1, offset: n * part, length: part.min(size - n * part) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_cover_a_file_once_within_the_bounds_of_s3(size in 1_u64..(48 << 40), wanted in proptest::option::of(1_u64..(6 << 30))) {
            let Some(part) = size_of_part(size, wanted) else {
                prop_assert!(wanted.is_some_and(|wanted| wanted > MOST_PART));
                return Ok(());
            };
            prop_assert!((LEAST_PART..=MOST_PART).contains(&part));
            let parts: Vec<Part> = cut(size, part).collect();
            prop_assert!(parts.len() as u64 <= MOST_PARTS);
            let mut at = 0;
            for (index, found) in parts.iter().enumerate() {
                prop_assert_eq!(found.number, index as u64 + 1);
                prop_assert_eq!(found.offset, at);
                prop_assert!(found.length > 0);
                prop_assert!(found.number == parts.len() as u64 || found.length == part);
                at += found.length;
            }
            prop_assert_eq!(at, size);
        }
    }

    #[test]
    fn an_empty_file_is_one_empty_part() {
        assert_eq!(cut(0, USUAL_PART).collect::<Vec<_>>(), [Part { number: 1, offset: 0, length: 0 }]);
    }

    #[test]
    fn parts_grow_with_the_file() {
        for (size, part) in [
            (100 * MIB, USUAL_PART),
            (7 << 30, USUAL_PART),
            (20 << 30, 21 * MIB),
            (500 << 30, LARGE_PART),
            (5 << 40, 525 * MIB),
        ] {
            assert_eq!(size_of_part(size, None), Some(part), "{size}");
        }
    }

    #[test]
    fn a_stream_may_grow_to_most_of_a_tebibyte() {
        let most: u64 = (1..=MOST_PARTS).map(size_of_next).sum();
        assert!(most > 900 << 30, "{most}");
    }
}
