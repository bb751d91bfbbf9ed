//! `[web.single_sign_on]`: the organisation's provider, and what its groups mean here.

use std::path::{Path, PathBuf};

use domain::account::Role;
use domain::area::Areas;
use domain::single_sign_on::Grant;
use serde::Deserialize;
use web::outward::Roots;
use web::provider::{ProviderSettings, client_secret};

use super::secrets;
use crate::print::Fault;

/// The provider (`OpenID` Connect).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SingleSignOn {
    /// Its address, exactly as its tokens name it.
    pub issuer: String,
    /// Who we are to it.
    pub client_id: String,
    /// A secret file that holds what we prove that with.
    pub client_secret_file: PathBuf,
    /// Whose account the button of the sign-in page speaks of.
    pub name: String,
    /// What is asked for beside `openid`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The claim of its ID token that becomes the user name of a new account.
    pub user_claim: String,
    /// The claim with the groups.
    pub grant_claim: String,
    /// What each group means.
    #[serde(rename = "grant")]
    pub grants: Vec<GrantRow>,
    /// Authorities to trust instead of the public ones.
    pub ca_file: Option<PathBuf>,
}

/// What one group means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantRow {
    /// The group, as the claim has it.
    pub value: String,
    /// What its members may do.
    pub roles: Vec<Role>,
    /// Where: codes of Areas.
    pub areas: Vec<String>,
}

impl SingleSignOn {
    /// Makes paths relative to the configuration's folder.
    pub(super) fn resolve(&mut self, folder: &Path) {
        self.client_secret_file = folder.join(&self.client_secret_file);
        if let Some(file) = &mut self.ca_file {
            *file = folder.join(&*file);
        }
    }

    /// Values that are out of bounds: the key, and what would be right.
    pub(super) fn faults(&self, must: &mut impl FnMut(bool, &str)) {
        for (key, value) in [
            ("client_id", &self.client_id),
            ("name", &self.name),
            ("user_claim", &self.user_claim),
            ("grant_claim", &self.grant_claim),
        ] {
            must(
                !value.trim().is_empty() && value.len() <= 200 && !value.chars().any(char::is_control),
                &format!("web.single_sign_on.{key}: must be one line of 1 to 200 bytes"),
            );
        }
        must(
            !self.grants.is_empty(),
            "web.single_sign_on.grant: without one nobody could sign in",
        );
        for row in &self.grants {
            if let Err(fault) = row.grant() {
                must(
                    false,
                    &format!("web.single_sign_on.grant `{}`: {fault}", row.value),
                );
            }
        }
    }

    /// As the door takes it.
    pub fn settings(&self, areas: &Areas) -> Result<ProviderSettings, Fault> {
        let input =
            |fault: &dyn std::fmt::Display| Fault::input(format!("web.single_sign_on.grant: {fault}"));
        let grants = self
            .grants
            .iter()
            .map(GrantRow::grant)
            .collect::<Result<Vec<_>, _>>();
        let grants = grants.map_err(|fault| input(&fault))?;
        let known = |code: &String| areas.list().iter().any(|area| area.code.as_str() == code);
        if let Some(code) = grants.iter().flat_map(Grant::areas).find(|code| !known(code)) {
            return Err(input(&format!("{code} is not an Area of rules.areas")));
        }
        let roots = match &self.ca_file {
            Some(file) => Roots::Only(crate::house::read(file)?),
            None => Roots::Public,
        };
        Ok(ProviderSettings {
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret: client_secret(secrets::read(&self.client_secret_file)?.trim()),
            name: self.name.clone(),
            scopes: self.scopes.clone(),
            user_claim: self.user_claim.clone(),
            grant_claim: self.grant_claim.clone(),
            grants,
            roots,
        })
    }
}

impl GrantRow {
    fn grant(&self) -> Result<Grant, domain::single_sign_on::BadGrant> {
        Grant::new(&self.value, &self.roles, &self.areas)
    }
}
