//! Trying the relay out: a connection of its own, step by step, over which no message goes.

use std::time::Duration;

use super::{Failure, Inner, Relay, connect};
use crate::tls::TlsMode;

/// How long a trial may take altogether, whatever the relay is given otherwise: a person waits for it.
const TRIAL_MAX: Duration = Duration::from_secs(15);

/// What is done, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A TCP connection to host and port.
    Connect,
    /// Greeting, EHLO and STARTTLS in the clear (RFC 3207); left out where TLS begins with the first byte.
    AskForTls,
    /// TLS, with the server's name verified.
    Tls,
    /// EHLO over TLS.
    Greet,
    /// AUTH (RFC 4954); left out where there is no user to sign in as.
    SignIn,
    /// NOOP: the server waits for commands.
    Noop,
    /// QUIT.
    Quit,
}

impl Step {
    /// As a code, for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::AskForTls => "ask-for-tls",
            Self::Tls => "tls",
            Self::Greet => "greet",
            Self::SignIn => "sign-in",
            Self::Noop => "noop",
            Self::Quit => "quit",
        }
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// As it should.
    Well,
    /// Not as it should, and nothing came after it.
    Failed(Failure),
    /// Not begun, because one before it failed.
    NotBegun,
}

/// A trial with its steps in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Each step that the configuration asks for.
    pub steps: Vec<(Step, Ended)>,
}

impl Trial {
    /// The step that failed, if one did.
    pub fn failed(&self) -> Option<(Step, &Failure)> {
        self.steps.iter().find_map(|(step, ended)| match ended {
            Ended::Failed(failure) => Some((*step, failure)),
            Ended::Well | Ended::NotBegun => None,
        })
    }
}

impl Relay {
    /// Connects as for a message, over verified TLS and signed in where that is configured, and takes leave without one.
    pub async fn try_out(&self) -> Trial {
        let limit = TRIAL_MAX.min(self.0.timeout);
        let mut passed = Vec::new();
        let mut failure = match tokio::time::timeout(limit, self.0.go_through(&mut passed)).await {
            Ok(Ok(())) => None,
            Ok(Err(failure)) => Some(failure),
            Err(_) => Some(Failure::slow(
                "trying the relay out",
                u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
            )),
        };
        let ended = |step| {
            let ended = if passed.contains(&step) {
                Ended::Well
            } else {
                failure.take().map_or(Ended::NotBegun, Ended::Failed)
            };
            (step, ended)
        };
        Trial {
            steps: self.0.steps().map(ended).collect(),
        }
    }
}

impl Inner {
    /// Every step that this configuration asks for.
    fn steps(&self) -> impl Iterator<Item = Step> + use<> {
        let super::TlsPolicy::Required { mode, .. } = self.config.tls;
        let (asks, signs_in) = (mode == TlsMode::StartTls, self.config.sign_in.is_some());
        let all = [
            Step::Connect,
            Step::AskForTls,
            Step::Tls,
            Step::Greet,
            Step::SignIn,
            Step::Noop,
            Step::Quit,
        ];
        all.into_iter().filter(move |step| match step {
            Step::AskForTls => asks,
            Step::SignIn => signs_in,
            _ => true,
        })
    }

    async fn go_through(&self, passed: &mut Vec<Step>) -> Result<(), Failure> {
        // One of the connections that the relay allows us is this one.
        let _permit = self.permits.acquire().await.map_err(|_| Failure::Technical {
            what: "the pool is closed".to_owned(),
        })?;
        let mut connection = connect::open(&self.config, &self.tls, &self.server_name, passed).await?;
        let asked = connection.command("NOOP\r\n").await;
        asked.map_err(|error| Failure::from_error(&error, "asking for nothing (NOOP)"))?;
        passed.push(Step::Noop);
        let left = connection.quit().await;
        left.map_err(|error| Failure::from_error(&error, "taking leave (QUIT)"))?;
        passed.push(Step::Quit);
        Ok(())
    }
}
