//! The adviser's own mailbox: who they are, whom they support, what was written, and when a victim was told (issue 5).
//!
//! **Invariant:** whoever asks here is found by the account alone; what they name is looked for among their own people, in
//! SQL (`store::adviser_reading`). The roles of officers open nothing here, and an adviser's opens nothing elsewhere.

mod access;
mod conversations;
mod lead;
mod people;
mod told;

use domain::id::VictimId;
use domain::people::ConsentScope;
use jiff::Timestamp;
use store::Tx;
use store::adviser_accounts::{self, AdviserAccountRow};
use store::adviser_reading::{self, SupportRow};

pub use conversations::{ConversationOutline, ConversationRead, SIGNED_IN, Spoken, Voice};
pub use lead::{Colleague, ServiceRead, Standing as CoverStanding};
pub use people::{MeetingAhead, PersonSupported};
pub use told::VictimTold;

use crate::person::{Victim, from_json};
use crate::{Error, Gateway, Result, Role};

const ADVISERS: [Role; 1] = [Role::Adviser];

/// An adviser who signed in, and the present instant: what every reading begins with.
pub(crate) struct Reader {
    pub(crate) user: String,
    pub(crate) account: AdviserAccountRow,
    pub(crate) now: Timestamp,
}

impl Gateway {
    /// The adviser behind a user name; nobody who has left, and nobody who is none.
    pub(crate) async fn adviser_of(&self, tx: &mut Tx, user: &str) -> Result<Reader> {
        self.authorise(user, &ADVISERS)?;
        let account = adviser_accounts::find_by_user(tx, user).await?;
        Ok(Reader {
            user: user.to_owned(),
            account: account.ok_or(Error::NotFound("adviser's mailbox"))?,
            now: self.now(),
        })
    }

    /// The name by which somebody at a registered address is known.
    pub(crate) async fn name_of(&self, tx: &mut Tx, account: &AdviserAccountRow) -> Result<String> {
        let rows = adviser_accounts::list_registrations(tx, &account.value_index, self.now()).await?;
        let row = rows.into_iter().find(|row| row.service == account.service);
        let row = row.ok_or(Error::NotFound("adviser"))?;
        let details = self.open_adviser(tx, &row).await?;
        Ok(details.name.reveal().to_owned())
    }

    /// One of the reader's people, opened; anybody else is not there.
    pub(crate) async fn own_person(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        victim: &VictimId,
    ) -> Result<(SupportRow, Victim)> {
        let found = adviser_reading::find_person(tx, &reader.account.account_id, reader.now, victim).await?;
        let support = found.ok_or(Error::NotFound("person"))?;
        let victim = self.load_victim(tx, &support.victim_id).await?;
        Ok((support, victim))
    }
}

/// What a victim allowed.
pub(crate) fn scopes(support: &SupportRow) -> Result<Vec<ConsentScope>> {
    from_json("consent", &support.scope)
}
