//! The one place where a connection is opened: to the relay ([`crate::relay`]), which sends, and to a mailbox elsewhere
//! ([`crate::fetching`]), which cannot.

use std::io;

use tokio::net::TcpStream;

/// Connects, without waiting to fill packets (Nagle's algorithm).
pub(crate) async fn dial(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
