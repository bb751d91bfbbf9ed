//! One conversation (RFC 5321 section 4, RFC 2033 for what LMTP does otherwise).

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::forwarded::Forwarded;
use super::{Answer, Clear, Protocol, Received, Shared};
use crate::origin::Client;
use crate::wire::{Broken, Wire, path};

/// Senders exceed RFC 5321's 1,000 bytes often enough that refusing would lose mail; the size of the message bounds it.
const LINE_BYTES_MAX: usize = 64 * 1024;
const PATH_BYTES_MAX: usize = 320;
/// After so many wrong commands nobody serious is there.
const FAULTS_MAX: u32 = 10;
/// After so many addresses that are not ours, somebody is looking for ours.
const UNKNOWN_MAX: u32 = 5;

enum End {
    Over,
    StartTls,
}

struct Talk {
    peer: IpAddr,
    secure: bool,
    hello: Option<String>,
    forwarded: Forwarded,
    open: Option<Transaction>,
    faults: u32,
    unknown: u32,
}

struct Transaction {
    return_path: String,
    recipients: Vec<String>,
}

/// Tells a client to come again, without a conversation.
pub(super) async fn turn_away(mut stream: TcpStream) {
    // It is not listened to; whether it hears us is its affair.
    let _ = stream
        .write_all(b"421 4.7.0 too many connections, come again\r\n")
        .await;
    let _ = stream.shutdown().await;
}

/// Speaks with one client until it leaves, is silent for too long or has had its time. An error of the network ends the
/// conversation and nothing else.
pub(super) async fn serve(stream: TcpStream, peer: IpAddr, shared: &Shared) {
    let whole = Duration::from_millis(shared.settings.conversation_ms);
    let _ = timeout(whole, converse_twice(stream, peer, shared)).await;
}

async fn converse_twice(stream: TcpStream, peer: IpAddr, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut talk = Talk {
        peer,
        secure: false,
        hello: None,
        forwarded: Forwarded::default(),
        open: None,
        faults: 0,
        unknown: 0,
    };
    let idle = Duration::from_millis(shared.settings.idle_ms);
    let mut wire = Wire::new(stream, Some(idle));
    let protocol = match shared.settings.protocol {
        Protocol::Lmtp => "LMTP",
        Protocol::Smtp => "ESMTP",
    };
    wire.say(&format!("220 {} {protocol}", shared.settings.hostname));
    if let End::StartTls = converse(&mut wire, &mut talk, shared).await?
        && let Some(acceptor) = &shared.acceptor
    {
        let stream = timeout(idle, acceptor.accept(wire.into_inner())).await??;
        // RFC 3207 section 4.2: nothing that was said before counts.
        talk.secure = true;
        talk.hello = None;
        talk.forwarded = Forwarded::default();
        talk.open = None;
        converse(&mut Wire::new(stream, Some(idle)), &mut talk, shared).await?;
    }
    Ok(())
}

async fn converse<S>(wire: &mut Wire<S>, talk: &mut Talk, shared: &Shared) -> io::Result<End>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let line = match wire.command().await? {
            Ok(line) => line,
            Err(broken) => return give_up(wire, broken).await,
        };
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match (verb.to_ascii_uppercase().as_str(), shared.settings.protocol) {
            ("LHLO", Protocol::Lmtp) | ("EHLO" | "HELO", Protocol::Smtp) => greet(wire, talk, shared, rest),
            ("STARTTLS", _) if shared.acceptor.is_some() && !talk.secure => {
                if wire.has_unread() {
                    return end(wire, "554 5.5.1 nothing may follow STARTTLS").await;
                }
                wire.say("220 2.0.0 go ahead");
                wire.flush().await?;
                return Ok(End::StartTls);
            }
            ("XFORWARD", _) if talk.is_forwarder(shared) => match talk.forwarded.take(rest) {
                Ok(()) => wire.say("250 2.0.0 ok"),
                Err(()) => talk.fault(wire, "501 5.5.4 XFORWARD NAME=value"),
            },
            ("MAIL", _) => begin(wire, talk, shared, rest),
            ("RCPT", _) => recipient(wire, talk, shared, rest),
            ("DATA", _) => {
                if let Some(end) = data(wire, talk, shared).await? {
                    return Ok(end);
                }
            }
            ("RSET", _) => {
                talk.open = None;
                talk.forwarded = Forwarded::default();
                wire.say("250 2.0.0 reset");
            }
            ("NOOP", _) => wire.say("250 2.0.0 here"),
            // RFC 5321 section 3.5.3: an answer that tells nothing.
            ("VRFY", _) => wire.say("252 2.5.0 send it and see"),
            ("QUIT", _) => return end(wire, "221 2.0.0 goodbye").await,
            _ => talk.fault(wire, "502 5.5.1 not here"),
        }
        if talk.faults > FAULTS_MAX || talk.unknown > UNKNOWN_MAX {
            return end(wire, "421 4.7.0 too many errors").await;
        }
    }
}

impl Talk {
    fn is_forwarder(&self, shared: &Shared) -> bool {
        shared.settings.forwarders.contains(&self.peer)
    }

    /// Whom the message that ends now came from. What a forwarder said is of one message.
    fn client(&mut self, shared: &Shared) -> Option<Client> {
        let forwarded = std::mem::take(&mut self.forwarded);
        if self.is_forwarder(shared) {
            return forwarded.client();
        }
        let hello = self.hello.clone().unwrap_or_default();
        Some(Client { ip: self.peer, hello })
    }

    fn fault<S: AsyncRead + AsyncWrite + Unpin>(&mut self, wire: &mut Wire<S>, reply: &str) {
        self.faults += 1;
        wire.say(reply);
    }
}

