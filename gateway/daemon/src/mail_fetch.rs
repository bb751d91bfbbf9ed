//! Fetching from the mailboxes that are hosted elsewhere, of a running service.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::area::{AreaCode, Areas};
use flows::{FetchFault, FetchStanding, Fetched, Gap, Gateway};
use mail::fetching::{self, Failure, Folder, Protection, Remote, RemoteConfig};
use mail::tls::{Roots, TlsMode};
use web::vitals;

use crate::config::{FetchTls, MailFetch, secrets};
use crate::house;
use crate::print::Fault;

/// The longest rest of a fetcher that keeps failing.
const REST_MAX: Duration = Duration::from_mins(5);
/// The rest after a message that could not be stored.
const AGAIN: Duration = Duration::from_secs(10);
/// Between two rounds, whatever a server says.
const BREATH: Duration = Duration::from_millis(200);

/// Fetches from one mailbox.
pub struct Fetcher {
    area: AreaCode,
    remote: Remote,
    secret_file: PathBuf,
    poll: Duration,
}

/// Why a connection ended.
enum End {
    /// The secret file.
    Secret(Fault),
    /// The server or the store.
    Round(FetchFault),
}

impl End {
    fn code(&self) -> &'static str {
        match self {
            Self::Secret(_) => "no-secret",
            Self::Round(FetchFault::Mailbox(failure)) => failure.code(),
            Self::Round(FetchFault::House(_)) => "not-stored",
        }
    }
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        Self::Round(failure.into())
    }
}

impl Fetcher {
    /// Checks what the configuration says, and that the Area has a mailbox.
    pub fn new(about: &MailFetch, areas: &Areas) -> Result<Self, Fault> {
        let named =
            |fault: &dyn std::fmt::Display| Fault::input(format!("mail_fetch {}: {fault}", about.area));
        if areas.get(&about.area).is_none_or(|area| area.mailbox.is_none()) {
            return Err(named(&"this Area must have a `mailbox` in areas.toml"));
        }
        let remote = Remote::new(RemoteConfig {
            host: about.host.clone(),
            port: about.port,
            protection: protection(about)?,
            user: about.user.clone(),
            auth: match about.auth {
                crate::config::Auth::Password => fetching::Auth::Password,
                crate::config::Auth::XOAuth2 => fetching::Auth::XOAuth2,
            },
            folder: about.folder.clone(),
            message_bytes_max: about.message_bytes_max,
        });
        Ok(Self {
            area: about.area.clone(),
            remote: remote.map_err(|fault| named(&fault))?,
            secret_file: about.secret_file.clone(),
            poll: Duration::from_secs(about.poll_s),
        })
    }

    /// Whether the folder can be opened; nothing is read or marked.
    pub async fn ready(&self) -> Result<(), Fault> {
        let secret = secrets::read_line(&self.secret_file)?;
        let opened = self.remote.open(&secret).await;
        opened
            .map(|_| ())
            .map_err(|fault| Fault::no(format!("mail_fetch {}: {fault}", self.area)))
    }

    /// Fetches until told to stop. A round that is cut off there leaves no more than a message that is taken again.
    pub async fn work(self, gateway: Arc<Gateway>, stopped: impl Future<Output = ()>) {
        tokio::select! {
            () = stopped => {}
            () = self.fetch(&gateway) => {}
        }
    }

