//! `gateway user`: who may sign in.

use domain::account::Role;
use flows::AccountDetails;
use serde_json::json;

use super::Context;
use crate::print::{self, Fault};

/// Accounts.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make an account. Nobody can sign in to it before they were invited.
    Add {
        /// The user name that stands in the contact log.
        user: String,
        /// The name that others read.
        #[arg(long)]
        name: String,
        /// The telephone number that victims are given.
        #[arg(long, default_value = "")]
        phone: String,
        /// vlo, vlo-manager, prosecutor, template-reviewer, adviser, auditor, administrator or api-client; may be given
        /// several times.
        #[arg(long = "role", required = true, value_parser = role)]
        roles: Vec<Role>,
        /// The code of an Area; may be given several times.
        #[arg(long = "area", required = true)]
        areas: Vec<String>,
    },
    /// Make an invitation: the last part of its link, shown once. `gateway serve` answers it under /invitation/.
    Invite {
        /// The user name.
        user: String,
    },
    /// Disable an account, end its sessions and take its ways in away.
    Disable {
        /// The user name.
        user: String,
        /// Why, as a short code, e.g. left.
        #[arg(long)]
        reason: String,
    },
    /// Enable a disabled account; it is invited anew.
    Enable {
        /// The user name.
        user: String,
    },
    /// Let somebody who set up a password and an app sign in with them for some hours.
    Recovery {
        /// The user name.
        user: String,
        /// For how long, 1 to 24.
        #[arg(long, default_value_t = 1)]
        hours: i64,
    },
    /// Say that an account is somebody's whom the organisation's single sign-on knows. Needs --config with
    /// `web.single_sign_on`.
    Link {
        /// The user name.
        user: String,
        /// The provider's own name for them: the `sub` claim of its tokens.
        #[arg(long)]
        subject: String,
    },
    /// Every account.
    List,
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| format!("a role is one of {}", Role::ALL.map(Role::as_str).join(", ")))
}

/// Runs the command.
pub async fn run(context: &Context, command: Command) -> Result<u8, Fault> {
    let gateway = context.open().await?;
    let actor = &context.user;
    match command {
        Command::Add {
            user,
            name,
            phone,
            roles,
            areas,
        } => {
            let details = AccountDetails {
                name,
                phone,
                roles,
                areas,
            };
            gateway.add_account(actor, &user, &details).await?;
            print::line("added; `gateway user invite` makes the way in");
        }
        Command::Invite { user } => {
            let id = gateway.find_account(actor, &user).await?;
            // The one time that it is shown.
            print::line(&gateway.invite(actor, &id).await?);
        }
        Command::Disable { user, reason } => {
            let id = gateway.find_account(actor, &user).await?;
            gateway.disable_account(actor, &id, &reason).await?;
            print::line("disabled; its sessions have ended");
        }
        Command::Enable { user } => {
            let id = gateway.find_account(actor, &user).await?;
            gateway.enable_account(actor, &id).await?;
            print::line("enabled; `gateway user invite` makes the way in");
        }
        Command::Recovery { user, hours } => {
            let id = gateway.find_account(actor, &user).await?;
            let until = gateway.grant_recovery(actor, &id, hours).await?;
            print::line(&format!("granted until {until}"));
        }
        Command::Link { user, subject } => {
            let config = context.need_config()?;
            let provider = config.web.and_then(|web| web.single_sign_on);
            let provider =
                provider.ok_or_else(|| Fault::input("web.single_sign_on: there is no such table"))?;
            gateway
                .link_to_provider(actor, &user, (&provider.issuer, &subject))
                .await?;
            print::line("linked; single sign-on leads to this account from now on");
        }
        Command::List => {
            for account in gateway.list_accounts(actor).await? {
                let roles = account.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>();
                if context.json {
                    print::json(
                        &json!({ "user": account.user, "name": account.name, "roles": roles,
                        "areas": account.areas, "active": account.is_active }),
                    );
                } else {
                    let state = if account.is_active { "active" } else { "disabled" };
                    print::line(&format!("{:<24} {state:<9} {}", account.user, roles.join(",")));
                }
            }
        }
    }
    Ok(0)
}
