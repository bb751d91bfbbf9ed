//! Asks the virus scanner's `clamd` over its UNIX socket whether a file is harmful (clamd(8), INSTREAM).
//!
//! **Invariant:** nothing but the answer `stream: OK` makes a file [`Verdict::Clean`].
//! **Invariant:** a question ends within the time limit, and reads no more than [`ANSWER_BYTES_MAX`].
//!
//! `clamd` answers `OK` for a file that is over its own `MaxFileSize` or `MaxScanSize`, unless `AlertExceedsMax yes` stands in its
//! configuration; so these must be larger than any file that is asked about.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

/// Most bytes of an answer that are read.
const ANSWER_BYTES_MAX: u64 = 1024;
/// Most bytes that are sent in one piece.
const PIECE_BYTES: usize = 64 * 1024;
const NAME_CHARS_MAX: usize = 100;

/// Where to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanner {
    /// `LocalSocket` of clamd's configuration.
    pub socket: PathBuf,
    /// Most time for one question, from connecting to the answer.
    pub time_limit: Duration,
}

/// What the scanner says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found in it.
    Clean,
    /// Harmful; the name of the signature that found it.
    Infected(String),
}

/// Why a file could not be judged. It stays what it was: not scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nobody listens.
    #[error(
        "nobody answers at the scanner's socket ({0}); check that clamd runs and that this user may open its socket"
    )]
    Away(io::ErrorKind),
    /// It took too long.
    #[error("the scanner did not answer in time")]
    Silent,
    /// It went away.
    #[error("the scanner broke off")]
    Lost,
    /// Over its `StreamMaxLength`.
    #[error("the file is larger than the scanner takes; raise StreamMaxLength in clamd's configuration")]
    TooLarge,
    /// Any other answer.
    #[error("the scanner gave no verdict; see its log")]
    NoVerdict,
}

impl Failure {
    /// Kebab-case, for the database and the program's log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Away(_) => "away",
            Self::Silent => "silent",
            Self::Lost => "lost",
            Self::TooLarge => "too-large",
            Self::NoVerdict => "no-verdict",
        }
    }
}

impl Scanner {
    /// Judges a file.
    ///
    /// # Errors
    /// Why there is no verdict.
    pub async fn scan(&self, file: &[u8]) -> Result<Verdict, Failure> {
        let answer = self.within(self.stream(file)).await?;
        // The mark that it is whole: an answer that broke off is none.
        let answer = answer.strip_suffix('\0').ok_or(Failure::Lost)?;
        if answer == "stream: OK" {
            return Ok(Verdict::Clean);
        }
        let found = answer
            .strip_prefix("stream: ")
            .and_then(|rest| rest.strip_suffix(" FOUND"));
        match found {
            Some(name) => Ok(Verdict::Infected(signature(name))),
            None if answer.contains("size limit exceeded") => Err(Failure::TooLarge),
            None => Err(Failure::NoVerdict),
        }
    }

    /// Whether it is there and answers.
    ///
    /// # Errors
    /// Why not.
    pub async fn ask(&self) -> Result<(), Failure> {
        let ping = async {
            let mut line = self.connect().await?;
            line.write_all(b"zPING\0").await.map_err(|_| Failure::Lost)?;
            answer(&mut line).await
        };
        match self.within(ping).await?.as_str() {
            "PONG\0" => Ok(()),
            _ => Err(Failure::NoVerdict),
        }
    }

    async fn stream(&self, file: &[u8]) -> Result<String, Failure> {
        let mut line = self.connect().await?;
        // When it has had enough it answers and closes: what cannot be written any more is no reason not to read that.
        let _ = send(&mut line, file).await;
        answer(&mut line).await
    }

    async fn connect(&self) -> Result<UnixStream, Failure> {
        UnixStream::connect(&self.socket)
            .await
            .map_err(|error| Failure::Away(error.kind()))
    }

    async fn within(&self, asked: impl Future<Output = Result<String, Failure>>) -> Result<String, Failure> {
        tokio::time::timeout(self.time_limit, asked)
            .await
            .unwrap_or(Err(Failure::Silent))
    }
}

async fn send(line: &mut UnixStream, file: &[u8]) -> io::Result<()> {
    line.write_all(b"zINSTREAM\0").await?;
    for piece in file.chunks(PIECE_BYTES) {
        let length = u32::try_from(piece.len()).map_err(io::Error::other)?;
        line.write_all(&length.to_be_bytes()).await?;
        line.write_all(piece).await?;
    }
    line.write_all(&[0; 4]).await
}

async fn answer(line: &mut UnixStream) -> Result<String, Failure> {
    let mut heard = Vec::new();
    let read = line.take(ANSWER_BYTES_MAX).read_to_end(&mut heard).await;
    if read.is_err() && heard.is_empty() {
        return Err(Failure::Lost);
    }
    String::from_utf8(heard).map_err(|_| Failure::NoVerdict)
}

/// A signature's name as far as it may stand in a log.
fn signature(name: &str) -> String {
    let plain = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    plain.take(NAME_CHARS_MAX).collect()
}
