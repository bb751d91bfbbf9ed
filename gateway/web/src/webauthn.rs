//! Passkeys (`WebAuthn` level 3): challenges and their answers, with user verification always, and discoverable, so that
//! nobody types who they are.
//!
//! The library takes its challenges from the system's randomness itself; there is no way to pass it in (law 12).

use domain::id::AccountId;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder,
};

use crate::refusal::Refusal;

/// Makes and checks challenges for one origin.
pub struct Ceremonies {
    library: Webauthn,
}

/// A challenge: what the browser gets, and what is kept until it answers.
pub(crate) struct Challenge {
    pub(crate) options: Value,
    pub(crate) state: String,
}

/// A passkey that answered a challenge to register.
pub(crate) struct Registered {
    pub(crate) credential_id: Vec<u8>,
    pub(crate) credential: String,
}

/// An origin that passkeys cannot be made for.
#[derive(Debug, thiserror::Error)]
#[error("web.origin: passkeys need https and a host name: {0}")]
pub struct BadOrigin(String);

impl Ceremonies {
    /// For this origin; its host is what passkeys are bound to.
    pub fn new(origin: &str) -> Result<Self, BadOrigin> {
        let bad = |fault: &dyn std::fmt::Display| BadOrigin(fault.to_string());
        let url = Url::parse(origin).map_err(|fault| bad(&fault))?;
        let host = url.host_str().ok_or_else(|| bad(&"no host"))?.to_owned();
        let builder = WebauthnBuilder::new(&host, &url).map_err(|fault| bad(&fault))?;
        let library = builder.build().map_err(|fault| bad(&fault))?;
        Ok(Self { library })
    }

    /// A challenge to register a passkey for an account.
    pub(crate) fn register(&self, account: &AccountId, user: &str, name: &str) -> Result<Challenge, Refusal> {
        let begun = self
            .library
            .start_passkey_registration(handle(account)?, user, name, None);
        let (options, state) = begun.map_err(|fault| broken(&fault))?;
        let mut options = as_json(&options)?;
        // Discoverable, so that signing in asks for no name.
        options["publicKey"]["authenticatorSelection"]["residentKey"] = json!("required");
        options["publicKey"]["authenticatorSelection"]["requireResidentKey"] = json!(true);
        let state = format!("{account} {}", as_json(&state)?);
        Ok(Challenge { options, state })
    }

    /// Checks the answer to [`Self::register`], which was asked for this account: a passkey that was made for one cannot
    /// be put to another. What is wrong with it is not for the browser to know.
    pub(crate) fn registered(&self, account: &AccountId, state: &str, answer: &[u8]) -> Option<Registered> {
        let (asked_for, state) = state.split_once(' ')?;
        if asked_for != account.as_str() {
            return None;
        }
        let state: PasskeyRegistration = serde_json::from_str(state).ok()?;
        let answer: RegisterPublicKeyCredential = serde_json::from_slice(answer).ok()?;
        let passkey = self.library.finish_passkey_registration(&answer, &state).ok()?;
        Some(Registered {
            credential_id: passkey.cred_id().as_slice().to_vec(),
            credential: serde_json::to_string(&passkey).ok()?,
        })
    }

    /// A challenge to sign in, to whoever has a passkey.
    pub(crate) fn sign_in(&self) -> Result<Challenge, Refusal> {
        let begun = self.library.start_discoverable_authentication();
        let (options, state) = begun.map_err(|fault| broken(&fault))?;
        let mut options = as_json(&options)?;
        // Asked for by a button, not offered in a field.
        if let Some(options) = options.as_object_mut() {
            options.remove("mediation");
        }
        let state = as_json(&state)?.to_string();
        Ok(Challenge { options, state })
    }

    /// Which credential an answer is made with.
    pub(crate) fn credential_of(&self, answer: &[u8]) -> Option<(Vec<u8>, PublicKeyCredential)> {
        let answer: PublicKeyCredential = serde_json::from_slice(answer).ok()?;
        let (_, id) = self.library.identify_discoverable_authentication(&answer).ok()?;
        Some((id.to_vec(), answer))
    }

    /// Checks the answer to [`Self::sign_in`] against the passkey that it names, of this account, and answers the passkey as
    /// it is to be kept. A counter that went back is a copy, and is refused.
    pub(crate) fn signed_in(
        &self,
        state: &str,
        answer: &PublicKeyCredential,
        account: &AccountId,
        kept: &str,
    ) -> Option<String> {
        let state: DiscoverableAuthentication = serde_json::from_str(state).ok()?;
        let (user, _) = self.library.identify_discoverable_authentication(answer).ok()?;
        if user != handle(account).ok()? {
            return None;
        }
        let mut passkey: Passkey = serde_json::from_str(kept).ok()?;
        let key = DiscoverableKey::from(&passkey);
        let result = self
            .library
            .finish_discoverable_authentication_v2(answer, state, &key)
            .ok()?;
        if !result.user_verified() {
            return None;
        }
        passkey.update_credential(&result)?;
        serde_json::to_string(&passkey).ok()
    }
}

/// The user handle is the account's identifier, 16 bytes.
fn handle(account: &AccountId) -> Result<Uuid, Refusal> {
    Uuid::parse_str(account.as_str()).map_err(|fault| Refusal::Broken(format!("an account: {fault}")))
}

fn as_json(value: &impl serde::Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(value).map_err(|fault| Refusal::Broken(format!("a challenge: {fault}")))
}

fn broken(fault: &dyn std::fmt::Display) -> Refusal {
    Refusal::Broken(format!("a challenge: {fault}"))
}
