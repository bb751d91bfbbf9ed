//! One SMTP conversation (RFC 5321 section 4).

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::{Caught, Fault, MESSAGE_BYTES_MAX, Shared, account};
use crate::tls::TlsMode;
use crate::wire::{Broken, TEXT_LINE_BYTES_MAX, Wire, path};

const GREETING: &str = "220 catcher.test ESMTP";
const RECIPIENTS_MAX: usize = 100;
const VERBS_MAX: usize = 1000;

enum End {
    Over,
    StartTls,
}

/// A transaction between MAIL and the final dot.
struct Transaction {
    from: String,
    recipients: Vec<String>,
    fault: Fault,
}

/// Speaks with one client until it leaves. An error of the network ends the conversation and nothing else.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let _ = converse_twice(stream, &shared).await;
}

async fn converse_twice(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    if shared.mode == TlsMode::Implicit {
        let mut wire = Wire::new(shared.acceptor.accept(stream).await?, None);
        wire.say(GREETING);
        converse(&mut wire, shared, true).await?;
        return Ok(());
    }
    let mut wire = Wire::new(stream, None);
    wire.say(GREETING);
    if let End::StartTls = converse(&mut wire, shared, false).await? {
        let stream = shared.acceptor.accept(wire.into_inner()).await?;
        converse(&mut Wire::new(stream, None), shared, true).await?;
    }
    Ok(())
}

async fn converse<S>(wire: &mut Wire<S>, shared: &Shared, secure: bool) -> io::Result<End>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut transaction: Option<Transaction> = None;
    let mut welcome = shared.account.is_none();
    loop {
        let line = match wire.command().await? {
            Ok(line) => line,
            Err(broken) => {
                give_up(wire, shared, broken).await?;
                return Ok(End::Over);
            }
        };
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let verb = verb.to_ascii_uppercase();
        if !secure {
            let mut verbs = shared.verbs();
            if verbs.len() < VERBS_MAX {
                verbs.push(verb.clone());
            }
        }
        match verb.as_str() {
            "EHLO" => {
                transaction = None;
                hello(wire, shared, secure);
            }
            "STARTTLS" if !secure && shared.offers_tls() => {
                if wire.has_unread() {
                    // RFC 3207 section 4.2: what was sent ahead of TLS must not count afterwards.
                    wire.say("554 5.5.1 nothing may follow STARTTLS");
                    wire.flush().await?;
                    return Ok(End::Over);
                }
                wire.say("220 2.0.0 go ahead");
                wire.flush().await?;
                return Ok(End::StartTls);
            }
            "MAIL" | "RCPT" | "DATA" if !secure => wire.say("530 5.7.0 STARTTLS first"),
            "AUTH" if secure && !welcome => welcome = account::sign_in(wire, shared, rest).await?,
            "MAIL" if !welcome => wire.say("530 5.7.0 sign in first"),
            "MAIL" => begin(wire, shared, &mut transaction, rest).await?,
            "RCPT" => {
                shared.recipients.fetch_add(1, Ordering::SeqCst);
                recipient(wire, &mut transaction, rest);
            }
            "DATA" => match transaction.take() {
                Some(open) if !open.recipients.is_empty() => {
                    if data(wire, shared, open).await?.is_break() {
                        return Ok(End::Over);
                    }
                }
                other => {
                    transaction = other;
                    wire.say("503 5.5.1 no recipient yet");
                }
            },
            "RSET" => {
                transaction = None;
                wire.say("250 2.0.0 reset");
            }
            "NOOP" => wire.say("250 2.0.0 here"),
            "QUIT" => {
                wire.say("221 2.0.0 goodbye");
                wire.flush().await?;
                return Ok(End::Over);
            }
            _ => wire.say("502 5.5.1 not here"),
        }
    }
}

