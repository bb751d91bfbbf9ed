//! Names and references of other cases in free text (requirement C2: no cut and paste between cases).
//!
//! Names lie in the database under a keyed index. The words that stand beside each other in a text are
//! looked up there, so that no list of names is ever opened.

use domain::address::chars::folded_words;
use domain::draft::ForeignFacts;
use domain::id::CaseId;
use domain::people::PersonName;
use domain::safety::DenySet;
use domain::urn::Urn;
use store::{Tx, people};

use crate::{Gateway, Result};

/// Full names of this many words are looked for.
const WORDS: [usize; 3] = [2, 3, 4];
/// Letters and digits of a root URN.
const ROOT_CHARS: usize = 11;

impl Gateway {
    /// The index of a full name: case, accents and spacing do not matter, the order of the words does.
    pub(crate) fn name_index(&self, words: &[String]) -> [u8; 32] {
        self.parts.index.index("name", words.join(" ").as_bytes())
    }

    /// Keeps the indexes of a name that belongs to a case.
    pub(crate) async fn index_name(&self, tx: &mut Tx, name: &PersonName, case: &CaseId) -> Result<()> {
        let words = name.words();
        if WORDS.contains(&words.len()) {
            people::add_name_index(tx, &self.name_index(&words), case).await?;
        }
        Ok(())
    }

    /// What of other cases stands in these texts, with this case's own defence side.
    pub(crate) async fn foreign_facts(
        &self,
        tx: &mut Tx,
        texts: &[String],
        case: &CaseId,
        deny: DenySet,
    ) -> Result<ForeignFacts> {
        let (mut names, mut urns) = (Vec::new(), Vec::new());
        for text in texts {
            let words = folded_words(text);
            for run in WORDS.iter().flat_map(|length| words.windows(*length)) {
                if people::is_name_elsewhere(tx, &self.name_index(run), case).await? {
                    names.extend(PersonName::parse(&run.join(" ")));
                }
            }
            for root in possible_roots(text) {
                if people::is_urn_elsewhere(tx, root.root(), case).await? {
                    urns.push(root);
                }
            }
        }
        Ok(ForeignFacts::new(&names, &urns, deny))
    }
}

/// Every run of letters and digits that could be a root URN, however it is spaced.
fn possible_roots(text: &str) -> Vec<Urn> {
    let plain = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect::<String>();
    let runs = (0..plain.len()).filter_map(|at| plain.get(at..at + ROOT_CHARS));
    runs.filter(|run| run.starts_with(|c: char| c.is_ascii_digit()))
        .filter_map(|run| Urn::parse(run).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::possible_roots;

    #[test]
    fn a_reference_is_found_however_it_is_spaced_and_plain_words_are_none() {
        let found = possible_roots("see 01 ab 1234526, please");
        assert!(found.iter().any(|urn| urn.root() == "01AB1234526"));
        assert!(possible_roots("We looked at 3 charges on 2 March 2026.").is_empty());
    }
}
