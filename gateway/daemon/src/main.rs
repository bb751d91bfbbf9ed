//! The program `gateway`: configuration, wiring, sub-commands. It is the only room that reads a clock or the
//! system's randomness, and the only one that prints.
//!
//! To add a sub-command: a variant in `Command`, a file in `commands/`, a row in `docs/operations.md`.

mod chance;
mod commands;
mod config;
mod demo;
mod house;
mod mail_fetch;
mod mail_in;
mod print;
mod program_log;
mod serve;
mod site;
mod webhook;
mod witness;
mod witnesses;
mod workers;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "gateway",
    version,
    about = "Tells victims of rape what they are owed, safely and on time"
)]
struct Cli {
    /// The folder with `config` and `templates`.
    #[arg(long, global = true, default_value = ".", env = "GATEWAY_HOUSE")]
    house: PathBuf,
    /// The configuration of a service; without it, commands act on the demo's folder.
    #[arg(long, global = true, env = "GATEWAY_CONFIG")]
    config: Option<PathBuf>,
    /// Where a demo keeps its database, keys and caught mail; commands act on it.
    #[arg(long, global = true, default_value = "var/demo", env = "GATEWAY_DIR")]
    dir: PathBuf,
    /// Who acts, by user name in the staff file.
    // Sub-commands have a `user` of their own, which would otherwise be taken for this one.
    #[arg(id = "acting", long = "as", global = true, default_value = "operator")]
    user: String,
    /// One JSON value or JSON lines, for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play the invented cases against a mail catcher that speaks real SMTP with TLS.
    Demo {
        /// Play the whole story once in simulated time, print a summary and exit.
        #[arg(long)]
        headless: bool,
        /// Where the demo's pages are served, by HTTPS.
        #[arg(long, default_value = "127.0.0.1:8443")]
        listen: std::net::SocketAddr,
    },
    /// Everything in one process, as a configuration says, until SIGTERM or Ctrl-C. Needs --config.
    Serve,
    /// Bring the database up to date. Needs --config.
    Migrate,
    /// Check configuration, rulebook, calendar and templates: all faults at once.
    Check,
    /// One due time with its explanation.
    Deadline(commands::deadline::Args),
    /// The vetted words.
    #[command(subcommand)]
    Templates(commands::templates::Command),
    /// Keys, secrets and erasure.
    #[command(subcommand)]
    Vault(commands::vault::Command),
    /// The contact log: proofs for whoever does not have to trust us.
    #[command(subcommand)]
    Log(commands::log::Command),
    /// What somebody has to be told at once.
    #[command(subcommand)]
    Notices(commands::notices::Command),
    /// What is owed, soonest first.
    #[command(subcommand)]
    Obligations(commands::obligations::Command),
    /// What waits for a decision.
    #[command(subcommand)]
    Drafts(commands::drafts::Command),
    /// What waits to leave.
    #[command(subcommand)]
    Outbox(commands::outbox::Command),
    /// What people did by hand, and what the ladder says next.
    #[command(subcommand)]
    Contacts(commands::contacts::Command),
    /// How one victim may safely be reached.
    #[command(subcommand)]
    Plan(commands::plan::Command),
    /// The way by which mail leaves.
    #[command(subcommand)]
    Mail(commands::sending::Command),
    /// The mailboxes for advisers.
    #[command(subcommand)]
    Mailbox(commands::mailbox::Command),
    /// Bring cases in.
    #[command(subcommand)]
    Cases(commands::imports::Cases),
    /// Bring key-stage events in.
    #[command(subcommand)]
    Events(commands::imports::Events),
    /// Who may sign in.
    #[command(subcommand)]
    User(commands::users::Command),
    /// Tokens of other systems.
    #[command(subcommand)]
    Tokens(commands::tokens::Command),
    /// Cosign the checkpoints of other people's logs, for an auditor to run elsewhere.
    Witness(witness::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    program_log::mask_panics();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => return print::failed(&format!("the runtime does not start: {fault}"), 2),
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => ExitCode::from(code),
        Err(fault) => print::failed(&fault.sentence, fault.exit),
    }
}

async fn run(cli: Cli) -> Result<u8, print::Fault> {
    let open = commands::Context {
        project: cli.house,
        dir: cli.dir,
        config: cli.config,
        user: cli.user,
        json: cli.json,
    };
    match cli.command {
        Command::Demo { headless, listen } => demo::run(&open, (!headless).then_some(listen)).await,
        Command::Serve => serve::run(&open).await,
        Command::Migrate => serve::migrate(&open).await,
        Command::Vault(command) => commands::vault::run(&open, command).await,
        Command::Log(command) => commands::log::run(&open, command).await,
        Command::Mailbox(command) => commands::mailbox::run(&open, command).await,
        Command::Notices(command) => commands::notices::run(&open, command).await,
        Command::Check => commands::check::run(&open).await,
        Command::Deadline(args) => commands::deadline::run(&open, args),
        Command::Templates(command) => commands::templates::run(&open, command).await,
        Command::Obligations(command) => commands::obligations::run(&open, command).await,
        Command::Drafts(command) => commands::drafts::run(&open, command).await,
        Command::Outbox(command) => commands::outbox::run(&open, command).await,
        Command::Contacts(command) => Box::pin(commands::contacts::run(&open, command)).await,
        Command::Plan(command) => commands::plan::run(&open, command).await,
        Command::Mail(command) => commands::sending::run(&open, command).await,
        Command::Cases(command) => commands::imports::cases(&open, command).await,
        Command::Events(command) => commands::imports::events(&open, command).await,
        Command::User(command) => commands::users::run(&open, command).await,
        Command::Tokens(command) => commands::tokens::run(&open, command).await,
        Command::Witness(args) => witness::run(args).await,
    }
}
