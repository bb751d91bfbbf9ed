//! The conversation about one folder.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use async_imap::Session;
use async_imap::imap_proto::{
    AttributeValue, Capability, MailboxDatum, RequestId, Response, ResponseCode, Status,
};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::bounded::Bounded;
use super::{Failure, Letter, Look, REFUSED, RemoteConfig, TAKEN};

/// What a server may say in answer to a command.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// What it may say in answer to a search: UIDs of some 250,000 messages.
const SEARCH_BYTES_MAX: usize = 2 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_mins(1);
/// For the bytes of a message.
const MESSAGE_PATIENCE: Duration = Duration::from_mins(10);
/// RFC 2177 section 3: IDLE is begun again before 29 minutes are over.
const IDLE_MAX: Duration = Duration::from_mins(25);

/// A selected folder. Dropping it ends the connection.
pub struct Folder {
    session: Session<Bounded>,
    message_bytes_max: usize,
    uid_validity: u32,
    idles: bool,
    /// Messages in it, as the server said last.
    exists: u32,
    /// Whether one came since the last look began.
    came: bool,
}

impl std::fmt::Debug for Folder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Folder")
    }
}

impl Folder {
    pub(super) async fn select(session: Session<Bounded>, config: &RemoteConfig) -> Result<Self, Failure> {
        let mut folder = Self {
            session,
            message_bytes_max: config.message_bytes_max,
            uid_validity: 0,
            idles: false,
            exists: 0,
            came: false,
        };
        let mut idles = false;
        folder
            .ask("CAPABILITY", ANSWER_BYTES_MAX, PATIENCE, |answer| {
                if let Response::Capabilities(offers) = answer {
                    idles |= offers.iter().any(
                        |offer| matches!(offer, Capability::Atom(word) if word.eq_ignore_ascii_case("IDLE")),
                    );
                }
            })
            .await?;
        folder.idles = idles;
        let (mut uid_validity, mut keeps, mut read_only) = (None, true, false);
        let selecting = format!("SELECT \"{}\"", config.folder);
        let selected = folder.ask(&selecting, ANSWER_BYTES_MAX, PATIENCE, |answer| {
            let (Response::Data { outcome, .. } | Response::Done { outcome, .. }) = answer else {
                return;
            };
            match &outcome.code {
                Some(ResponseCode::UidValidity(value)) => uid_validity = Some(*value),
                Some(ResponseCode::PermanentFlags(flags)) => {
                    let has = |name: &str| flags.iter().any(|flag| flag.eq_ignore_ascii_case(name));
                    keeps = has("\\*") || has(TAKEN) && has(REFUSED);
                }
                Some(ResponseCode::ReadOnly) => read_only = true,
                _ => {}
            }
        });
        selected.await.map_err(|failure| match failure {
            Failure::Refused(_) => Failure::NoFolder,
            other => other,
        })?;
        if read_only {
            return Err(Failure::NotOffered(
                "to mark messages in this folder: it is read-only",
            ));
        }
        if !keeps {
            return Err(Failure::NotOffered("to keep keywords in this folder"));
        }
        folder.uid_validity =
            uid_validity.ok_or(Failure::NotOffered("lasting numbers of messages (UIDs)"))?;
        Ok(folder)
    }

    /// UIDs mean the same messages as long as this stays the same (RFC 9051 section 2.3.1.1).
    pub fn uid_validity(&self) -> u32 {
        self.uid_validity
    }

    /// What stands in the folder.
    ///
    /// # Errors
    /// The server did not answer each search to its end.
    pub async fn look(&mut self) -> Result<Look, Failure> {
        // A search alone may still answer by what the server told us before it.
        self.ask("NOOP", ANSWER_BYTES_MAX, PATIENCE, |_| {}).await?;
        self.came = false;
        let all = self.search("UID SEARCH ALL").await?;
        let mut look = Look {
            taken: self.search(&format!("UID SEARCH KEYWORD {TAKEN}")).await?,
            refused: self.search(&format!("UID SEARCH KEYWORD {REFUSED}")).await?,
            all,
        };
        // What came between the searches is for the next look.
        look.taken.retain(|uid| look.all.contains(uid));
        look.refused.retain(|uid| look.all.contains(uid));
        Ok(look)
    }

    async fn search(&mut self, command: &str) -> Result<BTreeSet<u32>, Failure> {
        let mut found = BTreeSet::new();
        self.ask(command, SEARCH_BYTES_MAX, PATIENCE, |answer| {
            if let Response::MailboxData(MailboxDatum::Search(uids)) = answer {
                found.extend(uids.iter().copied());
            }
        })
        .await?;
        Ok(found)
    }

    /// One message. Its size is asked first, and what is too large is not loaded; it is not marked as read by this.
    ///
    /// # Errors
    /// The server did not answer to the end.
    pub async fn read(&mut self, uid: u32) -> Result<Letter, Failure> {
        let mut size = None;
        let asking = format!("UID FETCH {uid} (UID RFC822.SIZE)");
        self.ask(&asking, ANSWER_BYTES_MAX, PATIENCE, |answer| {
            for value in of(answer, uid) {
                if let AttributeValue::Rfc822Size(bytes) = value {
                    size = Some(*bytes as usize);
                }
            }
        })
        .await?;
        match size {
            None => return Ok(Letter::Gone),
            Some(size) if size > self.message_bytes_max => return Ok(Letter::TooLarge(size)),
            Some(_) => {}
        }
        let mut whole = None;
        // Some servers only estimate the size.
        let most = self.message_bytes_max + ANSWER_BYTES_MAX;
        let asking = format!("UID FETCH {uid} (UID BODY.PEEK[])");
        self.ask(&asking, most, MESSAGE_PATIENCE, |answer| {
            for value in of(answer, uid) {
                if let AttributeValue::BodySection {
                    section: None,
                    data: Some(bytes),
                    ..
                } = value
                {
                    whole = Some(bytes.to_vec());
                }
            }
        })
        .await?;
        Ok(match whole {
            None => Letter::Gone,
            Some(bytes) if bytes.len() > self.message_bytes_max => Letter::TooLarge(bytes.len()),
            Some(bytes) => Letter::Whole(bytes),
        })
    }

