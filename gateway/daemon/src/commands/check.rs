//! `gateway check`: all faults at once.

use domain::retention::{DEFAULT, Policy};

use super::Context;
use crate::chance::MachineClock;
use crate::config::{self, Config, MailFetch};
use crate::house::{self, Paths};
use crate::mail_fetch::{self, Fetcher};
use crate::mail_in;
use crate::print::{self, Fault};
use crate::webhook::Receiver;

/// Runs the command.
pub async fn run(context: &Context) -> Result<u8, Fault> {
    let mut faults = Vec::new();
    let paths = match context.config() {
        Ok(Some(config)) => {
            check_config(&config, &mut faults).await;
            Paths::of_config(&config)
        }
        Ok(None) => Paths::of_project(&context.project),
        Err(fault) => {
            // Without a configuration there is nothing else to look at.
            print::line(&fault.sentence);
            return Ok(2);
        }
    };
    check_texts(&paths, &mut faults);
    for fault in &faults {
        print::line(fault);
    }
    Ok(u8::from(!faults.is_empty()))
}

fn check_texts(paths: &Paths, faults: &mut Vec<String>) {
    match house::texts(paths) {
        Ok(texts) => {
            let rules = texts.rulebook.rules();
            let enabled = rules.iter().filter(|rule| rule.enabled).count();
            print::line(&format!("rulebook   {} rules, {enabled} enabled", rules.len()));
            print::line(&format!(
                "calendar   {} to {}",
                texts.calendar.first_year(),
                texts.calendar.last_year()
            ));
            print::line(&format!("areas      {}", texts.areas.list().len()));
            show_retention(&texts.retention);
        }
        Err(fault) => faults.push(fault.sentence),
    }
    match house::library(paths) {
        Ok(library) => print::line(&format!("templates  {} versions", library.versions().len())),
        Err(fault) => faults.push(fault.sentence),
    }
}

/// How long data are kept, and which rows nobody has confirmed.
fn show_retention(policy: &Policy) {
    let stated = policy
        .rows()
        .iter()
        .find(|row| row.flag == DEFAULT)
        .and_then(|row| row.years);
    let default = stated.map_or_else(
        || "no number for a case without a flag: nothing can be erased".to_owned(),
        |years| format!("{years} years after the closing of a case without a flag"),
    );
    print::line(&format!("retention  {default}"));
    for row in policy.rows().iter().filter(|row| !row.confirmed) {
        print::line(&format!(
            "           {} is not confirmed (grade {})",
            row.flag, row.grade
        ));
    }
}

/// What only a configured service has: secrets, staff, a database, a relay.
async fn check_config(config: &Config, faults: &mut Vec<String>) {
    let mut found = |what: &str, answer: Result<String, Fault>| match answer {
        Ok(good) => print::line(&format!("{what:<10} {good}")),
        Err(fault) => faults.push(fault.sentence),
    };
    let people = config::read_staff(&config.staff.file);
    found("staff", people.map(|people| people.len().to_string()));
    let keys = house::keys(&config.keys.file, &config.keys.active);
    found("keys", keys.map(|_| format!("{} seals", config.keys.active)));
    let log = &config.contact_log;
    let signs = house::log_keys(log).and_then(|keys| Ok((keys, house::policy(log)?)));
    found(
        "contact log",
        signs.map(|(keys, (policy, _))| {
            let (keys, witnesses) = (keys.verifiers().len(), policy.witnesses().len());
            format!("{}, {keys} keys sign, {witnesses} witnesses", log.origin)
        }),
    );
    found("settings", house::settings(config).map(|_| "good".to_owned()));
    let signed = house::signer(config).map(|signer| match (signer, &config.relay.dkim) {
        (Some(signer), Some(dkim)) => format!(
            "{}._domainkey.{} must be: {}",
            dkim.selector,
            dkim.domain,
            signer.dns_record()
        ),
        _ => "none: what leaves is unsigned, and many servers distrust that".to_owned(),
    });
    found("signature", signed);
    if let Some(about) = config.web.as_ref().and_then(|web| web.single_sign_on.as_ref()) {
        let texts = house::texts(&Paths::of_config(config));
        let settings = texts.and_then(|texts| about.settings(&texts.areas));
        found("sign-on", settings.map(|settings| settings.issuer));
    }
    if let Some(about) = &config.mail_in {
        let opened = mail_in::settings(about).and_then(|_| mail_in::incoming(config));
        found("mail in", opened.map(|_| about.listen.clone()));
    }
    for about in &config.mail_fetch {
        found("mail fetch", check_mailbox(config, about).await);
    }
    found("files", mail_in::check_files(config).await);
    if let Some(about) = &config.webhook {
        found("webhook", Receiver::new(about).map(|_| about.url.clone()));
    }
    let database = match config.address() {
        Ok(address) => house::open_pool(&address).await.map(|_| "up to date".to_owned()),
        Err(fault) => Err(fault),
    };
    let is_open = database.is_ok();
    found("database", database);
    if is_open && config.mail_in.is_some() {
        found("silence", check_silence(config).await);
    }
    let relay = match house::relay(config) {
        Ok(relay) => match relay.ready().await {
            Ok(_) => Ok(match &config.relay.user {
                Some(_) => "answers, over TLS with its name verified, and signs us in".to_owned(),
                None => "answers, over TLS with its name verified; no user to sign in as".to_owned(),
            }),
            Err(fault) => Err(Fault::no(format!("relay: {fault}"))),
        },
        Err(fault) => Err(fault),
    };
    found("relay", relay);
}

/// Whether a mailbox has been without mail for longer than usual.
async fn check_silence(config: &Config) -> Result<String, Fault> {
    let gateway = house::open(config, Box::new(MachineClock)).await?;
    let silent = gateway.list_silent_mailboxes().await?;
    if silent.is_empty() {
        return Ok("no mailbox has been without mail for longer than usual".to_owned());
    }
    let said = silent.iter().map(|spell| {
        format!(
            "mailbox {}: no mail since {}; {} working days are the most that is usual",
            spell.area,
            print::london(spell.since_at),
            spell.usual_days
        )
    });
    Err(Fault::no(said.collect::<Vec<_>>().join("\n")))
}

/// Opens a mailbox that is hosted elsewhere, and says what may be missing of what was in it.
async fn check_mailbox(config: &Config, about: &MailFetch) -> Result<String, Fault> {
    let texts = house::texts(&Paths::of_config(config))?;
    Fetcher::new(about, &texts.areas)?.ready().await?;
    let gateway = house::open(config, Box::new(MachineClock)).await?;
    let standing = mail_fetch::standing(&gateway, about.area.as_str()).await?;
    let gaps = standing.map_or_else(Vec::new, |standing| standing.gaps(gateway.now()));
    if gaps.is_empty() {
        return Ok(format!(
            "{}: the server signs us in and opens the folder",
            about.area
        ));
    }
    let gaps = gaps.iter().map(|gap| format!("mail_fetch {}: {gap}", about.area));
    Err(Fault::no(gaps.collect::<Vec<_>>().join("\n")))
}
