use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

const POLICY: &str = include_str!("../../../../config/retention.toml");

fn row(flag: &str, does: Does, years: Option<u8>) -> Row {
    Row {
        flag: flag.to_owned(),
        does,
        years,
        confirmed: true,
        grade: "house".to_owned(),
        source: "a test".to_owned(),
        note: String::new(),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn stated() -> Policy {
    let mut policy = Policy::parse(POLICY).unwrap();
    policy.rows[0].years = Some(5);
    policy
}

fn flags(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_policy_as_it_comes_lets_nothing_go_and_confirms_nothing() {
    let policy = Policy::parse(POLICY).unwrap();
    assert!(policy.rows().iter().all(|row| !row.confirmed));
    assert_eq!(
        policy.flags().collect::<Vec<_>>(),
        ["csa", "covid", "inquiry-hold", "legal-hold"]
    );
    let kept = policy.weigh(Some(at("1970-01-01T00:00:00Z")), &[]);
    assert_eq!(kept, Retention::NotStated(flags(&["default"])));
    assert!(!kept.lets_go(at("2200-01-01T00:00:00Z")));
    assert!(
        kept.refusal(at("2200-01-01T00:00:00Z"))
            .unwrap()
            .contains("row default")
    );
}

#[test]
fn an_open_case_is_kept_whatever_the_policy_says() {
    assert_eq!(stated().weigh(None, &[]), Retention::Open);
    assert!(
        Retention::Open
            .refusal(at("2200-01-01T00:00:00Z"))
            .unwrap()
            .contains("open")
    );
}

#[test]
fn the_clock_starts_on_the_london_day_of_the_closing_and_the_last_day_counts() {
    // 23:30 UTC on 30 June is the next day in London.
    let kept = stated().weigh(Some(at("2026-06-30T23:30:00Z")), &[]);
    assert_eq!(kept, Retention::Through("2031-07-01".parse().unwrap()));
    assert!(!kept.lets_go(at("2031-07-01T22:59:59Z")));
    assert!(kept.lets_go(at("2031-07-01T23:00:00Z")), "midnight in London");
    assert_eq!(kept.refusal(at("2031-07-01T23:00:00Z")), None);
}

#[test]
fn flags_lengthen_or_hold() {
    let closed = Some(at("2026-01-10T12:00:00Z"));
    let through = |names: &[&str]| stated().weigh(closed, &flags(names));
    assert_eq!(
        through(&["covid"]),
        Retention::Through("2033-01-10".parse().unwrap())
    );
    assert_eq!(
        through(&["csa"]),
        Retention::Through("2051-01-10".parse().unwrap())
    );
    assert_eq!(
        through(&["covid", "csa"]),
        Retention::Through("2053-01-10".parse().unwrap())
    );
    assert_eq!(
        through(&["csa", "legal-hold"]),
        Retention::Held(flags(&["legal-hold"]))
    );
    assert_eq!(
        through(&["a-flag-of-an-older-policy"]),
        Retention::Held(flags(&["a-flag-of-an-older-policy"]))
    );
}

#[test]
fn every_fault_of_the_policy_is_named_with_its_line_at_once() {
    let wrong = "[[row]]\nflag = \"default\"\ndoes = \"hold\"\nyears = 3\nconfirmed = false\ngrade = \"A\"\nsource = \"x\"\n\
                 [[row]]\nflag = \"Csa\"\ndoes = \"add\"\nyears = 0\nconfirmed = true\ngrade = \"Z\"\nsource = \" \"\n";
    let lines: Vec<_> = Policy::parse(wrong).unwrap_err().iter().map(|f| f.line).collect();
    assert_eq!(lines, [1, 1, 1, 8, 8, 8, 8]);
    assert_eq!(Policy::parse("").unwrap_err()[0].line, 0);
    assert_eq!(Policy::parse("[[row]]\nflag = 7").unwrap_err().len(), 1);
}

fn policies() -> impl Strategy<Value = Policy> {
    let does = prop_oneof![Just(Does::Keep), Just(Does::Add), Just(Does::Hold)];
    let years = proptest::option::of(1_u8..=120);
    let others = proptest::collection::vec((does, years), 0..6);
    (proptest::option::of(1_u8..=120), others).prop_map(|(default, others)| {
        let mut rows = vec![row(DEFAULT, Does::Keep, default)];
        for (number, (does, years)) in others.into_iter().enumerate() {
            rows.push(row(&format!("f{number}"), does, years));
        }
        Policy { rows }
    })
}

proptest! {
    #[test]
    fn no_flag_ever_shortens(
        policy in policies(), chosen in proptest::collection::vec(0_usize..8, 0..6), more in 0_usize..8,
        closed_s in 0_i64..4_000_000_000, later_s in 0_i64..12_000_000_000,
    ) {
        let closed = Timestamp::from_second(closed_s).unwrap();
        let now = Timestamp::from_second(closed_s + later_s).unwrap();
        let fewer: Vec<_> = chosen.iter().map(|n| format!("f{n}")).collect();
        let with_one_more = [fewer.clone(), vec![format!("f{more}")]].concat();
        let (short, long) = (policy.weigh(Some(closed), &fewer), policy.weigh(Some(closed), &with_one_more));
        prop_assert!(short.lets_go(now) || !long.lets_go(now), "{short:?} {long:?}");
        if let (Retention::Through(short), Retention::Through(long)) = (&short, &long) {
            prop_assert!(long >= short);
        }
        prop_assert_eq!(long.refusal(now).is_none(), long.lets_go(now));
        prop_assert!(!policy.weigh(None, &fewer).lets_go(now));
    }
}
