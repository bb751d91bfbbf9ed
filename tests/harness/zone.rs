//! A real DNS server of a test's own on loopback, with the TXT records that the test gives it.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use hickory_server::Server;
use hickory_server::net::runtime::TokioRuntimeProvider;
use hickory_server::proto::rr::rdata::{SOA, TXT};
use hickory_server::proto::rr::{Name, RData, Record};
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneType};
use tokio::net::{TcpListener, UdpSocket};

/// A port where no resolver listens: whoever asks there is not answered.
pub const NO_RESOLVER: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1));
/// It speaks for every name below this one, and for no other.
const ORIGIN: &str = "example.";
const TTL_S: u32 = 60;
/// The longest piece of a TXT record, in bytes (RFC 1035 section 3.3).
const PIECE_BYTES_MAX: usize = 255;
const TCP_IDLE: Duration = Duration::from_secs(5);
const TCP_ANSWERS: usize = 16;

/// A zone that answers as long as it is kept.
pub struct Zone {
    address: SocketAddr,
    _server: Server<Catalog>,
}

impl Zone {
    /// Serves these texts, each under its name.
    pub async fn serve(texts: &[(&str, &str)]) -> Self {
        let origin = name(ORIGIN);
        let mut records = InMemoryZoneHandler::<TokioRuntimeProvider>::empty(
            origin.clone(),
            ZoneType::Primary,
            AxfrPolicy::Deny,
        );
        let soa = SOA::new(origin.clone(), origin.clone(), 1, 60, 60, 60, 60);
        records.upsert_mut(Record::from_rdata(origin.clone(), TTL_S, RData::SOA(soa)), 1);
        for (at, text) in texts {
            let pieces = text.as_bytes().chunks(PIECE_BYTES_MAX);
            let pieces = pieces.map(|piece| String::from_utf8_lossy(piece).into_owned());
            let txt = TXT::new(pieces.collect());
            let record = Record::from_rdata(name(&format!("{at}.")), TTL_S, RData::TXT(txt));
            assert!(records.upsert_mut(record, 1), "{at} is taken into the zone");
        }
        let mut catalog = Catalog::new();
        catalog.upsert(origin.into(), vec![Arc::new(records)]);
        let mut server = Server::new(catalog);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a port for DNS");
        let address = listener.local_addr().expect("its address");
        // The same number for both, which whoever asks expects.
        let socket = UdpSocket::bind(address).await.expect("the port for UDP as well");
        server.register_socket(socket);
        server.register_listener(listener, TCP_IDLE, TCP_ANSWERS);
        Self {
            address,
            _server: server,
        }
    }

    /// Whom to ask.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

fn name(text: &str) -> Name {
    Name::from_ascii(text).expect("a name of DNS")
}
