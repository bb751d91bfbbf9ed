//! The deny set: the defence side of a case, known only so that it is refused (requirement A9).

use std::collections::BTreeSet;

use crate::address::{EmailAddress, MatchKey, PhoneNumber, PostalAddress};
use crate::people::PersonName;

/// Keys of names, addresses, numbers and households of the defence side. Something meets the set when it
/// shares a key with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DenySet {
    keys: BTreeSet<MatchKey>,
    names: Vec<PersonName>,
}

impl DenySet {
    /// An empty set, for a case without a known defendant.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a name.
    pub fn add_name(&mut self, name: &PersonName) {
        self.keys.extend(name.match_keys());
        self.names.push(name.clone());
    }

    /// Adds an email address, not its whole domain.
    pub fn add_email(&mut self, address: &EmailAddress) {
        self.keys.extend(
            address
                .match_keys()
                .into_iter()
                .filter(|key| key.kind() == "email"),
        );
    }

    /// Adds every address at the domain of this one, such as a defence firm's.
    pub fn add_email_domain(&mut self, address: &EmailAddress) {
        self.keys.extend(
            address
                .match_keys()
                .into_iter()
                .filter(|key| key.kind() == "domain"),
        );
    }

    /// Adds a telephone number.
    pub fn add_phone(&mut self, number: &PhoneNumber) {
        self.keys.extend(number.match_keys());
    }

    /// Adds a postal address: its household, not its whole postcode.
    pub fn add_household(&mut self, address: &PostalAddress) {
        self.keys.extend(
            address
                .match_keys()
                .into_iter()
                .filter(|key| key.kind() == "post"),
        );
    }

    /// Whether any of these keys is denied.
    pub fn meets(&self, keys: &[MatchKey]) -> bool {
        keys.iter().any(|key| self.keys.contains(key))
    }

    /// Whether a household of this postcode, written without its space, is denied.
    pub(crate) fn has_postcode(&self, postcode: &str) -> bool {
        let start = format!("post:{postcode}/");
        self.keys.iter().any(|key| key.reveal().starts_with(&start))
    }

    /// The names, for the check of free text.
    pub(crate) fn names(&self) -> &[PersonName] {
        &self.names
    }

    /// Whether nothing is denied.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}
