//! What an organisation's single sign-on grants here. Its provider says which groups somebody is in; an operator has
//! said what each group means. Nothing is granted by a group that nobody mapped.

use crate::account::Role;

/// Roles that nobody gets from a provider: an adviser belongs to another organisation, and another system is no person.
const NEVER: [Role; 2] = [Role::Adviser, Role::ApiClient];

/// Whether somebody with these roles may come by single sign-on.
pub fn may_come(roles: &[Role]) -> bool {
    !roles.iter().any(|role| NEVER.contains(role))
}

/// What one value of the provider's claim means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    value: String,
    roles: Vec<Role>,
    areas: Vec<String>,
}

/// Why a value cannot be mapped like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadGrant {
    /// It names nothing.
    #[error("needs a value, at least one role and at least one Area (no Area would mean all of them)")]
    Empty,
    /// It grants what a provider may not.
    #[error("the roles adviser and api-client are never granted by single sign-on")]
    NotByProvider,
}

/// What somebody is granted by everything that the provider says of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Granted {
    /// What they may do.
    pub roles: Vec<Role>,
    /// Where: codes of Areas.
    pub areas: Vec<String>,
}

impl Grant {
    /// Maps a value of the claim.
    pub fn new(value: &str, roles: &[Role], areas: &[String]) -> Result<Self, BadGrant> {
        if value.is_empty() || roles.is_empty() || areas.is_empty() {
            return Err(BadGrant::Empty);
        }
        if !may_come(roles) {
            return Err(BadGrant::NotByProvider);
        }
        Ok(Self {
            value: value.to_owned(),
            roles: roles.to_vec(),
            areas: areas.to_vec(),
        })
    }

    /// The Areas that it grants.
    pub fn areas(&self) -> &[String] {
        &self.areas
    }
}

impl Granted {
    /// Everything that these values of the claim grant together.
    pub fn by(grants: &[Grant], values: &[String]) -> Self {
        let mut granted = Self::default();
        for grant in grants.iter().filter(|grant| values.contains(&grant.value)) {
            granted.roles.extend(&grant.roles);
            granted.areas.extend(grant.areas.iter().cloned());
        }
        in_order(&mut granted.roles);
        in_order(&mut granted.areas);
        granted
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.roles.is_empty()
    }
}

/// What an account has, and which part of it the provider gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holding {
    /// All of it.
    pub has: Granted,
    /// What of it came from the provider. What an administrator granted as well is not in it.
    pub came: Granted,
}

impl Holding {
    /// What the account has once the provider's new word has replaced its last one. What an administrator granted stays.
    ///
    /// An account without an Area would reach all of them, so the last ones are not taken away: without a role they
    /// reach nothing.
    #[must_use]
    pub fn renewed(&self, now: &Granted) -> Self {
        let (roles, roles_came) = replaced(&self.has.roles, &self.came.roles, &now.roles);
        let (mut areas, mut areas_came) = replaced(&self.has.areas, &self.came.areas, &now.areas);
        if areas.is_empty() {
            areas.clone_from(&self.has.areas);
            areas_came.clone_from(&self.came.areas);
        }
        Self {
            has: Granted { roles, areas },
            came: Granted {
                roles: roles_came,
                areas: areas_came,
            },
        }
    }
}

/// All that is had now, and what of it came.
fn replaced<T: Ord + Clone>(has: &[T], came: &[T], now: &[T]) -> (Vec<T>, Vec<T>) {
    let own = has.iter().filter(|one| !came.contains(one));
    let mut all = own.cloned().collect::<Vec<_>>();
    let new = now.iter().filter(|one| !all.contains(one));
    let new = new.cloned().collect::<Vec<_>>();
    all.extend(new.iter().cloned());
    in_order(&mut all);
    (all, new)
}

fn in_order<T: Ord>(list: &mut Vec<T>) {
    list.sort();
    list.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn areas(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn granted(roles: &[Role], names: &[&str]) -> Granted {
        Granted {
            roles: roles.to_vec(),
            areas: areas(names),
        }
    }

    #[test]
    fn only_mapped_values_grant_and_together_they_grant_all() {
        let grants = [
            Grant::new("officers", &[Role::Vlo], &areas(&["wessex"])).unwrap(),
            Grant::new(
                "managers",
                &[Role::VloManager, Role::Vlo],
                &areas(&["north-east"]),
            )
            .unwrap(),
        ];
        let by = |values: &[&str]| Granted::by(&grants, &areas(values));
        assert!(by(&[]).is_empty());
        assert!(by(&["Officers", "officer", "everybody"]).is_empty());
        assert_eq!(by(&["officers", "x"]), granted(&[Role::Vlo], &["wessex"]));
        assert_eq!(
            by(&["managers", "officers"]),
            granted(&[Role::Vlo, Role::VloManager], &["north-east", "wessex"])
        );
    }

    #[test]
    fn what_a_provider_may_not_grant_cannot_be_mapped() {
        for role in [Role::Adviser, Role::ApiClient] {
            let made = Grant::new("x", &[Role::Vlo, role], &areas(&["wessex"]));
            assert_eq!(made, Err(BadGrant::NotByProvider));
        }
        for (value, roles, names) in [
            ("", &[Role::Vlo][..], &["wessex"][..]),
            ("x", &[], &["wessex"]),
            ("x", &[Role::Vlo], &[]),
        ] {
            assert_eq!(Grant::new(value, roles, &areas(names)), Err(BadGrant::Empty));
        }
    }

    #[test]
    fn the_providers_last_word_is_replaced_and_an_administrators_stays() {
        let first = Holding {
            has: granted(&[Role::Administrator, Role::Vlo], &["wessex"]),
            came: Granted::default(),
        };
        let second = first.renewed(&granted(&[Role::Vlo, Role::VloManager], &["north-east"]));
        assert_eq!(
            second.has,
            granted(
                &[Role::Vlo, Role::VloManager, Role::Administrator],
                &["north-east", "wessex"]
            )
        );
        // The officer's role was granted here before; it is not the provider's to take.
        assert_eq!(second.came, granted(&[Role::VloManager], &["north-east"]));
        let third = second.renewed(&Granted::default());
        assert_eq!(third.has, granted(&[Role::Vlo, Role::Administrator], &["wessex"]));
        assert_eq!(third.came, Granted::default());
    }

    #[test]
    fn who_loses_everything_keeps_an_area_since_none_would_be_all() {
        let all = granted(&[Role::VloManager], &["wessex"]);
        let holding = Holding {
            has: all.clone(),
            came: all.clone(),
        };
        let after = holding.renewed(&Granted::default());
        assert_eq!(after.has, granted(&[], &["wessex"]));
        assert_eq!(
            after.renewed(&granted(&[Role::Vlo], &["north-east"])).has,
            granted(&[Role::Vlo], &["north-east"]),
            "it is still the provider's, and goes when there is another"
        );
    }
}
