use super::*;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn time(text: &str) -> ClockTime {
    ClockTime::parse(text).unwrap()
}

fn only(days: &[Day], from: &str, to: &str) -> Schedule {
    let windows = vec![Window::new(days, time(from), time(to)).unwrap()];
    Schedule {
        windows: Windows::Only { windows },
        exclusions: Vec::new(),
    }
}

#[test]
fn the_written_out_rule_is_the_london_of_the_zone_files() {
    let Ok(zone) = TimeZone::get(crate::time::LONDON) else {
        return;
    };
    let mut instant = at("1996-01-01T00:00:00Z");
    while instant < at("2037-01-01T00:00:00Z") {
        assert_eq!(london().to_datetime(instant), zone.to_datetime(instant));
        instant = instant
            .checked_add(jiff::SignedDuration::from_mins(6 * 60 + 59))
            .unwrap();
    }
}

#[test]
fn nothing_recorded_means_office_hours_on_weekdays_and_not_any_time() {
    let unasked = Schedule::default();
    assert!(unasked.is_open(at("2026-11-23T09:00:00Z")));
    assert!(!unasked.is_open(at("2026-11-23T08:59:59Z")) && !unasked.is_open(at("2026-11-23T17:00:00Z")));
    assert!(!unasked.is_open(at("2026-11-22T12:00:00Z")), "a Sunday");
    assert_eq!(
        unasked.next_open(at("2026-11-20T17:00:00Z")),
        Some(at("2026-11-23T09:00:00Z"))
    );
    let any = Schedule {
        windows: Windows::Any,
        exclusions: Vec::new(),
    };
    assert!(any.is_open(at("2026-11-22T03:00:00Z")));
}

#[test]
fn a_window_follows_the_london_clock_in_summer_and_winter() {
    let mornings = only(&Day::ALL, "09:00", "10:00");
    assert!(mornings.is_open(at("2026-07-01T08:30:00Z")) && !mornings.is_open(at("2026-07-01T09:30:00Z")));
    assert!(mornings.is_open(at("2026-12-01T09:30:00Z")) && !mornings.is_open(at("2026-12-01T08:30:00Z")));
}

#[test]
fn the_hour_that_is_missing_in_march_never_opens() {
    let missing = only(&Day::ALL, "01:00", "02:00");
    assert_eq!(
        missing.next_open(at("2026-03-29T00:00:00Z")),
        Some(at("2026-03-30T00:00:00Z"))
    );
    let across = only(&[Day::Sun], "01:15", "02:30");
    assert_eq!(
        across.next_open(at("2026-03-29T00:00:00Z")),
        Some(at("2026-03-29T01:00:00Z"))
    );
}

#[test]
fn the_hour_that_comes_twice_in_october_opens_twice() {
    let half = only(&[Day::Sun], "01:15", "01:30");
    assert_eq!(
        half.next_open(at("2026-10-25T00:00:00Z")),
        Some(at("2026-10-25T00:15:00Z"))
    );
    assert_eq!(
        half.next_open(at("2026-10-25T00:30:00Z")),
        Some(at("2026-10-25T01:15:00Z"))
    );
    assert_eq!(
        half.next_open(at("2026-10-25T01:30:00Z")),
        Some(at("2026-11-01T01:15:00Z"))
    );
}

#[test]
fn exclusions_cut_out_of_windows() {
    let mut schedule = only(&Day::WEEKDAYS, "09:00", "17:00");
    let lunch = Window::new(&[Day::Mon], time("12:00"), time("13:00")).unwrap();
    schedule.exclusions = vec![
        Exclusion::Weekly { window: lunch },
        Exclusion::Dates {
            first: "2026-11-24".parse().unwrap(),
            last: "2026-11-27".parse().unwrap(),
        },
    ];
    assert_eq!(
        schedule.next_open(at("2026-11-23T12:10:00Z")),
        Some(at("2026-11-23T13:00:00Z"))
    );
    assert_eq!(
        schedule.next_open(at("2026-11-23T17:00:00Z")),
        Some(at("2026-11-30T09:00:00Z"))
    );
}

#[test]
fn never_is_an_answer() {
    let never = Schedule {
        windows: Windows::Only { windows: Vec::new() },
        exclusions: Vec::new(),
    };
    assert_eq!(never.next_open(at("2026-11-23T12:00:00Z")), None);
}

#[test]
fn windows_that_make_no_sense_are_refused_when_read() {
    assert_eq!(
        Window::new(&[], time("09:00"), time("10:00")),
        Err(BadWindow::NoDay)
    );
    assert_eq!(
        Window::new(&[Day::Mon], time("22:00"), time("02:00")),
        Err(BadWindow::Empty)
    );
    assert!(serde_json::from_str::<Window>(r#"{"days":["mon"],"from":"10:00","to":"10:00"}"#).is_err());
    assert!(serde_json::from_str::<Window>(r#"{"days":["Montag"],"from":"09:00","to":"10:00"}"#).is_err());
    let schedule = only(&[Day::Fri, Day::Mon], "18:00", "24:00");
    let json = serde_json::to_string(&schedule).unwrap();
    assert_eq!(serde_json::from_str::<Schedule>(&json).unwrap(), schedule);
}

fn windows() -> impl Strategy<Value = Vec<Window>> {
    let one = (1_u8..128, 0_u16..96, 1_u16..96).prop_map(|(days, from, length)| {
        let days: Vec<Day> = Day::ALL
            .into_iter()
            .enumerate()
            .filter(|(n, _)| days >> n & 1 == 1)
            .map(|(_, d)| d)
            .collect();
        let text = |quarter: u16| format!("{:02}:{:02}", quarter / 4, quarter % 4 * 15);
        Window::new(&days, time(&text(from)), time(&text((from + length).min(96)))).unwrap()
    });
    prop::collection::vec(one, 0..3)
}

proptest! {
    /// The search agrees with looking at every quarter of an hour, on the weeks in which the clocks change too.
    #[test]
    fn the_next_opening_is_the_first_that_looking_minute_by_minute_finds(
        open in windows(), shut in windows(), week in 0..3_usize, quarter in 0_i64..(4 * 24 * 9),
    ) {
        let start = at(["2026-03-25T00:00:00Z", "2026-10-21T00:00:00Z", "2026-07-01T00:00:00Z"][week]);
        let from = start.checked_add(jiff::SignedDuration::from_mins(quarter * 15)).unwrap();
        let schedule = Schedule {
            windows: Windows::Only { windows: open },
            exclusions: shut.into_iter().map(|window| Exclusion::Weekly { window }).collect(),
        };
        let stepwise = (0..4 * 24 * 15)
            .map(|step| from.checked_add(jiff::SignedDuration::from_mins(step * 15)).unwrap())
            .find(|instant| schedule.is_open(*instant));
        prop_assert_eq!(schedule.next_open(from), stepwise);
    }
}
