//! Every due time against a calculation that shares nothing with ours: `tests/oracle/working_days.py` has
//! its own table of rules, its own calendar and its own rule for summer time.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use domain::calendar::Calendar;
use domain::deadline::deadline;
use domain::rulebook::{Limit, Rulebook};
use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    rule: String,
    from: String,
    enhanced: String,
    #[serde(default)]
    due: Option<String>,
    #[serde(default)]
    error: Option<String>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).expect(name)
}

#[test]
fn every_rule_agrees_with_the_independent_calculation_on_every_day_of_2018_to_2028() {
    let rulebook = Rulebook::parse(&read("config/victims-code.toml")).expect("the rulebook");
    let calendar = Calendar::parse(&read("config/bank-holidays.json")).expect("the calendar");
    let mut oracle = Command::new("python3")
        .args(["-B", "tests/oracle/working_days.py", "--all"])
        .current_dir(root())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs; `make test` installs it");
    let (mut rules, mut answered, mut refused) = (BTreeSet::new(), 0_u32, 0_u32);
    for line in BufReader::new(oracle.stdout.take().expect("its output")).lines() {
        let line: Line = serde_json::from_str(&line.expect("a line")).expect("the oracle's JSON");
        let rule = rulebook.rule(&line.rule).expect("a rule of ours");
        let ours = deadline(
            rule,
            line.from.parse().expect("an instant"),
            line.enhanced == "yes",
            &calendar,
        );
        match (ours, &line.due, &line.error) {
            (Ok(Some(ours)), Some(theirs), None) => {
                assert_eq!(
                    ours.due_text(),
                    *theirs,
                    "{} from {} enhanced {}",
                    line.rule,
                    line.from,
                    line.enhanced
                );
                answered += 1;
            }
            (Err(_), None, Some(_)) => refused += 1,
            (ours, due, error) => panic!(
                "{} from {}: {ours:?}, the oracle {due:?} {error:?}",
                line.rule, line.from
            ),
        }
        rules.insert(line.rule);
    }
    assert!(oracle.wait().expect("the oracle ends").success());
    let numbered = rulebook
        .rules()
        .iter()
        .filter(|rule| !matches!(rule.limit, Limit::None | Limit::AtTheTime));
    let ours = numbered
        .map(|rule| rule.id.as_str().to_owned())
        .collect::<BTreeSet<_>>();
    assert_eq!(
        rules, ours,
        "the oracle speaks of every rule with a number and of no other"
    );
    assert!(
        answered > 250_000 && refused > 500,
        "{answered} answered, {refused} refused past the last known year"
    );
}
