//! Messages that are held or have failed: counts, and lines that name a message by its random id alone. Whose it is and
//! what it says, its officer sees.

use axum::extract::State;
use domain::safety::HoldReason;
use flows::{UNDELIVERED_MAX, Undelivered};

use super::{List, Section};
use crate::door::Door;
use crate::page::Shown;
use crate::parts::Table;
use crate::refusal::Refusal;
use crate::visit::Visit;
use crate::{show, timeline};

/// Reasons that say something about a person or a case, which is no administrator's to know.
const ABOUT_SOMEBODY: [&str; 8] = [
    "withdrawn",
    "opted-out",
    "wants-no-contact",
    "deceased",
    "deny-set",
    "no-consent",
    "content-not-wanted",
    "text-not-agreed",
];

pub(super) async fn show(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let undelivered = door.gateway().list_undelivered(visit.user()?).await?;
    let mut counts = Table::new("Counted", &["State", "Reason", "Messages"]);
    for (state, reason, count) in counted(&undelivered) {
        counts = counts.row(state, vec![vec![reason], vec![count.to_string()]]);
    }
    let mut lines = Table::new("One by one", &["Message", "Area", "State", "Reason", "Since"]);
    for row in &undelivered.messages {
        lines = lines.row(
            row.message.as_str(),
            vec![
                vec![show::area(&door, &row.area)],
                vec![state(&row.state)],
                vec![reason(&row.reason)],
                vec![show::moment(row.changed_at)],
            ],
        );
    }
    let none = "Nothing is held, and nothing has failed.";
    List {
        heading: "Messages that do not arrive",
        intro: vec![
            "In your Areas. Each has its officer, who has been told and decides.".to_owned(),
            format!("Up to {UNDELIVERED_MAX} are named, those that have waited longest."),
        ],
        sections: vec![
            Section::new(Some("How many"), counts, none),
            Section::new(Some("Which"), lines, none),
        ],
        ..List::default()
    }
    .shown(&door, &visit)
}

/// State and reason in words with how many: what reads the same is counted together.
fn counted(undelivered: &Undelivered) -> Vec<(String, String, i64)> {
    let mut counted = Vec::<(String, String, i64)>::new();
    for (code, why, count) in &undelivered.counts {
        let (state, reason) = (state(code), reason(why));
        match counted.iter_mut().find(|one| one.0 == state && one.1 == reason) {
            Some(known) => known.2 += count,
            None => counted.push((state, reason, *count)),
        }
    }
    counted
}

fn state(code: &str) -> String {
    show::sentence(timeline::delivery(code))
}

fn reason(code: &str) -> String {
    let known = match code {
        "" => "No reason is recorded.",
        "no-tls" => "There was no verified TLS with the relay.",
        "no-answer" => "The relay did not answer.",
        "refused-us" => "The relay refused us.",
        "technical" => "The relay took our side’s request for a mistake.",
        "cannot-be-composed" => "Our own side could not put the message together.",
        "end-not-seen" => "The end was not seen.",
        code if ABOUT_SOMEBODY.contains(&code) => {
            "What is known of the person or the case stops it. Its officer sees why and decides."
        }
        code => match HoldReason::explain_code(code) {
            Some(words) => words,
            None if code.bytes().all(|byte| byte.is_ascii_digit()) => {
                return format!("The relay or the receiving server answered with {code}.");
            }
            None => return crate::words::code(code),
        },
    };
    known.to_owned()
}

pub(super) fn in_short(undelivered: &Undelivered) -> String {
    match undelivered.counts.iter().map(|(_, _, count)| count).sum::<i64>() {
        0 => "None is held or has failed".to_owned(),
        1 => "1 is held or has failed".to_owned(),
        many => format!("{many} are held or have failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_something_of_somebody_is_not_said() {
        for code in ABOUT_SOMEBODY {
            let words = HoldReason::explain_code(code).expect("a reason of the law");
            assert_ne!(reason(code), words);
            assert!(reason(code).contains("Its officer sees why"));
        }
        assert_eq!(
            reason("451"),
            "The relay or the receiving server answered with 451."
        );
    }
}
