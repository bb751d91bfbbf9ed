//! The stream below the IMAP library: what a server says in answer to one command is bounded before it is kept or parsed.
//!
//! The library makes room for a literal as soon as its length is announced, up to half a gigabyte. So announcements are read
//! here first. A literal is skipped in an answer that may hold one (`* 12 FETCH …`), so that what looks like an announcement
//! in a message is none; anywhere else an announcement is only measured.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What an IMAP conversation goes over.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send + Sync> Stream for S {}

/// A stream that gives no more than it was allowed to.
pub(super) struct Bounded {
    stream: Box<dyn Stream>,
    scan: Scan,
    broken: bool,
}

impl fmt::Debug for Bounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bounded")
    }
}

impl Bounded {
    pub(super) fn new(stream: Box<dyn Stream>, bytes: usize) -> Self {
        Self {
            stream,
            scan: Scan {
                left: bytes,
                ..Scan::default()
            },
            broken: false,
        }
    }

    /// From here on the server may say so many bytes.
    pub(super) fn allow(&mut self, bytes: usize) {
        self.scan.left = bytes;
    }

    /// Whether it said, or announced, more than it was allowed to.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }
}

impl AsyncRead for Bounded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = out.filled().len();
        ready!(Pin::new(&mut *self.stream).poll_read(cx, out))?;
        if self.scan.admits(&out.filled()[before..]) {
            return Poll::Ready(Ok(()));
        }
        self.broken = true;
        out.set_filled(before);
        Poll::Ready(Err(io::Error::other("more than was asked for")))
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_shutdown(cx)
    }
}

/// Where in an answer the next byte stands (RFC 3501 section 4.3, literals).
#[derive(Default)]
struct Scan {
    /// Bytes that may still come.
    left: usize,
    /// Bytes of a literal that are still to come.
    literal: usize,
    /// How far the beginning `* DIGIT` of an answer with literals was seen; 3 is all of it.
    begun: u8,
    /// Whether the line can no longer begin so.
    other: bool,
    announced: Announced,
}

#[derive(Default, Clone, Copy)]
enum Announced {
    #[default]
    Nothing,
    Digits(usize),
    Closed(usize),
    Return(usize),
}

impl Scan {
    /// Takes what was said; false when it is more than was allowed.
    fn admits(&mut self, said: &[u8]) -> bool {
        if said.len() > self.left {
            return false;
        }
        let mut rest = said;
        while !rest.is_empty() {
            if self.literal > 0 {
                let skipped = self.literal.min(rest.len());
                self.literal -= skipped;
                self.left -= skipped;
                rest = &rest[skipped..];
                continue;
            }
            self.left -= 1;
            if !self.admits_byte(rest[0]) {
                return false;
            }
            rest = &rest[1..];
        }
        true
    }

    fn admits_byte(&mut self, byte: u8) -> bool {
        self.begin(byte);
        self.announced = match (self.announced, byte) {
            (_, b'{') => Announced::Digits(0),
            (Announced::Digits(sum), b'0'..=b'9') => {
                Announced::Digits(sum.saturating_mul(10).saturating_add(usize::from(byte - b'0')))
            }
            (Announced::Digits(sum), b'}') => Announced::Closed(sum),
            (Announced::Closed(sum), b'\r') => Announced::Return(sum),
            (Announced::Return(sum), b'\n') => {
                self.announced = Announced::Nothing;
                if self.begun == 3 {
                    self.literal = sum;
                } else {
                    self.end_line();
                }
                return sum <= self.left;
            }
            _ => Announced::Nothing,
        };
        if byte == b'\n' {
            self.end_line();
        }
        true
    }

    fn begin(&mut self, byte: u8) {
        if self.other || self.begun == 3 {
            return;
        }
        let fits = match self.begun {
            0 => byte == b'*',
            1 => byte == b' ',
            _ => byte.is_ascii_digit(),
        };
        if fits {
            self.begun += 1;
        } else {
            self.other = true;
        }
    }

    fn end_line(&mut self) {
        self.begun = 0;
        self.other = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether all of this is let through, in one piece and byte by byte.
    fn admitted(allowed: usize, said: &str) -> bool {
        let scan = || Scan {
            left: allowed,
            ..Scan::default()
        };
        let mut whole = scan();
        let mut drop_by_drop = scan();
        let whole = whole.admits(said.as_bytes());
        let pieces = said.as_bytes().iter().all(|byte| drop_by_drop.admits(&[*byte]));
        assert_eq!(whole, pieces, "{said:?}");
        whole
    }

    #[test]
    fn an_announced_literal_larger_than_what_may_come_is_refused_at_its_announcement() {
        assert!(admitted(100, "* 1 FETCH (BODY[] {5}\r\nhello)\r\na OK\r\n"));
        assert!(!admitted(100, "* 1 FETCH (BODY[] {500000000}\r\n"));
        assert!(!admitted(100, "* 1 FETCH (BODY[] {99999999999999999999999}\r\n"));
        assert!(!admitted(100, "* LIST () NIL {500000000}\r\n"));
    }

    #[test]
    fn what_looks_like_an_announcement_inside_a_message_is_none() {
        assert!(admitted(100, "* 1 FETCH (BODY[] {12}\r\n{999999999}\r)\r\n"));
        assert!(admitted(100, "* 1 FETCH (BODY[] {13}\r\n{999999999}\r\n)\r\n"));
    }

    #[test]
    fn a_false_announcement_hides_no_true_one() {
        assert!(!admitted(100, "* OK {40}\r\n* 1 FETCH (BODY[] {500000000}\r\n"));
        assert!(!admitted(100, "a OK {40}\r\n* 1 FETCH (BODY[] {500000000}\r\n"));
        assert!(!admitted(
            100,
            "* 1 FETCH (BODY[] {3}\r\nabc BODY[] {500000000}\r\n"
        ));
    }

    #[test]
    fn no_more_comes_than_was_allowed() {
        assert!(admitted(10, "* 3 EXISTS"));
        assert!(!admitted(10, "* 3 EXISTS\r\n"));
    }
}
