//! From nothing to a connection over verified TLS, greeted and signed in.
//!
//! The plaintext part is ours and not `lettre`'s, which keeps what a meddler appends to the answer to
//! STARTTLS and reads it afterwards as if it had come over TLS.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::{fmt, io};

use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::extension::ClientId;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::trial::Step;
use super::{Failure, RelayConfig, TlsPolicy};
use crate::dial::dial;
use crate::tls::TlsMode;

/// Longer than any honest reply line (RFC 5321 section 4.5.3.1.5 says 512).
const LINE_BYTES_MAX: u64 = 2048;
const LINES_MAX: usize = 100;
/// What `lettre` reads as the greeting after STARTTLS; the true one came before TLS.
const GREETING: &[u8] = b"220 ready\r\n";

/// `passed` hears of every step that went well, so that whoever watches knows how far it came.
pub(super) async fn open(
    config: &RelayConfig,
    tls: &Arc<ClientConfig>,
    name: &ServerName<'static>,
    passed: &mut Vec<Step>,
) -> Result<AsyncSmtpConnection, Failure> {
    let tcp = dial(&config.host, config.port)
        .await
        .map_err(|error| Failure::Temporary {
            code: None,
            text: format!("connecting: {}", error.kind()),
        })?;
    passed.push(Step::Connect);
    let TlsPolicy::Required { mode, .. } = config.tls;
    let (tcp, greeting) = match mode {
        TlsMode::StartTls => {
            let tcp = ask_for_tls(tcp, &config.hello_name).await?;
            passed.push(Step::AskForTls);
            (tcp, GREETING)
        }
        TlsMode::Implicit => (tcp, &[][..]),
    };
    let stream = TlsConnector::from(Arc::clone(tls))
        .connect(name.clone(), tcp)
        .await
        .map_err(|error| Failure::Tls {
            what: error.to_string().chars().take(300).collect(),
        })?;
    passed.push(Step::Tls);
    let stream = Greeted {
        unread: greeting,
        stream,
    };
    let hello = ClientId::Domain(config.hello_name.clone());
    let mut connection = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello)
        .await
        .map_err(|error| Failure::from_error(&error, "greeting the server over TLS"))?;
    passed.push(Step::Greet);
    if let Some(sign_in) = &config.sign_in {
        sign_in.on(&mut connection).await?;
        passed.push(Step::SignIn);
    }
    Ok(connection)
}

/// Greeting, EHLO and STARTTLS in the clear. Our host name is all that is told.
async fn ask_for_tls(tcp: TcpStream, hello_name: &str) -> Result<TcpStream, Failure> {
    let mut reader = BufReader::new(tcp);
    let greeting = read_reply(&mut reader).await?;
    expect(&greeting, 220)?;
    say(&mut reader, &format!("EHLO {hello_name}\r\n")).await?;
    let offers = read_reply(&mut reader).await?;
    expect(&offers, 250)?;
    if !offers
        .lines
        .iter()
        .skip(1)
        .any(|line| line.trim().eq_ignore_ascii_case("STARTTLS"))
    {
        return Err(Failure::Tls {
            what: "the server does not offer STARTTLS".to_owned(),
        });
    }
    say(&mut reader, "STARTTLS\r\n").await?;
    let answer = read_reply(&mut reader).await?;
    if answer.code != 220 {
        return Err(Failure::Tls {
            what: format!("the server answered STARTTLS with {}", answer.code),
        });
    }
    if !reader.buffer().is_empty() {
        return Err(Failure::Tls {
            what: "bytes in the clear followed the answer to STARTTLS".to_owned(),
        });
    }
    Ok(reader.into_inner())
}

struct Reply {
    code: u16,
    lines: Vec<String>,
}

async fn read_reply(reader: &mut BufReader<TcpStream>) -> Result<Reply, Failure> {
    let lost = |text: &str| Failure::Temporary {
        code: None,
        text: format!("greeting the server: {text}"),
    };
    let mut lines = Vec::new();
    while lines.len() < LINES_MAX {
        let mut line = Vec::new();
        let read = (&mut *reader)
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut line)
            .await;
        read.map_err(|error| lost(&error.kind().to_string()))?;
        if !line.ends_with(b"\r\n") {
            return Err(lost("the connection was closed or a line had no end"));
        }
        let line = String::from_utf8_lossy(&line[..line.len() - 2]).into_owned();
        let code = line.get(..3).and_then(|digits| digits.parse::<u16>().ok());
        let (Some(code @ 200..=599), true) =
            (code, matches!(line.as_bytes().get(3), None | Some(b' ' | b'-')))
        else {
            return Err(lost("an answer that is not SMTP"));
        };
        let is_last = line.as_bytes().get(3) != Some(&b'-');
        lines.push(line.get(4..).unwrap_or_default().to_owned());
        if is_last {
            return Ok(Reply { code, lines });
        }
    }
    Err(lost("an answer without end"))
}

fn expect(reply: &Reply, code: u16) -> Result<(), Failure> {
    if reply.code == code {
        return Ok(());
    }
    Err(Failure::coded(
        reply.code,
        reply.lines.last().map_or("", String::as_str),
    ))
}

async fn say(reader: &mut BufReader<TcpStream>, command: &str) -> Result<(), Failure> {
    reader
        .get_mut()
        .write_all(command.as_bytes())
        .await
        .map_err(|error| Failure::Temporary {
            code: None,
            text: format!("greeting the server: {}", error.kind()),
        })
}

/// The TLS stream, behind a greeting that `lettre` waits for.
struct Greeted {
    unread: &'static [u8],
    stream: TlsStream<TcpStream>,
}

impl fmt::Debug for Greeted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Greeted")
    }
}

impl AsyncTokioStream for Greeted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Greeted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.unread.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, out);
        }
        let (now, later) = self.unread.split_at(self.unread.len().min(out.remaining()));
        out.put_slice(now);
        self.unread = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Greeted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
