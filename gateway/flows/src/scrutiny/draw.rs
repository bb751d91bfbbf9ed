//! Drawing letters: some by chance, and some of those that are most likely to have gone wrong.

use audit::entry::Act;
use domain::id::SampleId;
use domain::time::random;
use jiff::SignedDuration;
use store::scrutiny::{self, Letter, SampleRow};

use crate::entries::entry;
use crate::{Error, Gateway, Result, Role};

/// Letters drawn at a time by chance, and as many by risk. This number and the one below are ours.
pub const DRAWN_EACH: usize = 5;
/// Letters that were approved so many days ago or less: a scrutiny panel meets every quarter.
pub const DRAWN_DAYS: i64 = 92;
/// No more are looked at, the newest.
const CANDIDATES_MAX: u32 = 5_000;
/// No more may wait to be made ready in one Area.
const DRAWN_MAX: i64 = 20;

impl Gateway {
    /// Draws letters to victims of an Area: nobody chooses which. By risk means those that arrived late and those with hard
    /// news, both before one. Answers how many were drawn.
    pub async fn draw_samples(&self, user: &str, area: &str) -> Result<usize> {
        let staff = self.authorise(user, &[Role::VloManager])?;
        self.own_area(&staff, area)?;
        let now = self.now();
        let mut tx = self.pool().read().await?;
        let found = scrutiny::list_candidates(
            &mut tx,
            area,
            now - SignedDuration::from_hours(24 * DRAWN_DAYS),
            CANDIDATES_MAX,
        )
        .await?;
        drop(tx);
        let chosen = self.choose(found);
        if chosen.is_empty() {
            return Err(Error::Invalid(
                "no letter of the last 92 days is left in this Area that was not drawn before".to_owned(),
            ));
        }
        let mut tx = self.pool().begin().await?;
        if scrutiny::count_drawn(&mut tx, area).await? + to_i64(chosen.len()) > DRAWN_MAX {
            return Err(Error::Invalid(
                "make the letters ready that were drawn before, or leave them out".to_owned(),
            ));
        }
        for (letter, chosen) in &chosen {
            let row = SampleRow {
                id: SampleId::random(self.entropy()),
                letter: letter.clone(),
                area: area.to_owned(),
                chosen: (*chosen).to_owned(),
                drawn_by: user.to_owned(),
                drawn_at: now,
                sealed: None,
            };
            scrutiny::add(&mut tx, &row).await.map_err(|fault| match fault {
                fault if fault.is_duplicate() => {
                    Error::Conflict("somebody else draws letters at this moment".to_owned())
                }
                fault => fault.into(),
            })?;
        }
        let drawn = entry(now, user, Act::Decision, "scrutiny-drawn")?
            .with_area(area)
            .with_fact("letters", chosen.len().to_string());
        tx.commit(&[drawn]).await?;
        Ok(chosen.len())
    }

    fn choose(&self, mut found: Vec<(Letter, bool)>) -> Vec<(Letter, &'static str)> {
        found.sort_by_cached_key(|_| random::<16>(self.entropy()));
        let mut rest = found.split_off(DRAWN_EACH.min(found.len()));
        let weight = |(letter, is_hard): &(Letter, bool)| u8::from(letter.was_late) + u8::from(*is_hard);
        rest.retain(|one| weight(one) > 0);
        rest.sort_by_key(|one| std::cmp::Reverse(weight(one)));
        rest.truncate(DRAWN_EACH);
        let by_chance = found.into_iter().map(|(letter, _)| (letter, "random"));
        by_chance
            .chain(rest.into_iter().map(|(letter, _)| (letter, "risk")))
            .collect()
    }
}

fn to_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
