//! `gateway serve` and `gateway migrate`.

use std::sync::Arc;

use flows::{Gateway, MailRoute};
use mail::relay::{Failure, Relay};
use mail::sending_domain::Standing;
use store::Pool;

use crate::chance::MachineClock;
use crate::commands::Context;
use crate::house::LogFiles;
use crate::mail_fetch::Fetcher;
use crate::print::{self, Fault};
use crate::site::Site;
use crate::webhook::Receiver;
use crate::witnesses::Cosigner;
use crate::{house, mail_in, program_log, workers};

/// Opens what the configuration describes and works until it is told to stop.
pub async fn run(context: &Context) -> Result<u8, Fault> {
    let config = context.need_config()?;
    program_log::start(config.log.level, config.log.format);
    let gateway = house::open(&config, Box::new(MachineClock)).await?;
    let files = LogFiles::read(&config.contact_log)?;
    let relay = house::relay(&config)?;
    let gateway = gateway
        .publishing(files.published(&config.contact_log))
        .mailing(MailRoute::new(relay.clone(), house::sending_domain(&config)?));
    let gateway = match mail_in::incoming(&config)? {
        Some(incoming) => gateway.receiving(incoming),
        None => gateway,
    };
    let areas = &gateway.parts().areas;
    let fetchers = config.mail_fetch.iter().map(|about| Fetcher::new(about, areas));
    let fetchers = fetchers.collect::<Result<Vec<_>, _>>()?;
    let gateway = Arc::new(gateway);
    let cosigner = Cosigner::new(files.policy().clone())?;
    let known = house::known_texts(&config, &files)?;
    let sealer = house::sealer(&config.contact_log, files, &gateway).await?;
    let moved = gateway.change_calendar("system:start").await?;
    if !moved.is_empty() {
        tracing::warn!(
            obligations = moved.len(),
            "the calendar moved due times; each has its entry"
        );
    }
    let changed = gateway.record_texts("system:start", &known).await?;
    if !changed.is_empty() {
        tracing::warn!(?changed, "other than at the last start; each has its entry");
    }
    let unvetted = gateway.list_unvetted().await?;
    if !unvetted.is_empty() {
        tracing::warn!(
            versions = unvetted.len(),
            "two people have not vetted these template versions; nothing is sent from them"
        );
    }
    let looking = tokio::spawn(look_around(Arc::clone(&gateway), relay.clone()));
    let site = match &config.web {
        Some(web) => Some(Site::open(web, Arc::clone(&gateway))?),
        None => None,
    };
    let door = match &config.mail_in {
        Some(about) => Some(mail_in::open(mail_in::settings(about)?, Arc::clone(&gateway)).await?),
        None => None,
    };
    let receiver = config.webhook.as_ref().map(Receiver::new).transpose()?;
    let stuck_s = config.outbox.stuck_s;
    let worked = workers::run(
        gateway,
        relay,
        (sealer, cosigner),
        receiver,
        stuck_s,
        (site, door, fetchers),
    )
    .await;
    looking.abort();
    worked.map(|()| 0)
}

/// What is outside, seen at the start: nothing waits for it, and no answer keeps the service from working.
async fn look_around(gateway: Arc<Gateway>, relay: Relay) {
    tokio::join!(look_at(relay), look_at_domain(&gateway));
}

/// Says how the domain that we send from is published, a line for each of its records.
async fn look_at_domain(gateway: &Gateway) {
    let report = match gateway.check_domain().await {
        Ok(report) => report,
        Err(fault) => return tracing::error!(%fault, "the sending domain was not asked about"),
    };
    for finding in report.findings {
        let (mechanism, standing) = (finding.mechanism.name(), finding.standing.code());
        let (name, found, right) = (finding.name, finding.found, finding.right);
        if finding.standing == Standing::Good {
            tracing::info!(mechanism, standing, name, found, "sending domain");
        } else {
            tracing::warn!(mechanism, standing, name, found, right, "sending domain");
        }
    }
}

/// Says at the start how the relay answers, before a message meets the same answer.
async fn look_at(relay: Relay) {
    match relay.ready().await {
        Ok(_) => tracing::info!("the relay answers"),
        Err(failure @ Failure::Temporary { .. }) => tracing::warn!(%failure, "the relay does not answer"),
        Err(failure @ Failure::Technical { .. }) => {
            tracing::error!(%failure, "the relay takes nothing from us");
        }
        // What a certificate says comes from outside and stays out of the log; `gateway check` shows it.
        Err(Failure::Tls { .. }) => {
            tracing::error!("there is no verified TLS with the relay, so nothing leaves");
        }
    }
}

/// Brings the database up to date.
pub async fn migrate(context: &Context) -> Result<u8, Fault> {
    let config = context.need_config()?;
    let pool = Pool::open(&config.address()?).await?;
    pool.migrate().await?;
    let statements = pool.prepare_all().await?;
    print::line(&format!(
        "The database is up to date; all {statements} statements of this program fit it."
    ));
    Ok(0)
}
