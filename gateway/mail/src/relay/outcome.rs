//! What became of a message. The server's own words are not kept, since they often repeat the address;
//! its codes are, and what they mean is said in ours.

use std::error::Error as _;

use lettre::transport::smtp::Error;

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The relay answered the final dot with yes and is now responsible (RFC 5321 section 4.2.5).
    Accepted {
        /// Its reply code, 2yz.
        code: u16,
        /// Code and class in our words.
        text: String,
    },
    /// Not taken this time; nothing was delivered, and it may be tried again.
    Temporary {
        /// The reply code, 4yz, unless the connection failed before an answer.
        code: Option<u16>,
        /// Code and class in our words.
        text: String,
    },
    /// Refused for good.
    Permanent {
        /// The reply code, 5yz.
        code: u16,
        /// The enhanced status code (RFC 3463), such as `5.1.1`.
        enhanced: Option<String>,
        /// Code and class in our words.
        text: String,
    },
    /// Our own fault or that of our relay: it did not understand us or does not want us. Nothing left.
    Technical {
        /// What.
        what: String,
    },
    /// A parked connection was gone and TLS failed on the new one. Nothing left; hold and raise the alarm.
    Tls {
        /// What.
        what: String,
    },
    /// The message was on its way and no answer came. It may have arrived.
    Unknown {
        /// How it ended.
        what: String,
    },
}

/// Why there is no connection. Nothing of a message has left.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// May work later.
    #[error("the relay cannot be reached now: {text}")]
    Temporary {
        /// The reply code, 4yz, if it got so far.
        code: Option<u16>,
        /// What happened, in our words.
        text: String,
    },
    /// The relay answers and does not want us, or not with the password that we have.
    #[error("the relay refuses us: {what}")]
    Technical {
        /// What.
        what: String,
    },
    /// No TLS, or not with the name that we expect: hold the message and raise the alarm.
    #[error("no verified TLS with the relay: {what}")]
    Tls {
        /// What.
        what: String,
    },
}

impl Failure {
    pub(super) fn slow(during: &str, limit_ms: u64) -> Self {
        Self::Temporary {
            code: None,
            text: format!("no answer within {limit_ms} ms while {during}"),
        }
    }

    pub(super) fn coded(code: u16, words: &str) -> Self {
        let text = describe(code, enhanced(words).as_deref());
        match code / 100 {
            4 => Self::Temporary {
                code: Some(code),
                text,
            },
            _ => Self::Technical { what: text },
        }
    }

    pub(super) fn from_error(error: &Error, during: &str) -> Self {
        match reply(error) {
            Some((code, words)) => Self::coded(code, &words),
            None => Self::Temporary {
                code: None,
                text: format!("the connection was lost while {during}"),
            },
        }
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Temporary { code, text } => Self::Temporary { code, text },
            Failure::Technical { what } => Self::Technical { what },
            Failure::Tls { what } => Self::Tls { what },
        }
    }
}

/// The reply code of an error and the server's words, if it was a reply.
pub(super) fn reply(error: &Error) -> Option<(u16, String)> {
    let words = error.source().map(ToString::to_string).unwrap_or_default();
    error.status().map(|code| (u16::from(code), words))
}

/// A refusal by the server, whether before or after the message.
pub(super) fn refused(code: u16, words: &str) -> Outcome {
    let enhanced = enhanced(words);
    let text = describe(code, enhanced.as_deref());
    // Unknown or misplaced commands, no leave to speak, not signed in: ours to mend, no verdict on the
    // recipient. Policy (RFC 3463 section 3.8) judges who sends and what, and says nothing of the mailbox.
    let ours = matches!(code, 500 | 502..=504 | 530 | 534 | 535 | 538 | 555)
        || enhanced
            .as_deref()
            .is_some_and(|e| e.starts_with("5.5.") || e.starts_with("5.7."));
    match code / 100 {
        4 => Outcome::Temporary {
            code: Some(code),
            text,
        },
        5 if ours => Outcome::Technical { what: text },
        5 => Outcome::Permanent { code, enhanced, text },
        _ => Outcome::Technical {
            what: format!("an answer that does not belong here: {text}"),
        },
    }
}

pub(super) fn accepted(code: u16, words: &str) -> Outcome {
    Outcome::Accepted {
        code,
        text: describe(code, enhanced(words).as_deref()),
    }
}

/// The enhanced status code at the start of a reply's text (RFC 2034 section 4).
fn enhanced(words: &str) -> Option<String> {
    let first = words.split_ascii_whitespace().next()?;
    let parts: Vec<&str> = first.split('.').collect();
    let digits = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let fits = parts.len() == 3 && matches!(parts[0], "2" | "4" | "5") && parts.iter().all(digits);
    fits.then(|| first.to_owned())
}

/// The codes and, in our words, their class (RFC 3463 section 4 and RFC 5321 section 4.2.3).
fn describe(code: u16, enhanced: Option<&str>) -> String {
    let class = match enhanced.and_then(|e| e.split('.').nth(1)).unwrap_or_default() {
        "1" => "the address",
        "2" => "the mailbox",
        "3" => "the receiving system",
        "4" => "the network or the routing",
        "5" => "the protocol",
        "6" => "the content or its encoding",
        "7" => "security or policy",
        _ => match code {
            421 => "the server is closing",
            450 | 550 => "the mailbox",
            452 | 552 => "storage",
            454 => "security",
            500..=504 | 555 => "the protocol",
            553 => "the address",
            _ => "no further reason",
        },
    };
    let answer = match code / 100 {
        2 => {
            return format!(
                "{code}{}: accepted",
                enhanced.map(|e| format!(" {e}")).unwrap_or_default()
            );
        }
        4 => "not now",
        5 => "refused",
        _ => "unexpected",
    };
    format!(
        "{code}{}: {answer}, {class}",
        enhanced.map(|e| format!(" {e}")).unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_words_are_not_kept() {
        let outcome = refused(550, "5.1.1 <mary@victims.example>: no such user here");
        assert_eq!(
            outcome,
            Outcome::Permanent {
                code: 550,
                enhanced: Some("5.1.1".to_owned()),
                text: "550 5.1.1: refused, the address".to_owned(),
            }
        );
        assert!(!format!("{:?}", refused(451, "mary@victims.example is busy")).contains("mary"));
    }

    #[test]
    fn our_own_faults_are_no_verdict_on_the_recipient() {
        for (code, words) in [
            (503, "bad sequence"),
            (530, "must authenticate"),
            (535, "5.7.8 authentication failed"),
            (550, "5.7.1 relaying denied"),
            (553, "5.7.1 sender address not owned by user"),
            (554, "5.5.1 no valid recipients"),
        ] {
            assert!(
                matches!(refused(code, words), Outcome::Technical { .. }),
                "{code}"
            );
        }
        assert!(matches!(
            refused(451, ""),
            Outcome::Temporary { code: Some(451), .. }
        ));
        assert!(matches!(refused(250, ""), Outcome::Technical { .. }));
    }

    #[test]
    fn only_a_well_formed_enhanced_code_is_read() {
        assert_eq!(enhanced("5.7.1 no"), Some("5.7.1".to_owned()));
        for words in ["", "no", "5.7", "5.7.1.1 x", "3.1.1 x", "5.1234.1 x", "mary.o.x"] {
            assert_eq!(enhanced(words), None, "{words}");
        }
    }
}
