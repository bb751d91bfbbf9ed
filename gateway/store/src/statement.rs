//! The catalogue of statements.

/// One statement, under the name that errors and the catalogue call it by.
#[derive(Debug)]
pub struct Statement {
    /// `table.verb`.
    pub name: &'static str,
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL: the same one, but for the few pairs that a test counts.
    pub postgres: &'static str,
}

impl Statement {
    /// One text for both databases.
    pub const fn both(name: &'static str, sql: &'static str) -> Self {
        Self {
            name,
            sqlite: sql,
            postgres: sql,
        }
    }

    /// Two texts, where the dialects truly differ.
    pub const fn pair(name: &'static str, sqlite: &'static str, postgres: &'static str) -> Self {
        Self {
            name,
            sqlite,
            postgres,
        }
    }

    /// Whether the two texts differ.
    pub fn is_pair(&self) -> bool {
        self.sqlite != self.postgres
    }
}

/// Declares the statements of a module and their list.
macro_rules! statements {
    ($($name:ident = $made:expr;)+) => {
        $(static $name: $crate::Statement = $made;)+
        /// Every statement of this module, for the catalogue.
        pub(crate) static ALL: &[&$crate::Statement] = &[$(&$name),+];
    };
}
pub(crate) use statements;

/// Every statement of the program.
pub fn catalogue() -> impl Iterator<Item = &'static Statement> {
    [
        crate::accounts::ALL,
        crate::adviser_accounts::ALL,
        crate::adviser_reading::ALL,
        crate::adviser_updates::ALL,
        crate::api::ALL,
        crate::bounces::ALL,
        crate::breaches::ALL,
        crate::calendar::ALL,
        crate::checks::ALL,
        crate::consents::ALL,
        crate::contacts::ALL,
        crate::covers::ALL,
        crate::details::ALL,
        crate::drafts::ALL,
        crate::due_requests::ALL,
        crate::erasure::ALL,
        crate::events::ALL,
        crate::evidence::ALL,
        crate::fetched::ALL,
        crate::flags::ALL,
        crate::glasses::ALL,
        crate::house::ALL,
        crate::inbound_files::ALL,
        crate::kept_words::ALL,
        crate::keys::ALL,
        crate::known_texts::ALL,
        crate::log::ALL,
        crate::log_search::ALL,
        crate::mailboxes::ALL,
        crate::meetings::ALL,
        crate::notices::ALL,
        crate::obligations::ALL,
        crate::openings::ALL,
        crate::outbox::ALL,
        crate::people::ALL,
        crate::proposals::ALL,
        crate::provider_accounts::ALL,
        crate::reach::ALL,
        crate::recovery::ALL,
        crate::referrals::ALL,
        crate::scrutiny::ALL,
        crate::search::ALL,
        crate::sessions::ALL,
        crate::sign_in::ALL,
        crate::silences::ALL,
        crate::subjects::ALL,
        crate::supporters::ALL,
        crate::vettings::ALL,
        crate::webhooks::ALL,
        crate::whole_victim::ALL,
        crate::threads::ALL,
        crate::team::ALL,
        crate::tiles::ALL,
        crate::worklist::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}
