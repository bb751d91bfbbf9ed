//! Need to know (law 10): from somebody to what they reach. Every flow that a person calls about a victim, a duty, a
//! draft, a message or a case asks here first; what is not theirs is "not found", and nothing of it is read.

use domain::reach::{reaches_areas, reaches_assigned};
use store::reach::{self, Named};
use store::{Scope, Tx};

use crate::{Error, Gateway, Result, Role, Staff};

/// Workers of the running service act under such a name, which no account and no staff file can have.
const SYSTEM: &str = "system:";

impl Gateway {
    /// What somebody reaches now.
    pub fn scope(&self, staff: &Staff) -> Result<Scope> {
        let areas = if staff.areas.is_empty() {
            let all = self.parts.areas.list().iter();
            all.map(|area| area.code.as_str().to_owned()).collect()
        } else {
            staff.areas.clone()
        };
        Scope::new(
            &staff.user,
            self.now(),
            areas,
            reaches_areas(&staff.roles),
            reaches_assigned(&staff.roles),
        )
        .ok_or_else(|| Error::broken("a scope", "more Areas than a query takes"))
    }

    /// Whether somebody reaches what they name; the answer to everybody else is that it is not there. Workers of the
    /// service itself reach everything.
    pub(crate) async fn reach(&self, tx: &mut Tx, actor: &str, named: Named<'_>) -> Result<()> {
        if actor.starts_with(SYSTEM) {
            return Ok(());
        }
        let scope = self.scope(&*self.staff(actor)?)?;
        if reach::list(tx, &scope, named).await?.is_empty() {
            return Err(Error::NotFound(named.noun()));
        }
        Ok(())
    }

    /// The same for what a keeper of the data does, who needs to see nobody's content for it: administrators are not
    /// held to the reach of officers, nor other systems, whose Areas their own flows have asked about.
    pub(crate) async fn reach_as_keeper(&self, tx: &mut Tx, actor: &str, named: Named<'_>) -> Result<()> {
        let keeps = |role: &Role| matches!(role, Role::Administrator | Role::ApiClient);
        if self.staff(actor)?.roles.iter().any(keeps) {
            return Ok(());
        }
        self.reach(tx, actor, named).await
    }
}
