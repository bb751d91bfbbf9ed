//! Why nothing came from a mailbox elsewhere.

use std::io;

/// What did not work. None of it quotes what the server said, which may quote a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nobody answers there.
    #[error("no connection ({0}); check host and port, and that this machine may connect there")]
    Unreachable(io::ErrorKind),
    /// There is no TLS, or nobody whom we trust vouches for the server's name.
    #[error("no verified TLS: {0}")]
    Tls(String),
    /// The user or the secret is not accepted.
    #[error("the server refuses the user or the secret; put a fresh one into the secret file")]
    SignIn,
    /// What we cannot do without.
    #[error("the server does not offer {0}")]
    NotOffered(&'static str),
    /// The folder.
    #[error("the server does not open this folder; check `folder`")]
    NoFolder,
    /// It took too long.
    #[error("the server did not answer in time")]
    Silent,
    /// It went away.
    #[error("the connection broke off")]
    Lost,
    /// More than was asked for.
    #[error("the server said more than it was asked for, and the connection was closed")]
    TooMuch,
    /// No IMAP that we know.
    #[error("the server's answer cannot be read as IMAP")]
    Unreadable,
    /// A command.
    #[error("the server refuses {0}")]
    Refused(&'static str),
}

impl Failure {
    /// Kebab-case, for the database and the program's log. What a certificate says comes from outside and is left out.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Tls(_) => "no-verified-tls",
            Self::SignIn => "sign-in-refused",
            Self::NotOffered(_) => "not-offered",
            Self::NoFolder => "no-such-folder",
            Self::Silent => "silent",
            Self::Lost => "connection-lost",
            Self::TooMuch => "too-much-said",
            Self::Unreadable => "not-imap",
            Self::Refused(_) => "command-refused",
        }
    }
}
