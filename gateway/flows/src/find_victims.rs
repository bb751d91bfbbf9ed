//! A victim is found by URN, or by words of the name and the year of birth through keyed indexes: exactly, since what is
//! sealed cannot be searched in parts. The log says that somebody searched and how many were found, never the words.

use audit::entry::Act;
use domain::address::chars::folded_words;
use domain::id::VictimId;
use domain::masked::Masked;
use domain::urn::Urn;
use store::Tx;
use store::search::{self, Hit, TERMS_MAX};

use crate::entries::entry;
use crate::person::Person;
use crate::{Error, Gateway, Result, Role};

/// The most victims that a search shows.
pub const HITS_MAX: u32 = 50;
/// Victims that one run of the indexing looks at in one transaction.
const INDEXED_AT_ONCE: u32 = 200;

/// What somebody looks for.
#[derive(Debug, Clone)]
pub enum Looked {
    /// A case by its URN.
    Urn(Urn),
    /// A person by words of the name, each exact, and the year of birth; at least one word.
    Person {
        /// Words of the name, in any order.
        name: Masked,
        /// The year of birth.
        born: Option<i16>,
    },
}

impl Gateway {
    /// The victims in the actor's reach whom this finds.
    pub async fn find_victims(&self, actor: &str, looked: &Looked) -> Result<Vec<Hit>> {
        let staff = self.authorise(actor, &[Role::Vlo, Role::VloManager, Role::Prosecutor])?;
        let scope = self.scope(&staff)?;
        let mut tx = self.pool().read().await?;
        let (by, hits) = match looked {
            Looked::Urn(urn) => (
                "urn",
                search::by_urn(&mut tx, &scope, urn.as_str(), HITS_MAX).await?,
            ),
            Looked::Person { name, born } => {
                let mut words = folded_words(name.reveal());
                words.sort();
                words.dedup();
                let terms = words.len() + usize::from(born.is_some());
                if words.is_empty() || terms > TERMS_MAX {
                    return Err(Error::Invalid(
                        "name: 1 to 5 words of a name, as they are written".to_owned(),
                    ));
                }
                let terms = self.terms(&words, *born);
                ("name", search::by_terms(&mut tx, &scope, &terms, HITS_MAX).await?)
            }
        };
        drop(tx);
        let searched = entry(self.now(), actor, Act::Consultation, "victims-searched")?
            .with_fact("by", by)
            .with_fact("hits", hits.len().to_string());
        self.record(searched).await?;
        Ok(hits)
    }

    fn terms(&self, words: &[String], born: Option<i16>) -> Vec<[u8; 32]> {
        let index = &self.parts.index;
        let mut terms = words
            .iter()
            .map(|word| index.index("name-word", word.as_bytes()))
            .collect::<Vec<_>>();
        terms.extend(born.map(|year| index.index("birth-year", year.to_string().as_bytes())));
        terms
    }

    /// Keeps the indexes by which a victim is found.
    pub(crate) async fn index_person(&self, tx: &mut Tx, victim: &VictimId, person: &Person) -> Result<()> {
        let mut words = person.legal_name.words();
        words.extend(person.preferred_name.words());
        words.sort();
        words.dedup();
        let terms = self.terms(&words, person.birth_year);
        Ok(search::save_indexes(tx, victim, &terms).await?)
    }

    /// Indexes every victim who has none yet, as after an update of the program; answers how many.
    pub async fn index_names(&self) -> Result<usize> {
        let (mut done, mut after) = (0, String::new());
        loop {
            let mut tx = self.pool().begin().await?;
            let list = search::list_not_indexed(&mut tx, &after, INDEXED_AT_ONCE).await?;
            let Some(newest) = list.last() else {
                return Ok(done);
            };
            newest.as_str().clone_into(&mut after);
            for id in &list {
                let person = self.load_victim(&mut tx, id).await?.person()?;
                self.index_person(&mut tx, id, &person).await?;
            }
            tx.commit_unlogged("an index repeats what is there and tells nobody anything")
                .await?;
            done += list.len();
        }
    }
}
