//! Lines of a file, bounded, in UTF-8.

use std::io::{BufRead, ErrorKind};

use super::{Fault, LINE_BYTES_MAX, Refused};

const UTF8: &str = "the same file saved as UTF-8";

/// Hands out one line after the other with its number, from 1.
pub(super) struct Lines<R> {
    reader: R,
    line: usize,
    ended: bool,
}

/// What came of reading up to the next line break.
enum Piece {
    Line(Vec<u8>),
    TooLong,
    End,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            line: 0,
            ended: false,
        }
    }

    /// Reads up to the line break. What goes beyond the bound is read past and forgotten.
    fn piece(&mut self) -> std::io::Result<Piece> {
        let mut held = Vec::new();
        let mut too_long = false;
        let mut nothing = true;
        loop {
            let chunk = match self.reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            let end = chunk.iter().position(|b| *b == b'\n');
            let part = &chunk[..end.unwrap_or(chunk.len())];
            nothing &= chunk.is_empty();
            too_long |= held.len() + part.len() > LINE_BYTES_MAX;
            if too_long {
                held = Vec::new();
            } else {
                held.extend_from_slice(part);
            }
            let at_end = chunk.is_empty();
            let used = end.map_or(part.len(), |at| at + 1);
            self.reader.consume(used);
            if at_end || end.is_some() {
                return Ok(match (nothing, too_long) {
                    (true, _) => Piece::End,
                    (false, true) => Piece::TooLong,
                    (false, false) => Piece::Line(held),
                });
            }
        }
    }

    fn refuse(&mut self, fault: Fault, rest_unread: bool) -> Refused {
        self.ended = rest_unread;
        fault.at(self.line, rest_unread)
    }

    fn text(&mut self, mut bytes: Vec<u8>) -> Result<String, Refused> {
        if self.line == 1 {
            let utf16 = [[0xFF, 0xFE], [0xFE, 0xFF]]
                .iter()
                .any(|mark| bytes.starts_with(mark));
            // Latin letters in UTF-16 have a zero byte beside each of them.
            if utf16 || bytes.contains(&0) {
                return Err(self.refuse(Fault::new("the file is written in UTF-16", UTF8), true));
            }
            if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
                bytes.drain(..3);
            }
        }
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        String::from_utf8(bytes).map_err(|e| {
            let at = e.utf8_error().valid_up_to() + 1;
            let what = format!("byte {at} of the line is not UTF-8; it looks like Latin-1 or Windows-1252");
            self.refuse(Fault::new(what, UTF8), false)
        })
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<(usize, String), Refused>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        self.line += 1;
        Some(match self.piece() {
            Ok(Piece::End) => {
                self.ended = true;
                return None;
            }
            Ok(Piece::TooLong) => Err(self.refuse(
                Fault::new(
                    "the line is longer than 1,048,576 bytes",
                    "a line of at most 1 MiB; long texts belong elsewhere",
                ),
                false,
            )),
            Ok(Piece::Line(bytes)) => self.text(bytes).map(|text| (self.line, text)),
            Err(e) => Err(self.refuse(
                Fault::new(
                    format!("the file gives no more ({})", e.kind()),
                    "a file that can be read to its end",
                ),
                true,
            )),
        })
    }
}
