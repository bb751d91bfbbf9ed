//! `gateway serve` and `gateway migrate`.

use store::Pool;

use crate::chance::MachineClock;
use crate::commands::Context;
use crate::print::{self, Fault};
use crate::{house, program_log, workers};

/// Opens what the configuration describes and works until it is told to stop.
pub async fn run(context: &Context) -> Result<u8, Fault> {
    let config = context.need_config()?;
    program_log::start(config.log.level, config.log.format);
    let gateway = house::open(&config, Box::new(MachineClock)).await?;
    let relay = house::relay(&config)?;
    let moved = gateway.change_calendar("system:start").await?;
    if !moved.is_empty() {
        tracing::warn!(
            obligations = moved.len(),
            "the calendar moved due times; each has its entry"
        );
    }
    let unvetted = gateway.list_unvetted().await?;
    if !unvetted.is_empty() {
        tracing::warn!(
            versions = unvetted.len(),
            "two people have not vetted these template versions; nothing is sent from them"
        );
    }
    workers::run(gateway, relay, config.outbox.stuck_s).await?;
    Ok(0)
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
