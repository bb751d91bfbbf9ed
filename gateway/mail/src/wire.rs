//! Lines and messages from a byte stream, strict about their ends (RFC 5321 section 2.3.8).

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// Most bytes of a command line with CRLF: what RFC 5321 section 4.5.3.1.4 asks for, and room for extensions.
const COMMAND_BYTES_MAX: usize = 2048;
/// Most bytes of a line of a message with CRLF (RFC 5321 section 4.5.3.1.6).
pub(crate) const TEXT_LINE_BYTES_MAX: usize = 1000;

/// Why reading ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The other side has gone.
    Gone,
    /// A CR or an LF without the other.
    BareLineEnd,
    /// A line without end.
    LongLine,
    /// Nothing came for longer than is waited.
    Silent,
}

/// Buffered reading and writing over a stream.
pub(crate) struct Wire<S> {
    stream: S,
    unread: Vec<u8>,
    start: usize,
    replies: Vec<u8>,
    idle: Option<Duration>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// Over `stream`; a read waits no longer than `idle`.
    pub(crate) fn new(stream: S, idle: Option<Duration>) -> Self {
        Self {
            stream,
            unread: Vec::with_capacity(16 * 1024),
            start: 0,
            replies: Vec::new(),
            idle,
        }
    }

    pub(crate) fn into_inner(self) -> S {
        self.stream
    }

    /// Whether bytes have come that nobody asked for yet.
    pub(crate) fn has_unread(&self) -> bool {
        self.start < self.unread.len()
    }

    /// Puts a reply in line; it goes out when no further command has come (RFC 2920 section 3.2).
    pub(crate) fn say(&mut self, reply: &str) {
        self.replies.extend_from_slice(reply.as_bytes());
        self.replies.extend_from_slice(b"\r\n");
    }

    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        if !self.replies.is_empty() {
            self.stream.write_all(&self.replies).await?;
            self.stream.flush().await?;
            self.replies.clear();
        }
        Ok(())
    }

    /// One command line without its CRLF.
    pub(crate) async fn command(&mut self) -> io::Result<Result<String, Broken>> {
        Ok(match self.line(COMMAND_BYTES_MAX).await? {
            Ok((from, to)) => Ok(String::from_utf8_lossy(&self.unread[from..to]).into_owned()),
            Err(broken) => Err(broken),
        })
    }

    /// A message up to the lone dot, with the doubled dots made single; nothing when it is over
    /// `bytes_max`, after reading it to its end. A line of more than `line_bytes_max` with its CRLF ends the reading.
    pub(crate) async fn message(
        &mut self,
        bytes_max: usize,
        line_bytes_max: usize,
    ) -> io::Result<Result<Option<Vec<u8>>, Broken>> {
        let mut message = Vec::new();
        let mut large = false;
        loop {
            let (from, to) = match self.line(line_bytes_max).await? {
                Ok(found) => found,
                Err(broken) => return Ok(Err(broken)),
            };
            let line = &self.unread[from..to];
            if line == b"." {
                return Ok(Ok((!large).then_some(message)));
            }
            let line = line.strip_prefix(b".").unwrap_or(line);
            large = large || message.len() + line.len() + 2 > bytes_max;
            if !large {
                message.extend_from_slice(line);
                message.extend_from_slice(b"\r\n");
            }
        }
    }

    /// Where the next line stands in the buffer, without its CRLF.
    async fn line(&mut self, bytes_max: usize) -> io::Result<Result<(usize, usize), Broken>> {
        let mut searched = 0;
        loop {
            let pending = &self.unread[self.start..];
            if let Some(at) = pending[searched..]
                .iter()
                .position(|b| *b == b'\n')
                .map(|at| at + searched)
            {
                let content = &pending[..at];
                let ends_well = content.last() == Some(&b'\r');
                if !ends_well || content[..at - 1].contains(&b'\r') {
                    return Ok(Err(Broken::BareLineEnd));
                }
                if at >= bytes_max {
                    return Ok(Err(Broken::LongLine));
                }
                let from = self.start;
                self.start += at + 1;
                return Ok(Ok((from, from + at - 1)));
            }
            searched = pending.len();
            if searched >= bytes_max {
                return Ok(Err(Broken::LongLine));
            }
            self.flush().await?;
            self.unread.drain(..self.start);
            self.start = 0;
            let reading = self.stream.read_buf(&mut self.unread);
            let read = match self.idle {
                None => reading.await?,
                Some(idle) => match timeout(idle, reading).await {
                    Ok(read) => read?,
                    Err(_) => return Ok(Err(Broken::Silent)),
                },
            };
            if read == 0 {
                return Ok(Err(Broken::Gone));
            }
        }
    }
}

/// The address in `FROM:<address> parameters`, and the parameters (RFC 5321 section 4.1.2).
pub(crate) fn path<'l>(rest: &'l str, prefix: &str) -> Option<(String, &'l str)> {
    let head = rest
        .get(..prefix.len())
        .filter(|head| head.eq_ignore_ascii_case(prefix))?;
    let (address, parameters) = rest[head.len()..]
        .trim_start()
        .strip_prefix('<')?
        .split_once('>')?;
    let plain = address.bytes().all(|b| b.is_ascii_graphic() && b != b'<');
    plain.then(|| (address.to_owned(), parameters))
}
