//! A message comes to a mailbox: it is stored once, filed for the right victim or kept in quarantine, and whoever has to
//! answer has a duty with a due time (requirements B1 to B5).
//!
//! **Invariant:** nothing about a case goes back to the sender from here, whoever that is (law 9).
//! **Invariant:** the statements are the same for a stranger and for a case that is not theirs, up to the decision.
//!
//! What a crash leaves: nothing, and then the mail server in front delivers again; or the whole message with its entries.

mod content;
mod desk;
mod filing;

use audit::entry::{Act, Entry};
use domain::address::EmailAddress;
use domain::area::{Area, AreaCode};
use domain::id::{AdviserId, InboundId, ThreadId};
use domain::mailbox::{self, Answered, Facts, Reason, Route, Sender, Supported};
use domain::urn::Urn;
use mail::inbound::{self, Bounds};
use mail::origin::Origins;
use mail::receiving::Received;
use store::Tx;
use store::drafts::MessageRow;
use store::mailboxes::{self, InboundRow};
use store::threads::{self, REFERENCES_MAX};
use vault::DataKey;

pub(crate) use content::Content;
use content::{Looked, content, look, with_checks};
pub use desk::MailDesk;
pub(crate) use desk::say;
pub(crate) use filing::Filing;

use crate::entries::entry;
use crate::files::FileRules;
use crate::{Error, Gateway, Result};

/// The worker that files.
pub(crate) const WORKER: &str = "system:mailboxes";
/// The owner of the key that the services' domains are sealed under.
const DOMAINS: &str = "mailboxes";
/// Bytes of a thread's token: nobody finds one of 2^128 by guessing, and its 32 digits fit into a local part.
const TOKEN_BYTES: usize = 16;

/// What mail that comes in is looked at with.
pub struct Incoming {
    /// Whom DNS is asked.
    pub origins: Origins,
    /// How large a message may be in each respect.
    pub bounds: Bounds,
    /// How files are taken, where an Area allows them; none are without it.
    pub files: Option<FileRules>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// It stands in a victim's file.
    Filed,
    /// It waits for a person.
    Quarantined(Reason),
    /// It was here before; nothing changed.
    Duplicate,
}

impl Gateway {
    /// The Area whose mailbox has this address, with or without a thread's token behind a `+`. Case is ignored.
    pub fn mailbox_area(&self, recipient: &str) -> Option<&AreaCode> {
        self.mailbox_owner(recipient).map(|area| &area.code)
    }

    fn mailbox_owner(&self, recipient: &str) -> Option<&Area> {
        let (address, _) = without_token(recipient);
        let mut areas = self.parts.areas.list().iter();
        areas.find(|area| {
            let mailbox = area.mailbox.as_ref();
            mailbox.is_some_and(|mailbox| mailbox.reveal().eq_ignore_ascii_case(&address))
        })
    }

