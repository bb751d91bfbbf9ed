//! Whoever guesses tokens and return paths opens nothing with them.

use std::sync::Arc;

use domain::mailbox::Reason;
use domain::time::random;
use flows::{Arrived, MailDesk};
use harness::case::URN;
use harness::chance::SeededEntropy;
use harness::database::{Database, sqlite};
use harness::gateway::{MAIL_DOMAIN, OFFICER};
use harness::house::MAILBOX_DOMAIN;
use harness::on_both;
use mail::receiving::{Received, Receiver as _};

use super::{ADVISER, mail, question, trial};

/// The adviser, who is who they say and has a conversation of their own, tries so many tokens of others. Answers how many
/// opened a conversation: there must be none.
pub(crate) async fn guess_tokens(database: &Database, count: usize) -> usize {
    let trial = trial(database).await;
    assert_eq!(trial.receive(&question()).await, Arrived::Filed);
    let chance = SeededEntropy::new(16);
    let mut opened = 0;
    for number in 0..count {
        let token = digits(&chance);
        let guess = Received {
            recipients: vec![format!("north-east+{token}@{MAILBOX_DOMAIN}")],
            ..mail(ADVISER, &format!("Subject: {number}\r\n"), "Is this the one?")
        };
        let arrived = trial.receive(&guess).await;
        opened += usize::from(arrived != Arrived::Quarantined(Reason::NoLink));
    }
    let mut tx = trial.house.reader().await;
    let found = store::subjects::find_by_ref(&mut tx, URN, "V-1")
        .await
        .expect("an answer");
    drop(tx);
    let victim = found.expect("the victim").victim.id;
    let file = trial
        .flows
        .read_correspondence(OFFICER, &victim, "answer-the-victim")
        .await;
    assert_eq!(file.expect("a file").1.len(), 1, "only the question");
    opened
}

/// 32 random digits.
fn digits(chance: &SeededEntropy) -> String {
    format!("{:032x}", u128::from_be_bytes(random(chance)))
}

on_both!(
    async fn guessed_tokens_open_no_conversation(database: Database) {
        assert_eq!(guess_tokens(&database, 100).await, 0);
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_guessed_return_paths_and_tokens_are_no_address_of_ours() {
    let trial = trial(&sqlite().await).await;
    let desk = MailDesk::new(Arc::new(trial.flows));
    let chance = SeededEntropy::new(7);
    for _ in 0..100_000 {
        let (id, tag) = (digits(&chance), digits(&chance));
        let path = format!("b-{id}-{}@{MAIL_DOMAIN}", &tag[..24]);
        assert!(!desk.knows("", &path), "{path}");
    }
}
