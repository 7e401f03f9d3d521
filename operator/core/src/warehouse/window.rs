//! Maintenance windows: weekly, in UTC.

use cloister_crds::WarehouseCluster;

use crate::violation::Violation;

pub(crate) fn validate(spec: &WarehouseCluster) -> Vec<Violation> {
    let window = &spec.maintenance_window;
    let short = window_minutes(window).is_none_or(|minutes| minutes < 30);
    let hint =
        format!("{window} is shorter than half an hour, Redshift's least: write such as sun:05:00-sun:06:00");
    short.then(|| Violation::new("spec.warehouse.maintenanceWindow", hint)).into_iter().collect()
}

const WEEK: i32 = 7 * 24 * 60;

/// `sun:05:00`, as minutes since Monday.
fn minute_of_week(text: &str) -> Option<i32> {
    let (day, time) = text.split_once(':')?;
    let (hour, minute) = time.split_once(':')?;
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let day = i32::try_from(days.iter().position(|d| *d == day)?).ok()?;
    Some((day * 24 + hour.parse::<i32>().ok()?) * 60 + minute.parse::<i32>().ok()?)
}

fn window_minutes(window: &str) -> Option<i32> {
    let (from, to) = window.split_once('-')?;
    Some((minute_of_week(to)? - minute_of_week(from)?).rem_euclid(WEEK))
}

/// Whether a minute of the week (UTC, since Monday) lies in a window.
#[must_use]
pub fn is_within(window: &str, minute: i32) -> bool {
    let start = window.split_once('-').and_then(|(from, _)| minute_of_week(from));
    let (Some(start), Some(length)) = (start, window_minutes(window)) else { return false };
    (minute - start).rem_euclid(WEEK) < length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_may_reach_over_the_end_of_the_week() {
        let window = "sun:23:30-mon:00:30";
        assert_eq!(window_minutes(window), Some(60));
        assert!(is_within(window, 15));
        assert!(is_within(window, WEEK - 10));
        assert!(!is_within(window, 30));
        assert!(!is_within(window, WEEK - 31));
    }

    #[test]
    fn a_window_of_less_than_half_an_hour_is_refused() {
        let spec = |window: &str| WarehouseCluster {
            maintenance_window: window.into(),
            ..WarehouseCluster::default()
        };
        assert_eq!(validate(&spec("sun:05:00-sun:05:30")), []);
        assert_eq!(validate(&spec("sun:05:00-sun:05:29")).len(), 1);
        assert_eq!(validate(&spec("sun:05:00-sun:05:00")).len(), 1);
    }
}