fn hello<S>(wire: &mut Wire<S>, shared: &Shared, secure: bool)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    wire.say("250-catcher.test");
    if !secure && shared.offers_tls() {
        wire.say("250-STARTTLS");
    }
    if let Some(offer) = shared.account.as_ref().and_then(|account| account.offer(secure)) {
        wire.say(&format!("250-AUTH {offer}"));
    }
    wire.say(&format!("250-SIZE {MESSAGE_BYTES_MAX}"));
    wire.say("250-PIPELINING");
    wire.say("250 ENHANCEDSTATUSCODES");
}

async fn give_up<S>(wire: &mut Wire<S>, shared: &Shared, broken: Broken) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    match broken {
        Broken::Gone | Broken::Silent => {}
        Broken::BareLineEnd => {
            shared.bare_line_ends.fetch_add(1, Ordering::SeqCst);
            wire.say("550 5.5.2 a line ends with CR LF and nothing else");
        }
        Broken::LongLine => wire.say("500 5.5.2 line too long"),
    }
    wire.flush().await
}

async fn begin<S>(
    wire: &mut Wire<S>,
    shared: &Shared,
    transaction: &mut Option<Transaction>,
    rest: &str,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    match (&transaction, path(rest, "FROM:").map(|(from, _)| from)) {
        (Some(_), _) => wire.say("503 5.5.1 one message at a time"),
        (None, None) => wire.say("501 5.5.4 MAIL FROM:<address>"),
        (None, Some(from)) => {
            let fault = shared.next_fault();
            if fault == Fault::HangBeforeData {
                wire.flush().await?;
                std::future::pending::<()>().await;
            }
            *transaction = Some(Transaction {
                from,
                recipients: Vec::new(),
                fault,
            });
            wire.say("250 2.1.0 ok");
        }
    }
    Ok(())
}

fn recipient<S>(wire: &mut Wire<S>, transaction: &mut Option<Transaction>, rest: &str)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    match (transaction, path(rest, "TO:").map(|(to, _)| to)) {
        (None, _) => wire.say("503 5.5.1 MAIL first"),
        (Some(open), _) if open.fault == Fault::RefuseRecipient => wire.say("550 5.1.1 no such mailbox"),
        (Some(open), Some(to)) if !to.is_empty() && open.recipients.len() < RECIPIENTS_MAX => {
            open.recipients.push(to);
            wire.say("250 2.1.5 ok");
        }
        _ => wire.say("501 5.5.4 RCPT TO:<address>"),
    }
}

async fn data<S>(wire: &mut Wire<S>, shared: &Shared, open: Transaction) -> io::Result<ControlFlow<()>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if open.fault == Fault::BusyAtData {
        wire.say("451 4.3.0 busy");
        return Ok(ControlFlow::Continue(()));
    }
    wire.say("354 go on");
    let message = match wire.message(MESSAGE_BYTES_MAX, TEXT_LINE_BYTES_MAX).await? {
        Ok(message) => message,
        Err(broken) => {
            give_up(wire, shared, broken).await?;
            return Ok(ControlFlow::Break(()));
        }
    };
    let Some(bytes) = message else {
        wire.say("552 5.3.4 too large");
        return Ok(ControlFlow::Continue(()));
    };
    if open.fault == Fault::FullAfterData {
        wire.say("452 4.3.1 full");
        return Ok(ControlFlow::Continue(()));
    }
    let kept = shared
        .sink
        .keep(Caught {
            from: open.from,
            recipients: open.recipients,
            bytes,
        })
        .await;
    match open.fault {
        Fault::HangAfterData => std::future::pending::<()>().await,
        Fault::DropAfterData => return Ok(ControlFlow::Break(())),
        _ => {}
    }
    wire.say(if kept.is_ok() {
        "250 2.0.0 kept"
    } else {
        "452 4.3.1 cannot keep it"
    });
    if open.fault == Fault::CloseAfterAccept {
        wire.flush().await?;
        return Ok(ControlFlow::Break(()));
    }
    Ok(ControlFlow::Continue(()))
}
