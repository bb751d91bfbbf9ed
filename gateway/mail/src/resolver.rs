//! Whom DNS is asked, and for how long.

use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::system_conf::read_system_conf;

/// How long one question waits for its answer.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// How often it is asked.
const ATTEMPTS: usize = 2;

/// The machine names nobody to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no DNS resolver to ask; /etc/resolv.conf or the configuration must name one")]
pub struct Nobody;

/// To ask this resolver, or those of the machine. Nothing that was answered is kept.
pub(crate) fn of(resolver: Option<SocketAddr>) -> Result<(ResolverConfig, ResolverOpts), Nobody> {
    let (config, mut options) = match resolver {
        Some(address) => {
            let mut server = NameServerConfig::udp_and_tcp(address.ip());
            for connection in &mut server.connections {
                connection.port = address.port();
            }
            let config = ResolverConfig::from_name_servers(vec![server]);
            (config, ResolverOpts::default())
        }
        None => read_system_conf().map_err(|_| Nobody)?,
    };
    options.timeout = ANSWER_MAX;
    options.attempts = ATTEMPTS;
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    Ok((config, options))
}
