//! What a delivery asks of the database, without a delivery: the statements of `Gateway::deliver_batch` in its
//! order and its transactions, with values made beforehand. No mail, no sealing, no deciding.

use audit::merkle::leaf_hash;
use domain::id::{AttemptId, ContactId};
use domain::time::Clock as _;
use harness::chance::{MachineClock, SeededEntropy};
use store::{Arg, Pool};

use super::raw::Raw;

const WORKER: &str = "bench";
/// Entries, and openings, that one statement writes, as in `store::log` and `store::openings`.
const ROWS: i64 = 8;
/// A sealed opening: key and address in the second bucket, with format, nonce and tag.
const OPENING_BYTES: usize = 1 + 12 + 256 + 16;

/// Runs deliveries' statements on one database.
pub(super) struct Statements<'a> {
    pub(super) pool: &'a Pool,
    pub(super) chance: &'a SeededEntropy,
    /// The two log entries of one delivery, as the true one wrote them.
    pub(super) attempted: &'a [u8],
    pub(super) ended: &'a [u8],
}

/// One message on its way through the statements.
struct Going {
    message: String,
    obligation: String,
    victim: String,
    case: String,
    attempt: String,
}

fn text(value: &str) -> Arg {
    Arg::from(value)
}

impl Statements<'_> {
    /// As many messages as the outbox still has, up to `messages`, `batch` of them to a claim, in groups of `group`
    /// to a mark. Answers how many.
    pub(super) async fn run(&self, messages: usize, batch: usize, group: usize) -> usize {
        let mut done = 0;
        while done < messages {
            let going = self.attempt(batch.min(messages - done)).await;
            if going.is_empty() {
                break;
            }
            for group in going.chunks(group) {
                self.mark(group).await;
            }
            self.end(&going).await;
            done += going.len();
        }
        done
    }

    async fn attempt(&self, most: usize) -> Vec<Going> {
        let now = MachineClock.now();
        let lease_until = now + jiff::SignedDuration::from_mins(5);
        let mut tx = Raw::begin(self.pool).await;
        let most = i64::try_from(most).expect("a small number");
        let claims = tx
            .run(
                "outbox.claim",
                [text(WORKER), lease_until.into(), now.into(), most.into()],
            )
            .await;
        let mut going = Vec::with_capacity(claims.len());
        for claim in claims {
            let message = claim.text(0).expect("an id");
            let row = tx.run("messages.find", [text(&message)]).await.remove(0);
            let (obligation, victim) = (row.text(2).expect("an id"), row.text(3).expect("an id"));
            tx.run("obligations.find", [text(&obligation)]).await;
            let row = tx.run("subjects.find", [text(&victim)]).await.remove(0);
            let case = row.text(1).expect("an id");
            tx.run("defendants.list", [text(&case)]).await;
            tx.run("data_keys.find", [text(&case)]).await;
            let attempt = AttemptId::random(self.chance).to_string();
            // Any identifier will do for the point.
            tx.run(
                "attempts.add",
                [text(&attempt), text(&message), text(&victim), now.into()],
            )
            .await;
            going.push(Going {
                message,
                obligation,
                victim,
                case,
                attempt,
            });
        }
        self.openings(&mut tx, &going).await;
        self.log(&mut tx, self.attempted, going.len()).await;
        tx.commit().await;
        going
    }

    /// What opens each attempt's commitment to its address.
    async fn openings(&self, tx: &mut Raw, going: &[Going]) {
        let row = |one: &Going| {
            let half = || AttemptId::random(self.chance).to_string();
            let sealed = vec![0; OPENING_BYTES];
            [text(&(half() + &half())), text(&one.victim), (&sealed).into()]
        };
        for rows in going.chunks(usize::try_from(ROWS).expect("a small number")) {
            if i64::try_from(rows.len()) == Ok(ROWS) {
                tx.run("openings.add_rows", rows.iter().flat_map(row)).await;
            } else {
                for one in rows {
                    tx.run("openings.add_one", row(one)).await;
                }
            }
        }
    }

    async fn mark(&self, group: &[Going]) {
        let now = MachineClock.now();
        let mut tx = Raw::begin(self.pool).await;
        for one in group {
            tx.run("obligations.find", [text(&one.obligation)]).await;
            tx.run("subjects.find", [text(&one.victim)]).await;
            tx.run("defendants.list", [text(&one.case)]).await;
            tx.run("data_keys.find", [text(&one.case)]).await;
            tx.run("attempts.mark", [text(&one.attempt), now.into()]).await;
        }
        tx.commit().await;
    }

    async fn end(&self, going: &[Going]) {
        let now = MachineClock.now();
        let mut tx = Raw::begin(self.pool).await;
        for one in going {
            let args = [text(&one.attempt), now.into(), text("accepted"), text("250")];
            tx.run("attempts.end", args).await;
            let args = [
                text(&one.message),
                text("delivered"),
                Arg::Int(None),
                text("250"),
                now.into(),
                text(WORKER),
            ];
            tx.run("outbox.settle", args).await;
            let contact = ContactId::random(self.chance).to_string();
            let args = [
                text(&contact),
                text(&one.case),
                text(&one.victim),
                text(&one.obligation),
                text(&one.message),
                text("email"),
                text("outbound"),
                text("victim"),
                text("accepted"),
                false.into(),
                Arg::Int(None),
                now.into(),
                now.into(),
                text("system:outbox"),
                Arg::Bytes(None),
            ];
            tx.run("contacts.add", args).await;
            tx.run("obligations.find", [text(&one.obligation)]).await;
            let args = [
                text(&one.obligation),
                text("discharged"),
                text(&one.message),
                text("email-accepted"),
                now.into(),
            ];
            tx.run("obligations.end", args).await;
            tx.run("obligations.list_open_by_victim", [text(&one.victim)])
                .await;
        }
        self.log(&mut tx, self.ended, going.len()).await;
        tx.commit().await;
    }

    async fn log(&self, tx: &mut Raw, body: &[u8], count: usize) {
        let count = i64::try_from(count).expect("a small number");
        let size = tx.run("log_head.take", [count.into()]).await[0]
            .int(0)
            .expect("a size");
        let leaf = leaf_hash(body);
        let row = |index: i64| [index.into(), leaf.as_bytes().as_slice().into(), body.into()];
        let mut index = size - count;
        while index < size {
            if size - index < ROWS {
                tx.run("log_entries.add", row(index)).await;
                index += 1;
            } else {
                tx.run("log_entries.add_rows", (index..index + ROWS).flat_map(row))
                    .await;
                index += ROWS;
            }
        }
    }
}