    /// Stores a message that came to a mailbox, filed or in quarantine. When this answers, it is durable.
    pub async fn receive_mail(&self, mail: &Received) -> Result<Arrived> {
        let incoming = self.incoming.as_deref();
        let incoming = incoming.ok_or_else(|| Error::broken("mail", "no mail comes in at this gateway"))?;
        let area = mail
            .recipients
            .iter()
            .find_map(|recipient| self.mailbox_owner(recipient));
        let area = area.ok_or(Error::NotFound("mailbox"))?;
        let looked = look(incoming, mail, &area.files).await;
        let digest = self.parts.index.index("inbound", &inbound::identity(&mail.bytes));
        let mut tx = self.pool().begin_by_keys().await?;
        let facts = self.gather(&mut tx, &looked).await?;
        let row = InboundRow {
            id: InboundId::random(self.entropy()),
            area: area.code.as_str().to_owned(),
            state: "quarantined".to_owned(),
            reason: None,
            case_id: None,
            victim_id: None,
            adviser_id: None,
            thread_id: None,
            received_at: self.now(),
            decided_at: None,
            decided_by: None,
            decided_why: None,
            attachments: looked
                .read
                .as_ref()
                .map_or(0, |read| count(read.attachments.len())),
            sealed: Vec::new(),
        };
        let content = content(&looked);
        let (row, arrived, entries) = match mailbox::route(&facts) {
            Route::File {
                victim,
                adviser,
                thread,
            } => {
                let filing = Filing {
                    row,
                    content,
                    victim: self.load_victim(&mut tx, &victim).await?,
                    adviser,
                    thread,
                    method: "email",
                };
                let (row, entries) = self.file(&mut tx, WORKER, filing).await?;
                let added = mailboxes::add(&mut tx, &row, &digest).await?;
                (row, added.then_some(Arrived::Filed), entries)
            }
            Route::Quarantine(reason) => {
                let (row, entry) = self.quarantine(&mut tx, row, &content, reason).await?;
                let added = mailboxes::add(&mut tx, &row, &digest).await?;
                (row, added.then_some(Arrived::Quarantined(reason)), vec![entry])
            }
        };
        let Some(arrived) = arrived else {
            // Dropping the transaction takes back what was written for it.
            return Ok(Arrived::Duplicate);
        };
        self.keep_files(&mut tx, &row, &looked.files).await?;
        tx.commit(&entries).await?;
        Ok(arrived)
    }

    /// What decides where a message goes. Every statement is made for every message.
    async fn gather(&self, tx: &mut Tx, looked: &Looked) -> Result<Facts> {
        let now = self.now();
        let read = looked.read.as_ref();
        let from = read.and_then(|read| read.from.as_ref());
        let address = self.address_index(from);
        let known = threads::list_registered(tx, &address, now).await?;
        let domains = self.known_domains(tx).await?;
        let supported = threads::list_supported(tx, &address, now).await?;
        let token = self.token_hash(looked.token.as_deref().unwrap_or_default());
        let earlier = read.map(|read| read.references.as_slice()).unwrap_or_default();
        let earlier: Vec<_> = earlier
            .iter()
            .take(REFERENCES_MAX)
            .map(|id| self.reference_index(id))
            .collect();
        let answers = threads::list_answered(tx, &token, &earlier).await?;
        let words = read
            .map(|read| format!("{}\n{}", read.subject, read.text))
            .unwrap_or_default();
        let domain = read.map(|read| read.from_domain.as_str()).unwrap_or_default();
        let supported = supported.into_iter().map(|row| {
            let urn = Urn::parse(&row.urn).map_err(|fault| Error::broken("case", fault))?;
            Ok(Supported {
                victim: row.victim_id,
                urn,
                adviser: row.adviser_id,
            })
        });
        let answers = answers.into_iter().map(|row| Answered {
            thread: row.id,
            victim: row.victim_id,
            adviser: row.adviser_id,
            open: row.open,
        });
        Ok(Facts {
            form: looked.form,
            sender: if !known.is_empty() {
                Sender::Adviser(known)
            } else if domains.iter().any(|known| known == domain) {
                Sender::OfKnownService
            } else if domains.iter().any(|known| mailbox::resembles(domain, known)) {
                Sender::Lookalike
            } else {
                Sender::Unknown
            },
            verified: looked.verdict.names_its_sender(),
            answers: answers.collect(),
            urns: mailbox::urns_in(&words),
            supported: supported.collect::<Result<_>>()?,
        })
    }

    async fn quarantine(
        &self,
        tx: &mut Tx,
        mut row: InboundRow,
        content: &Content,
        reason: Reason,
    ) -> Result<(InboundRow, Entry)> {
        let key = self.mailbox_key(tx, &row.area).await?;
        row.sealed = self.seal(&key, "inbound", row.id.as_str(), content)?;
        row.reason = Some(reason.as_str().to_owned());
        let arrived = entry(self.now(), WORKER, Act::Collection, "mail-quarantined")?
            .with_area(&row.area)
            .with_reason(reason.as_str())
            .with_fact("inbound", row.id.as_str());
        Ok((row, with_checks(arrived, content)))
    }

