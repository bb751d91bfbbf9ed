//! Files that come with a message: which are taken, who judges them, who gets them, and when they go. `clamd` is Debian's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::id::{InboundId, VictimId};
use flows::{Arrived, FileKind, FileStanding, FileState, Kind, MailRead, MailboxQuestion, Scanned};
use harness::bytes::{every_byte, found_in};
use harness::case::URN;
use harness::clamd::{Clamd, FILE_MAX, SIGNATURE, STREAM_MAX, eicar};
use harness::gateway::{APPROVER, AUDITOR, OFFICER};
use harness::on_both;
use jiff::SignedDuration;
use mail::attachments::Refusal;
use mail::receiving::Received;
use mail::scanning::{Failure, Scanner, Verdict};

use super::filing::{REASON, victim};
use super::referrals::{ASKED, NADIA, add_prosecutors};
use super::{ADVISER, Trial, mail, trial};

pub(crate) const LETTER: &[u8] = b"%PDF-1.7\na letter of support, CANARY-OF-A-FILE\n%%EOF\n";
const CANARY: &str = "CANARY-OF-A-FILE";

/// What an adviser writes with these files: the type and the name that are said, and the content.
pub(crate) fn with_files(text: &str, files: &[(&str, &str, &[u8])]) -> Received {
    let parts = files.iter().map(|(media_type, name, content)| {
        format!(
            "--b\r\nContent-Type: {media_type}\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            STANDARD.encode(content)
        )
    });
    let body = format!(
        "--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n{}--b--",
        parts.collect::<String>()
    );
    mail(
        ADVISER,
        "Subject: A letter\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n",
        &body,
    )
}

pub(super) fn letter(text: &str) -> Received {
    with_files(text, &[("application/pdf", "Letter about Maren.pdf", LETTER)])
}

impl Trial {
    /// The same, where files are taken.
    pub(crate) fn scanning(self, scanner: Scanner) -> Self {
        let flows = self.house.taking_files(self.zone.address(), scanner);
        Self { flows, ..self }
    }

    async fn scan(&self) -> Scanned {
        self.flows.scan_next().await.expect("a round")
    }

    pub(super) async fn only_letter(&self, her: &VictimId) -> MailRead {
        let read = self.flows.read_correspondence(OFFICER, her, REASON).await;
        let (_, mut list) = read.expect("a file");
        assert_eq!(list.len(), 1);
        list.remove(0)
    }

    /// What somebody gets of a file: its content, or why not.
    pub(super) async fn take(
        &self,
        user: &str,
        her: &VictimId,
        message: &InboundId,
        number: i64,
    ) -> Result<Vec<u8>, Kind> {
        let taken = self.flows.read_file(user, (her, message, number), REASON).await;
        taken
            .map(|file| file.bytes.to_vec())
            .map_err(|fault| fault.kind())
    }
}

fn standings(mail: &MailRead) -> Vec<FileStanding> {
    mail.files.iter().map(|file| file.standing).collect()
}

on_both!(
    async fn an_officer_gets_a_file_once_it_is_scanned_and_nobody_gets_a_harmful_one(database: Database) {
        let clamd = Clamd::start().await;
        let trial = trial(&database).await.scanning(clamd.scanner());
        let message = with_files(
            &format!("About {URN}: please see the files."),
            &[
                ("application/pdf", "Letter about Maren.pdf", LETTER),
                ("text/plain", "notes.txt", &eicar()),
                ("application/pdf", "invoice.pdf", b"MZ\x90\0a program"),
            ],
        );
        assert_eq!(trial.receive(&message).await, Arrived::Filed);
        let her = victim(&trial, URN, "V-1").await;
        let letter = trial.only_letter(&her).await;
        let id = &letter.mail.id;
        let waiting = |kind| FileStanding::Taken(kind, FileState::Waiting);
        let refused = FileStanding::Refused(Refusal::Kind);
        assert_eq!(
            standings(&letter),
            [waiting(FileKind::Pdf), waiting(FileKind::Text), refused]
        );
        assert_eq!(
            trial.take(OFFICER, &her, id, 1).await,
            Err(Kind::NotFound),
            "not scanned"
        );

        assert_eq!(trial.scan().await, Scanned::Judged(FileState::Clean));
        assert_eq!(trial.scan().await, Scanned::Judged(FileState::Infected));
        assert_eq!(trial.scan().await, Scanned::Nothing);
        let judged = standings(&trial.only_letter(&her).await);
        let clean = FileStanding::Taken(FileKind::Pdf, FileState::Clean);
        let infected = FileStanding::Taken(FileKind::Text, FileState::Infected);
        assert_eq!(judged, [clean, infected, refused]);
        assert_eq!(trial.take(OFFICER, &her, id, 1).await.as_deref(), Ok(LETTER));
        for number in [0, 2, 3, 4, i64::MAX] {
            assert_eq!(
                trial.take(OFFICER, &her, id, number).await,
                Err(Kind::NotFound),
                "{number}"
            );
        }
        let told = trial.house.unseen().await;
        assert!(told.iter().any(|(kind, _)| kind == "file-infected"), "{told:?}");
        let log = trial.house.log_bodies().await.concat();
        let named = ["file-scanned", SIGNATURE, "file-read", "Letter about", CANARY];
        assert_eq!(found_in(&log, &named), &named[..3]);
        let stored = every_byte(&database).await;
        assert!(found_in(&stored, &[CANARY, "Letter about"]).is_empty(), "sealed");
    }
);