async fn end<S: AsyncRead + AsyncWrite + Unpin>(wire: &mut Wire<S>, reply: &str) -> io::Result<End> {
    wire.say(reply);
    wire.flush().await?;
    Ok(End::Over)
}

async fn give_up<S: AsyncRead + AsyncWrite + Unpin>(wire: &mut Wire<S>, broken: Broken) -> io::Result<End> {
    match broken {
        Broken::Gone => Ok(End::Over),
        Broken::BareLineEnd => end(wire, "550 5.5.2 a line ends with CR LF and nothing else").await,
        Broken::Silent => end(wire, "421 4.4.2 nothing was said for too long").await,
        Broken::LongLine => end(wire, "500 5.5.2 line too long").await,
    }
}

fn greet<S>(wire: &mut Wire<S>, talk: &mut Talk, shared: &Shared, rest: &str)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let name = rest.trim();
    if name.is_empty() || name.len() > PATH_BYTES_MAX || !name.bytes().all(|b| b.is_ascii_graphic()) {
        return talk.fault(wire, "501 5.5.4 say your name");
    }
    talk.hello = Some(name.to_owned());
    talk.open = None;
    wire.say(&format!("250-{}", shared.settings.hostname));
    if shared.acceptor.is_some() && !talk.secure {
        wire.say("250-STARTTLS");
    }
    wire.say(&format!("250-SIZE {}", shared.settings.message_bytes_max));
    if talk.is_forwarder(shared) {
        wire.say("250-XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE");
    }
    wire.say("250-8BITMIME");
    wire.say("250-PIPELINING");
    wire.say("250 ENHANCEDSTATUSCODES");
}

fn begin<S>(wire: &mut Wire<S>, talk: &mut Talk, shared: &Shared, rest: &str)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if talk.hello.is_none() {
        return talk.fault(wire, "503 5.5.1 greet first");
    }
    if !talk.secure && shared.settings.clear == Clear::Refused {
        return talk.fault(wire, "530 5.7.0 STARTTLS first");
    }
    if talk.open.is_some() {
        return talk.fault(wire, "503 5.5.1 one message at a time");
    }
    let Some((return_path, parameters)) = bounded(rest, "FROM:") else {
        return talk.fault(wire, "501 5.5.4 MAIL FROM:<address>");
    };
    for parameter in parameters.split_ascii_whitespace() {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name.to_ascii_uppercase().as_str() {
            // RFC 1870: what is announced as too large need not be sent.
            "SIZE"
                if value
                    .parse::<usize>()
                    .is_ok_and(|size| size <= shared.settings.message_bytes_max) => {}
            "SIZE" => return talk.fault(wire, "552 5.3.4 too large"),
            "BODY" if matches!(value.to_ascii_uppercase().as_str(), "7BIT" | "8BITMIME") => {}
            _ => return talk.fault(wire, "555 5.5.4 a parameter that was not offered"),
        }
    }
    talk.open = Some(Transaction {
        return_path,
        recipients: Vec::new(),
    });
    wire.say("250 2.1.0 ok");
}

fn recipient<S>(wire: &mut Wire<S>, talk: &mut Talk, shared: &Shared, rest: &str)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Some(open) = &mut talk.open else {
        return talk.fault(wire, "503 5.5.1 MAIL first");
    };
    let address = match bounded(rest, "TO:") {
        Some((address, parameters)) if !address.is_empty() && parameters.trim().is_empty() => address,
        _ => return talk.fault(wire, "501 5.5.4 RCPT TO:<address>"),
    };
    if open.recipients.len() >= shared.settings.recipients_max {
        return wire.say("452 4.5.3 too many recipients");
    }
    if shared.receiver.knows(&open.return_path, &address) {
        open.recipients.push(address);
        wire.say("250 2.1.5 ok");
    } else {
        talk.unknown += 1;
        wire.say("550 5.1.1 no such mailbox here");
    }
}

async fn data<S>(wire: &mut Wire<S>, talk: &mut Talk, shared: &Shared) -> io::Result<Option<End>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let open = match talk.open.take() {
        Some(open) if !open.recipients.is_empty() => open,
        other => {
            talk.open = other;
            talk.fault(wire, "503 5.5.1 no recipient yet");
            return Ok(None);
        }
    };
    wire.say("354 go on");
    let reading = wire.message(shared.settings.message_bytes_max, LINE_BYTES_MAX);
    let bytes = match reading.await? {
        Ok(bytes) => bytes,
        Err(broken) => return give_up(wire, broken).await.map(Some),
    };
    // LMTP has an answer for each recipient (RFC 2033 section 4.2); all are stored together, so all are the same.
    let answers = match shared.settings.protocol {
        Protocol::Lmtp => open.recipients.len(),
        Protocol::Smtp => 1,
    };
    let answer = match bytes {
        None => "552 5.3.4 too large",
        Some(bytes) => {
            let received = Received {
                client: talk.client(shared),
                return_path: Some(open.return_path),
                recipients: open.recipients,
                bytes,
            };
            match shared.receiver.receive(received).await {
                Answer::Stored => "250 2.0.0 stored",
                Answer::Later => "451 4.3.0 cannot store it now",
                Answer::Never => "550 5.6.0 not taken",
            }
        }
    };
    for _ in 0..answers {
        wire.say(answer);
    }
    Ok(None)
}

/// The path of a command and its parameters, if it is no longer than one may be (RFC 5321 section 4.5.3.1.3, with room).
fn bounded<'l>(rest: &'l str, prefix: &str) -> Option<(String, &'l str)> {
    path(rest, prefix).filter(|(address, _)| address.len() <= PATH_BYTES_MAX)
}