    async fn fetch(&self, gateway: &Gateway) {
        let (mut failed, mut said) = (0_u32, Vec::new());
        loop {
            let end = self.stay_connected(gateway, &mut failed, &mut said).await;
            let area = self.area.as_str();
            match &end {
                End::Round(FetchFault::House(fault)) if fault.ends_process() => {
                    tracing::error!(area, %fault, "nothing is tried again before a new start");
                    return;
                }
                End::Round(FetchFault::House(fault)) => tracing::error!(area, %fault, "fetching broke off"),
                End::Secret(fault) => {
                    tracing::error!(area, fault = fault.sentence, "there is no secret to sign in with");
                }
                End::Round(FetchFault::Mailbox(_)) => {}
            }
            failed = failed.saturating_add(1);
            let code = end.code();
            tracing::warn!(
                area,
                code,
                failed,
                "a mailbox could not be looked at, and will be tried again"
            );
            if let Err(fault) = gateway.note_fetch_fault(&self.area, code).await {
                tracing::error!(area, %fault, "that a mailbox could not be looked at was not noted");
            }
            self.alarm(gateway, &mut said).await;
            tokio::time::sleep(REST_MAX.min(Duration::from_secs(1 << failed.min(9)))).await;
        }
    }

    /// Rounds over one connection, until something does not work.
    async fn stay_connected(&self, gateway: &Gateway, failed: &mut u32, said: &mut Vec<Gap>) -> End {
        let secret = match secrets::read_line(&self.secret_file) {
            Ok(secret) => secret,
            Err(fault) => return End::Secret(fault),
        };
        let mut folder = match self.remote.open(&secret).await {
            Ok(folder) => folder,
            Err(failure) => return failure.into(),
        };
        drop(secret);
        loop {
            match self.round(gateway, &mut folder).await {
                Ok(rest) => {
                    *failed = 0;
                    self.alarm(gateway, said).await;
                    tokio::time::sleep(BREATH).await;
                    if let Err(failure) = folder.wait(rest).await {
                        return failure.into();
                    }
                }
                Err(fault) => return End::Round(fault),
            }
        }
    }

    /// One round, and the longest rest after it.
    async fn round(&self, gateway: &Gateway, folder: &mut Folder) -> Result<Duration, FetchFault> {
        let done = gateway.fetch_round(&self.area, folder).await?;
        let area = self.area.as_str();
        let Fetched {
            taken,
            refused,
            failed,
            gone,
        } = done;
        if taken + refused + failed > 0 {
            tracing::info!(area, taken, refused, failed, "mail fetched");
        }
        if gone > 0 {
            tracing::warn!(area, gone, "messages that we took were deleted in their mailbox");
        }
        Ok(if failed > 0 {
            AGAIN.min(self.poll)
        } else {
            self.poll
        })
    }

    /// Says what may be missing, once for as long as it stays the same.
    async fn alarm(&self, gateway: &Gateway, said: &mut Vec<Gap>) {
        let area = self.area.as_str();
        let gaps = match standing(gateway, area).await {
            Ok(standing) => standing.map(|standing| standing.gaps(gateway.now())),
            Err(fault) => return tracing::error!(area, %fault, "a mailbox's counts could not be read"),
        };
        let gaps = gaps.unwrap_or_default();
        vitals::note_mailbox_gaps(area, gaps.len());
        if gaps == *said {
            return;
        }
        for gap in &gaps {
            tracing::error!(area, gap = gap.code(), "mail may be missing: {gap}");
        }
        if gaps.is_empty() {
            tracing::info!(area, "no mail is missing any more");
        }
        *said = gaps;
    }
}

/// How the fetching of this Area's mailbox stands; none before the first try.
pub async fn standing(gateway: &Gateway, area: &str) -> flows::Result<Option<FetchStanding>> {
    let all = gateway.list_fetched().await?;
    Ok(all.into_iter().find(|standing| standing.area == area))
}

fn protection(about: &MailFetch) -> Result<Protection, Fault> {
    let mode = match about.tls {
        FetchTls::ClearOnThisMachine => return Ok(Protection::ClearOnThisMachine),
        FetchTls::Implicit => TlsMode::Implicit,
        FetchTls::Starttls => TlsMode::StartTls,
    };
    Ok(Protection::Tls {
        mode,
        server_name: about.server_name.clone().unwrap_or_else(|| about.host.clone()),
        roots: match &about.ca_file {
            Some(file) => Roots::Only(house::read(file)?),
            None => Roots::Public,
        },
    })
}
