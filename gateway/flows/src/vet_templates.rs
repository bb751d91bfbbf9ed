//! Vetting: two people of the organisation put their names to the words of a template version, by digest.

use store::vettings::{self, VettingRow};

use crate::entries::entry;
use crate::{Error, Gateway, Result, Role};

/// How many versions were vetted now, and how many had been before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vetted {
    /// Vetted by this call.
    pub now: usize,
    /// Vetted before.
    pub before: usize,
}

impl Gateway {
    /// Records that `first` and `second` read every loaded template version, or only those of `kind`.
    pub async fn vet_templates(&self, first: &str, second: &str, kind: Option<&str>) -> Result<Vetted> {
        let roles = [Role::VloManager, Role::Vlo];
        self.authorise(first, &roles)?;
        self.authorise(second, &roles)?;
        if first == second {
            return Err(Error::Invalid(
                "vetting needs two different people; name another with --second".to_owned(),
            ));
        }
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let mut done = Vetted { now: 0, before: 0 };
        let mut entries = Vec::new();
        for version in self
            .parts
            .library
            .versions()
            .iter()
            .filter(|v| kind.is_none_or(|kind| v.kind == kind))
        {
            let row = VettingRow {
                digest: version.digest.clone(),
                kind: version.kind.clone(),
                version: i64::from(version.version),
                language: version.language.to_string(),
                vetted_by: first.to_owned(),
                seconded_by: second.to_owned(),
                vetted_at: now,
            };
            if vettings::add(&mut tx, &row).await? {
                done.now += 1;
                let seconded = entry(now, first, audit::entry::Act::Decision, "template-vetted")?;
                entries.push(
                    seconded
                        .with_template(&row.kind, version.version, &row.language, &row.digest)
                        .with_fact("seconded-by", second),
                );
            } else {
                done.before += 1;
            }
        }
        tx.commit(&entries).await?;
        Ok(done)
    }
}
