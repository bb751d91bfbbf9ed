//! A real DNS server of a test's own on loopback, with the records that the test gives it.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hickory_server::Server;
use hickory_server::net::runtime::{Time, TokioRuntimeProvider};
use hickory_server::proto::op::{Header, HeaderCounts};
use hickory_server::proto::rr::rdata::{A, AAAA, CNAME, MX, PTR, SOA, TXT};
use hickory_server::proto::rr::{LowerName, Name, RData, Record, RecordType};
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneType};
use tokio::net::{TcpListener, UdpSocket};

/// A port where no resolver listens: whoever asks there is not answered.
pub const NO_RESOLVER: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1));
/// Where texts are all there is: it speaks for every name below this one, and for no other.
const ORIGIN: &str = "example.";
/// Where a whole DNS is played.
const ROOT: &str = ".";
const TTL_S: u32 = 60;
/// The longest piece of a TXT record, in bytes (RFC 1035 section 3.3).
const PIECE_BYTES_MAX: usize = 255;
const TCP_IDLE: Duration = Duration::from_secs(5);
const TCP_ANSWERS: usize = 16;

/// What stands under a name.
#[derive(Debug, Clone)]
pub enum Data {
    /// An address.
    Ip(std::net::IpAddr),
    /// The name behind an alias.
    Alias(String),
    /// A mail server, and how far back it stands.
    MailServer(u16, String),
    /// The name of an address.
    Pointer(String),
    /// A text in its pieces, of any bytes.
    Text(Vec<Vec<u8>>),
}

impl Data {
    /// A text of whatever length.
    pub fn text(text: &str) -> Self {
        Self::Text(
            text.as_bytes()
                .chunks(PIECE_BYTES_MAX)
                .map(<[u8]>::to_vec)
                .collect(),
        )
    }

    fn into_rdata(self) -> RData {
        match self {
            Self::Ip(std::net::IpAddr::V4(ip)) => RData::A(A(ip)),
            Self::Ip(std::net::IpAddr::V6(ip)) => RData::AAAA(AAAA(ip)),
            Self::Alias(to) => RData::CNAME(CNAME(name(&to))),
            Self::MailServer(preference, to) => RData::MX(MX::new(preference, name(&to))),
            Self::Pointer(to) => RData::PTR(PTR(name(&to))),
            Self::Text(pieces) => RData::TXT(TXT::from_bytes(pieces.iter().map(Vec::as_slice).collect())),
        }
    }
}

/// A zone that answers as long as it is kept.
pub struct Zone {
    address: SocketAddr,
    _server: Server<Answering>,
}

impl Zone {
    /// Serves these texts, each under its name.
    pub async fn serve(texts: &[(&str, &str)]) -> Self {
        let records = texts
            .iter()
            .map(|(at, text)| ((*at).to_owned(), Data::text(text)));
        Self::answer(ORIGIN, records.collect(), &[]).await
    }

    /// Plays a whole DNS: there is nothing else in the world. What is asked of a name in `silent` and does not stand there is
    /// not answered at all.
    pub async fn play(records: Vec<(String, Data)>, silent: &[String]) -> Self {
        Self::answer(ROOT, records, silent).await
    }

    async fn answer(origin: &str, records: Vec<(String, Data)>, silent: &[String]) -> Self {
        let origin = name(origin);
        let mut zone = InMemoryZoneHandler::<TokioRuntimeProvider>::empty(
            origin.clone(),
            ZoneType::Primary,
            AxfrPolicy::Deny,
        );
        let soa = SOA::new(origin.clone(), origin.clone(), 1, 60, 60, 60, 60);
        zone.upsert_mut(Record::from_rdata(origin.clone(), TTL_S, RData::SOA(soa)), 1);
        let mut there = BTreeSet::new();
        for (at, data) in records {
            let record = Record::from_rdata(name(&at), TTL_S, data.into_rdata());
            // The same record twice is one.
            let first = there.insert((LowerName::from(name(&at)), record.record_type()));
            assert!(
                zone.upsert_mut(record, 1) || !first,
                "{at} is taken into the zone"
            );
        }
        let mut catalog = Catalog::new();
        catalog.upsert(origin.into(), vec![Arc::new(zone)]);
        let silent = silent.iter().map(|at| LowerName::from(name(at))).collect();
        let mut server = Server::new(Answering {
            catalog,
            there,
            silent,
        });
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

/// A catalogue that says nothing about some names.
struct Answering {
    catalog: Catalog,
    there: BTreeSet<(LowerName, RecordType)>,
    silent: BTreeSet<LowerName>,
}

#[async_trait]
impl RequestHandler for Answering {
    async fn handle_request<R: ResponseHandler, T: Time>(
        &self,
        request: &Request,
        response: R,
    ) -> ResponseInfo {
        if let Ok(info) = request.request_info() {
            let asked = (info.query.name().clone(), info.query.query_type());
            if self.silent.contains(&asked.0) && !self.there.contains(&asked) {
                let counts = HeaderCounts::default();
                return ResponseInfo::from(Header {
                    metadata: *info.metadata,
                    counts,
                });
            }
        }
        self.catalog.handle_request::<R, T>(request, response).await
    }
}

/// A name as it is written, whatever characters it has; always from the root.
fn name(text: &str) -> Name {
    let labels = text.split('.').filter(|label| !label.is_empty());
    Name::from_labels(labels.map(str::as_bytes)).expect("a name of DNS")
}