on_both!(
    async fn only_who_may_read_the_message_gets_its_file(database: Database) {
        let clamd = Clamd::start().await;
        let trial = trial(&database).await.scanning(clamd.scanner());
        assert_eq!(
            trial.receive(&letter(&format!("About {URN}."))).await,
            Arrived::Filed
        );
        assert_eq!(trial.scan().await, Scanned::Judged(FileState::Clean));
        let her = victim(&trial, URN, "V-1").await;
        let id = trial.only_letter(&her).await.mail.id;
        add_prosecutors(&trial.flows).await;
        assert_eq!(trial.take(APPROVER, &her, &id, 1).await.as_deref(), Ok(LETTER));
        assert_eq!(trial.take(AUDITOR, &her, &id, 1).await, Err(Kind::NotAllowed));
        assert_eq!(
            trial.take(NADIA, &her, &id, 1).await,
            Err(Kind::NotFound),
            "nobody asked her"
        );
        let asked = trial.flows.refer_question(OFFICER, &her, &id, ASKED).await;
        asked.expect("referred");
        assert_eq!(trial.take(NADIA, &her, &id, 1).await.as_deref(), Ok(LETTER));
    }
);

on_both!(
    async fn a_file_goes_with_its_message_out_of_quarantine_or_away(database: Database) {
        let clamd = Clamd::start().await;
        let trial = trial(&database).await.scanning(clamd.scanner());
        for text in ["How is Maren?", "And how is she?"] {
            assert!(matches!(
                trial.receive(&letter(text)).await,
                Arrived::Quarantined(_)
            ));
        }
        let waiting = trial.flows.list_mail(OFFICER, MailboxQuestion::Waiting).await;
        let [first, second] = waiting.expect("a list").try_into().expect("two");
        // One is scanned before it is filed, the other one after.
        assert_eq!(trial.scan().await, Scanned::Judged(FileState::Clean));
        let her = victim(&trial, URN, "V-1").await;
        let filed = trial.flows.file_quarantined(OFFICER, &first.id, &her).await;
        filed.expect("filed");
        assert_eq!(trial.scan().await, Scanned::Judged(FileState::Clean));
        assert_eq!(
            trial.take(OFFICER, &her, &first.id, 1).await.as_deref(),
            Ok(LETTER)
        );
        assert_eq!(
            trial.take(OFFICER, &her, &second.id, 1).await,
            Err(Kind::NotFound),
            "in quarantine"
        );

        let rejected = trial
            .flows
            .reject_quarantined(OFFICER, &second.id, "not-for-us")
            .await;
        rejected.expect("rejected");
        let mut tx = trial.house.reader().await;
        let left = store::inbound_files::list(&mut tx, &second.id)
            .await
            .expect("an answer");
        assert!(left.is_empty(), "{left:?}");
    }
);

on_both!(
    async fn a_file_waits_for_a_scanner_that_is_away_and_is_asked_about_again(database: Database) {
        let clamd = Clamd::start().await;
        let trial = trial(&database).await.scanning(clamd.scanner());
        assert_eq!(
            trial.receive(&letter(&format!("About {URN}."))).await,
            Arrived::Filed
        );
        drop(clamd);
        assert!(matches!(trial.scan().await, Scanned::NoVerdict(Failure::Away(_))));
        assert_eq!(trial.scan().await, Scanned::Nothing, "not at once again");
        assert_eq!(trial.flows.count_unscanned().await.expect("a number"), 1);
        let her = victim(&trial, URN, "V-1").await;
        let id = trial.only_letter(&her).await.mail.id;
        assert_eq!(trial.take(OFFICER, &her, &id, 1).await, Err(Kind::NotFound));

        let clamd = Clamd::start().await;
        let trial = trial.scanning(clamd.scanner());
        let later = trial.flows.now() + SignedDuration::from_secs(16);
        trial.house.clock().set_to(later);
        assert_eq!(trial.scan().await, Scanned::Judged(FileState::Clean));
        assert_eq!(trial.take(OFFICER, &her, &id, 1).await.as_deref(), Ok(LETTER));
    }
);

on_both!(
    async fn nothing_is_taken_where_nothing_is_scanned(database: Database) {
        let trial = trial(&database).await;
        assert_eq!(
            trial.receive(&letter(&format!("About {URN}."))).await,
            Arrived::Filed
        );
        let her = victim(&trial, URN, "V-1").await;
        let letter = trial.only_letter(&her).await;
        assert_eq!(standings(&letter), [FileStanding::NotTaken]);
        assert_eq!(letter.files[0].name, "Letter about Maren.pdf");
        assert_eq!(trial.flows.count_unscanned().await.expect("a number"), 0);
        assert_eq!(trial.scan().await, Scanned::Nothing);
    }
);

#[tokio::test]
async fn the_scanner_finds_what_is_harmful_and_lets_the_rest_be() {
    let clamd = Clamd::start().await;
    let scanner = clamd.scanner();
    let infected = Verdict::Infected(SIGNATURE.to_owned());
    assert_eq!(scanner.scan(LETTER).await, Ok(Verdict::Clean));
    assert_eq!(scanner.scan(&eicar()).await.as_ref(), Ok(&infected));
    let deep_inside = [&vec![b'a'; 200_000][..], &eicar(), &vec![b'b'; 200_000][..]].concat();
    assert_eq!(scanner.scan(&deep_inside).await.as_ref(), Ok(&infected));
    // What it does not look through is nothing clean.
    let unlooked = [&vec![b'a'; FILE_MAX][..], &eicar()].concat();
    assert!(matches!(scanner.scan(&unlooked).await, Ok(Verdict::Infected(_))));
    assert_eq!(
        scanner.scan(&vec![b'a'; 3 * STREAM_MAX]).await,
        Err(Failure::TooLarge)
    );
    assert_eq!(scanner.scan(&eicar()).await, Ok(infected));
}
