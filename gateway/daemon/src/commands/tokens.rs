//! `gateway tokens`: the tokens and certificates that open the API to another system.

use std::path::PathBuf;

use domain::id::SessionId;
use domain::scope::Scope;
use jiff::SignedDuration;
use serde_json::json;

use super::{Context, id};
use crate::print::{self, Fault};

/// Tokens of other systems.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make one; it is shown once. With --certificate, a client certificate opens instead, and nothing is shown.
    Make {
        /// The account that it acts for; its one role is api-client.
        #[arg(long)]
        user: String,
        /// What it is for.
        #[arg(long)]
        name: String,
        /// cases-add, events-add, obligations-read, messages-read, victims-read, plans-read, plans-propose, drafts-read,
        /// contacts-read, log-read; may be given several times.
        #[arg(long = "scope", required = true, value_parser = scope)]
        scopes: Vec<Scope>,
        /// It opens nothing after so many days.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=366))]
        days: u16,
        /// The system's own certificate, PEM, of an authority in `web.client_ca_file`.
        #[arg(long)]
        certificate: Option<PathBuf>,
    },
    /// Those that were not revoked.
    List,
    /// Revoke one, at once.
    Revoke {
        /// Its identifier.
        id: String,
    },
}

fn scope(text: &str) -> Result<Scope, String> {
    let known = || Scope::ALL.map(Scope::as_str).join(", ");
    Scope::parse(text).ok_or_else(|| format!("a scope is one of {}", known()))
}

/// Runs the command.
pub async fn run(context: &Context, command: Command) -> Result<u8, Fault> {
    let gateway = context.open().await?;
    match command {
        Command::Make {
            user,
            name,
            scopes,
            days,
            certificate,
        } => {
            let life = SignedDuration::from_hours(24 * i64::from(days));
            if let Some(file) = certificate {
                let certificate =
                    web::tls::certificate_in(&file).map_err(|fault| Fault::input(fault.to_string()))?;
                gateway
                    .bind_certificate(&context.user, (&user, &name), &scopes, life, &certificate)
                    .await?;
                print::line("bound; the certificate opens what these scopes include");
            } else {
                let token = gateway
                    .make_api_token(&context.user, &user, &name, &scopes, life)
                    .await?;
                // The one time that it is shown.
                print::line(&token);
            }
        }
        Command::List => {
            for token in gateway.list_api_tokens(&context.user).await? {
                let scopes = token
                    .scopes
                    .iter()
                    .map(|scope| scope.as_str())
                    .collect::<Vec<_>>();
                if context.json {
                    print::json(
                        &json!({ "id": token.id, "kind": token.kind, "user": token.user, "name": token.name, "scopes": scopes,
                        "made_by": token.made_by, "ends_at": token.ends_at }),
                    );
                } else {
                    print::line(&format!(
                        "{}  {:<11} {:<20} until {}  {}  {}",
                        token.id,
                        token.kind,
                        token.user,
                        token.ends_at,
                        scopes.join(","),
                        token.name
                    ));
                }
            }
        }
        Command::Revoke { id: text } => {
            let id = id(&text, SessionId::parse)?;
            gateway.revoke_api_token(&context.user, &id).await?;
            print::line("revoked; it opens nothing from now on");
        }
    }
    Ok(0)
}
