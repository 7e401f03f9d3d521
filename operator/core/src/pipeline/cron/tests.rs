use jiff::civil::date;

use super::Cron;

fn next(cron: &str, year: i16, month: i8, day: i8) -> String {
    let cron = Cron::parse(cron).unwrap();
    cron.next(date(year, month, day).at(12, 0, 0, 0)).map(|t| t.to_string()).unwrap_or_default()
}

#[test]
fn lists_ranges_steps_and_names_are_read() {
    assert_eq!(next("*/20 13 * * *", 2026, 1, 1), "2026-01-01T13:00:00");
    assert_eq!(next("5,10 6-8/2 * JAN-feb mon", 2026, 1, 1), "2026-01-05T06:05:00");
    assert_eq!(next("0 0 * * 7", 2026, 1, 1), "2026-01-04T00:00:00");
    assert_eq!(next("0 0 29 2 *", 2096, 3, 1), "2104-02-29T00:00:00");
}

#[test]
fn of_two_restricted_day_fields_either_will_do() {
    assert_eq!(next("0 0 13 * fri", 2026, 1, 1), "2026-01-02T00:00:00");
    assert_eq!(next("0 0 13 * *", 2026, 1, 1), "2026-01-13T00:00:00");
}

#[test]
fn everything_that_is_wrong_is_said() {
    let wrong = Cron::parse("60 24 0 13 8").unwrap_err();
    assert_eq!(wrong.len(), 5);
    assert!(wrong[0].contains("60 is no minute: it is 0 to 59"));
    for odd in ["5/10 * * * *", "* * * * 6-1", "*/0 * * * *", "0 0 30 2 *", "* * * *", "a * * * *"] {
        assert!(Cron::parse(odd).is_err(), "{odd}");
    }
}

#[test]
fn the_last_match_is_the_one_before_the_next() {
    for text in ["*/7 3,4 * * *", "0 0 1 */3 *", "59 23 31 12 *", "0 12 * * 1-5"] {
        let cron = Cron::parse(text).unwrap();
        let mut time = date(2026, 1, 1).at(0, 0, 0, 0);
        for _ in 0..50 {
            let next = cron.next(time).unwrap();
            assert_eq!(cron.last(next), Some(next));
            assert!(cron.last(next.checked_sub(jiff::Span::new().minutes(1)).unwrap()).unwrap() <= time);
            time = next;
        }
    }
}