    /// Marks a message as taken, and as read: call it once the message is durable.
    ///
    /// # Errors
    /// The server did not say that it kept the mark.
    pub async fn mark_taken(&mut self, uid: u32) -> Result<(), Failure> {
        self.mark(uid, &format!("{TAKEN} \\Seen")).await
    }

    /// Marks a message as one that is not taken; it stays unread.
    ///
    /// # Errors
    /// The server did not say that it kept the mark.
    pub async fn mark_refused(&mut self, uid: u32) -> Result<(), Failure> {
        self.mark(uid, REFUSED).await
    }

    async fn mark(&mut self, uid: u32, flags: &str) -> Result<(), Failure> {
        let command = format!("UID STORE {uid} +FLAGS.SILENT ({flags})");
        self.ask(&command, ANSWER_BYTES_MAX, PATIENCE, |_| {}).await
    }

    /// Waits until something changes in the folder (IDLE, RFC 2177), or for `most`. Where the server has no IDLE, the time
    /// alone ends it.
    ///
    /// # Errors
    /// The connection is gone.
    pub async fn wait(&mut self, most: Duration) -> Result<(), Failure> {
        if self.came {
            return Ok(());
        }
        let most = most.min(IDLE_MAX);
        if !self.idles {
            sleep(most).await;
            return Ok(());
        }
        self.session.get_mut().allow(ANSWER_BYTES_MAX);
        let began = timeout(PATIENCE, self.session.run_command("IDLE")).await;
        let id = began.map_err(|_| Failure::Silent)?.map_err(|_| Failure::Lost)?;
        let (until, mut going, mut changed) = (Instant::now() + most, false, false);
        while !(going && (changed || self.came)) {
            let limit = if going { until } else { Instant::now() + PATIENCE };
            let Ok(answer) = timeout_at(limit, self.session.read_response()).await else {
                if going {
                    break;
                }
                return Err(Failure::Silent);
            };
            let answer = match answer {
                Ok(Some(answer)) => answer,
                Ok(None) => return Err(self.broke(None)),
                Err(fault) => return Err(self.broke(Some(fault.kind()))),
            };
            self.hear(answer.parsed())?;
            self.session.get_mut().allow(ANSWER_BYTES_MAX);
            match answer.parsed() {
                Response::Continue(_) => going = true,
                Response::Done { tag, .. } if *tag == id => return Err(Failure::Refused("IDLE")),
                Response::Fetch(..) | Response::Expunge(_) | Response::Vanished { .. } => changed = true,
                _ => {}
            }
        }
        let ended = timeout(PATIENCE, self.session.run_command_untagged("DONE")).await;
        ended.map_err(|_| Failure::Silent)?.map_err(|_| Failure::Lost)?;
        timeout(PATIENCE, self.until_done(&id, &mut |_| {}))
            .await
            .map_err(|_| Failure::Silent)?
    }

    /// Says a command and hears its answers until the server ends them with OK.
    async fn ask(
        &mut self,
        command: &str,
        bytes_max: usize,
        patience: Duration,
        mut each: impl FnMut(&Response<'_>) + Send,
    ) -> Result<(), Failure> {
        self.session.get_mut().allow(bytes_max);
        let asking = async {
            let id = self.session.run_command(command).await;
            let id = id.map_err(|_| Failure::Lost)?;
            self.until_done(&id, &mut each).await
        };
        timeout(patience, asking).await.map_err(|_| Failure::Silent)?
    }

    async fn until_done(
        &mut self,
        id: &RequestId,
        each: &mut (dyn FnMut(&Response<'_>) + Send),
    ) -> Result<(), Failure> {
        loop {
            let answer = match self.session.read_response().await {
                Ok(Some(answer)) => answer,
                Ok(None) => return Err(self.broke(None)),
                Err(fault) => return Err(self.broke(Some(fault.kind()))),
            };
            self.hear(answer.parsed())?;
            each(answer.parsed());
            if let Response::Done { tag, status, .. } = answer.parsed()
                && tag == id
            {
                return match status {
                    Status::Ok => Ok(()),
                    _ => Err(Failure::Refused("a command")),
                };
            }
        }
    }

    /// Why there is no answer. The library's own text would quote what it could not read.
    fn broke(&self, fault: Option<io::ErrorKind>) -> Failure {
        match fault {
            _ if self.session.get_ref().is_broken() => Failure::TooMuch,
            Some(io::ErrorKind::Other) => Failure::Unreadable,
            _ => Failure::Lost,
        }
    }

    /// What any answer may tell, whatever was asked.
    fn hear(&mut self, answer: &Response<'_>) -> Result<(), Failure> {
        match answer {
            Response::MailboxData(MailboxDatum::Exists(count)) => {
                self.came |= *count > self.exists;
                self.exists = *count;
            }
            Response::Expunge(_) => self.exists = self.exists.saturating_sub(1),
            Response::Data {
                status: Status::Bye, ..
            } => return Err(Failure::Lost),
            _ => {}
        }
        Ok(())
    }
}

/// What an answer says of this message.
fn of<'r>(answer: &'r Response<'_>, uid: u32) -> &'r [AttributeValue<'r>] {
    match answer {
        Response::Fetch(_, values) if values.contains(&AttributeValue::Uid(uid)) => values,
        _ => &[],
    }
}