    /// The key of what waits in an Area's quarantine, made when the first message waits.
    pub(crate) async fn mailbox_key(&self, tx: &mut Tx, area: &str) -> Result<DataKey> {
        self.owned_key(tx, &format!("mailbox:{area}")).await
    }

    /// Keeps by which address an adviser is known, and the domain of the service.
    pub(crate) async fn index_adviser(
        &self,
        tx: &mut Tx,
        id: &AdviserId,
        address: &EmailAddress,
    ) -> Result<()> {
        let domain = address.domain();
        let index = self.parts.index.index("service-domain", domain.as_bytes());
        threads::save_address(tx, id, &self.address_index(Some(address)), &index).await?;
        let key = self.owned_key(tx, DOMAINS).await?;
        let sealed = self.seal(&key, "service_domains", &hex::encode(index), &domain)?;
        Ok(threads::save_domain(tx, &index, &sealed).await?)
    }

    /// The domains of the services that we know.
    async fn known_domains(&self, tx: &mut Tx) -> Result<Vec<String>> {
        let rows = threads::list_domains(tx).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let key = self.owned_key(tx, DOMAINS).await?;
        let open = |(index, sealed): (Vec<u8>, Vec<u8>)| {
            Self::open(&key, "service_domains", &hex::encode(index), &sealed)
        };
        rows.into_iter().map(open).collect()
    }

    /// An address under the keyed index, whatever its case; for nobody, an index that nobody has.
    pub(crate) fn address_index(&self, address: Option<&EmailAddress>) -> [u8; 32] {
        let text = address
            .map(|address| address.reveal().to_lowercase())
            .unwrap_or_default();
        self.parts.index.index("adviser-address", text.as_bytes())
    }

    pub(crate) fn reference_index(&self, message_id: &str) -> [u8; 32] {
        self.parts.index.index("message-id", message_id.as_bytes())
    }

    /// What an adviser writes in reply to an answer of ours belongs to the conversation of that answer.
    pub(crate) async fn keep_reference(&self, tx: &mut Tx, answer: &MessageRow) -> Result<()> {
        if let Some(asked) = self
            .correspondent(tx, &answer.kind, &answer.obligation_id)
            .await?
        {
            let index = self.reference_index(&self.message_id_of(&answer.id));
            threads::add_reference(tx, &index, &asked.thread).await?;
        }
        Ok(())
    }

    /// What stands behind the `+` of the address that an adviser answers to. Made of the identifier under our key, so that
    /// it is written down nowhere.
    pub(crate) fn thread_token(&self, thread: &ThreadId) -> String {
        let bytes = self.parts.index.index("thread-token", thread.as_str().as_bytes());
        hex::encode(&bytes[..TOKEN_BYTES])
    }

    /// The address of an Area's mailbox by which an answer is known to belong to a conversation.
    pub fn answer_address(&self, thread: &ThreadId, area: &str) -> Option<String> {
        let mut areas = self.parts.areas.list().iter();
        let mailbox = areas.find(|one| one.code.as_str() == area)?.mailbox.as_ref()?;
        Some(format!(
            "{}+{}@{}",
            mailbox.local(),
            self.thread_token(thread),
            mailbox.domain()
        ))
    }

    pub(crate) fn token_hash(&self, token: &str) -> [u8; 32] {
        self.parts.index.index("thread-token-hash", token.as_bytes())
    }
}

fn count(files: usize) -> i64 {
    i64::try_from(files).unwrap_or(i64::MAX)
}

/// An address without the part of its local part that stands behind a `+`, and that part.
fn without_token(recipient: &str) -> (String, Option<String>) {
    let plain = recipient.to_ascii_lowercase();
    let split = plain.split_once('@').and_then(|(local, domain)| {
        let (local, token) = local.split_once('+')?;
        Some((format!("{local}@{domain}"), token.to_owned()))
    });
    match split {
        Some((address, token)) => (address, Some(token)),
        None => (plain, None),
    }
}
