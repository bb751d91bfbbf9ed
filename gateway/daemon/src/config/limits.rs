//! What the values of a configuration must keep to, beyond their types.

use std::net::{AddrParseError, SocketAddr};

use domain::silence::Silence;

use super::{Config, Database, Relay, Web, mail_fetch};

/// Every value that is out of bounds: its key, and what would be right.
pub fn faults(config: &Config) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |holds: bool, sentence: &str| {
        if !holds {
            faults.push(sentence.to_owned());
        }
    };
    database(&config.database, &mut must);
    let outbox = &config.outbox;
    must(
        outbox.hold_back_s >= 0,
        "outbox.hold_back_s: must be 0 or more seconds",
    );
    must(
        (1..=1000).contains(&outbox.batch_max),
        "outbox.batch_max: must be between 1 and 1000 messages",
    );
    must(outbox.tries_max >= 1, "outbox.tries_max: must be at least 1");
    must(
        outbox.retry_first_s >= 1 && outbox.retry_max_s >= outbox.retry_first_s,
        "outbox.retry_first_s: must be at least 1 second, and outbox.retry_max_s not less than it",
    );
    must(
        outbox.stuck_s >= 60,
        "outbox.stuck_s: must be at least 60 seconds",
    );
    must(
        outbox.adviser_notice_s >= 600,
        "outbox.adviser_notice_s: must be at least 600 seconds",
    );
    relay(&config.relay, &mut must);
    if let Some(door) = &config.web {
        web(door, &mut must);
    }
    mail(config, &mut must);
    if let Some(receiver) = &config.webhook {
        receiver.faults(&mut must);
    }
    must(
        outbox.lease_s >= lease_min_s(config),
        "outbox.lease_s: a claim must outlast its batch: at least 3 x relay.timeout_ms for every group of \
         relay.connections_max messages in outbox.batch_max",
    );
    must(
        matches!(config.rules.attention_hours[..], [soon, urgent] if soon >= urgent && urgent > 0),
        "rules.attention_hours: must be two whole hours above 0, the earlier one first: soon, then urgent",
    );
    silence(config.silence, &mut must);
    must(
        resolver(config).is_ok(),
        "sender.resolver: must be an IP address and a port, such as 127.0.0.1:53",
    );
    must(
        config.rules.confirmed.iter().all(|one| is_line(&one.by)),
        "rules.confirmed: `by` must be one line of 1 to 200 bytes: who confirmed the rule",
    );
    for (key, value) in [
        ("office.hours_en", &config.office.hours_en),
        ("office.hours_cy", &config.office.hours_cy),
        ("sender.name", &config.sender.name),
        ("keys.active", &config.keys.active),
    ] {
        must(
            is_line(value),
            &format!("{key}: must not be empty, and one line of at most 200 bytes"),
        );
    }
    faults
}

/// How mail comes in.
fn mail(config: &Config, must: &mut impl FnMut(bool, &str)) {
    if let Some(files) = &config.files {
        files.faults(must);
    }
    if let Some(door) = &config.mail_in {
        door.faults(must);
    }
    mail_fetch::faults(&config.mail_fetch, must);
    must(
        (1..=3650).contains(&config.retention.rejected_mail_days),
        "retention.rejected_mail_days: must be between 1 and 3650 days",
    );
}

fn silence(silence: Silence, must: &mut impl FnMut(bool, &str)) {
    must(
        silence.is_sound(),
        "silence: mailbox_weeks 1 to 52, mailbox_factor 1 to 10, mailbox_working_days, answer_working_days \
         and consent_working_days 1 to 60, victim_working_days 1 to 250",
    );
}

fn database(database: &Database, must: &mut impl FnMut(bool, &str)) {
    must(
        database.address.is_some() != database.address_file.is_some(),
        "database: name exactly one of `address` and `address_file`",
    );
    must(
        !database
            .address
            .as_deref()
            .is_some_and(|address| address.starts_with("postgres") && has_password(address)),
        "database.address: a password does not belong here; put the whole address into a file and name it in `address_file`",
    );
}

fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= 200 && !text.chars().any(char::is_control)
}

/// Whom to ask about the sending domain, if the configuration names somebody.
pub fn resolver(config: &Config) -> Result<Option<SocketAddr>, AddrParseError> {
    config.sender.resolver.as_deref().map(str::parse).transpose()
}

fn web(web: &Web, must: &mut impl FnMut(bool, &str)) {
    must(
        web.origin
            .strip_prefix("https://")
            .is_some_and(|host| !host.is_empty() && !host.contains(['/', '@', '?', '#', ' '])),
        "web.origin: must be https://HOST or https://HOST:PORT, without a path",
    );
    must(
        web.listen.parse::<std::net::SocketAddr>().is_ok(),
        "web.listen: must be an IP address and a port, such as 127.0.0.1:8443",
    );
    must(
        web.vitals_listen
            .as_deref()
            .is_none_or(|address| address.parse::<std::net::SocketAddr>().is_ok()),
        "web.vitals_listen: must be an IP address and a port, such as 127.0.0.1:9464",
    );
    if let Some(provider) = &web.single_sign_on {
        provider.faults(must);
    }
}

fn relay(relay: &Relay, must: &mut impl FnMut(bool, &str)) {
    must(
        relay.port > 0,
        "relay.port: must be a port, usually 587 or 25, or 465 where relay.tls is \"implicit\"",
    );
    must(
        relay.user.is_some() == relay.password_file.is_some(),
        "relay: name both `user` and `password_file`, or neither",
    );
    must(
        (1..=64).contains(&relay.connections_max),
        "relay.connections_max: must be between 1 and 64",
    );
    must(
        (1000..=600_000).contains(&relay.timeout_ms),
        "relay.timeout_ms: must be between 1000 and 600000 milliseconds",
    );
}

/// How long a whole batch may take when every connection, envelope and message uses up its limit, in seconds.
fn lease_min_s(config: &Config) -> i64 {
    let groups = u64::from(config.outbox.batch_max).div_ceil(config.relay.connections_max.max(1) as u64);
    i64::try_from(groups.saturating_mul(3 * config.relay.timeout_ms) / 1000).unwrap_or(i64::MAX)
}

/// Whether `scheme://user:password@…` holds a password.
fn has_password(address: &str) -> bool {
    let authority = address.split("://").nth(1).unwrap_or_default();
    authority
        .split('/')
        .next()
        .and_then(|authority| authority.rsplit_once('@'))
        .is_some_and(|(user, _)| user.contains(':'))
        || address.contains("password=")
}
