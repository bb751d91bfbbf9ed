//! The organisation's single sign-on, by `OpenID` Connect: the authorization code flow with PKCE (RFC 7636, S256). The
//! mathematics and the checks of an ID token are a library's; here it is decided what is asked and what is believed.
//!
//! The provider's description and keys are fetched anew each time: a sign-in is rare, and a key that the provider has
//! withdrawn is believed no more.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::single_sign_on::{Grant, Granted};
use domain::time::{Entropy, random};
use flows::ProviderPerson;
use hyper::Uri;
use jiff::Timestamp;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    DiscoveryError, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    StandardErrorResponse, StandardTokenResponse, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::outward::{Outward, OutwardFault, Plain, Roots, is_safe};

/// Where the provider sends people back to.
pub const RETURN_PATH: &str = "/sign-in/single-sign-on/return";
/// How long the provider has for everything that is asked of it in one request of ours.
const PATIENCE: Duration = Duration::from_secs(8);
/// The longest answer of a provider that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 512 * 1024;
/// Signatures that are believed: of the provider's own key, never of a secret that both have.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What an operator sets about the provider.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// Its address, exactly as its tokens name it.
    pub issuer: String,
    /// Who we are to it.
    pub client_id: String,
    /// What we prove that with.
    pub client_secret: ClientSecret,
    /// Whose account the button of the sign-in page speaks of, as in "Sign in with your CPS account".
    pub name: String,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// The claim of the ID token that becomes the user name of a new account.
    pub user_claim: String,
    /// The claim with the groups.
    pub grant_claim: String,
    /// What each group means.
    pub grants: Vec<Grant>,
    /// Whom to believe about its name.
    pub roots: Roots,
}

/// A secret that no `Debug` shows.
pub fn client_secret(text: &str) -> ClientSecret {
    ClientSecret::new(text.to_owned())
}

/// A provider that cannot be used as it is described.
#[derive(Debug, thiserror::Error)]
pub enum BadProvider {
    /// No address, or one of plain HTTP.
    #[error("web.single_sign_on.issuer: must be an https:// address")]
    Issuer,
    /// The authorities in `ca_file`.
    #[error("web.single_sign_on.ca_file: {0}")]
    Roots(#[from] OutwardFault),
}

/// Why nobody is signed in. It quotes nothing that came from outside.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderFault {
    /// The provider cannot be asked at present.
    #[error("the provider cannot be asked: {0}")]
    Away(String),
    /// What came back is not believed.
    #[error("the provider's answer is not believed: {0}")]
    NotBelieved(String),
}

/// The provider.
pub struct Provider {
    settings: ProviderSettings,
    issuer: IssuerUrl,
    back: RedirectUrl,
    http: Outward,
}

/// A sign-in that has begun: where the browser goes, and what is kept until it comes back.
pub(crate) struct Begun {
    pub(crate) address: String,
    pub(crate) kept: String,
}

/// What the browser brought back.
pub(crate) struct Returned<'r> {
    pub(crate) code: &'r str,
    pub(crate) state: &'r str,
    /// Who says so (RFC 9207); empty for a provider that does not.
    pub(crate) issuer: &'r str,
}

/// What is kept of a sign-in that has begun.
#[derive(Serialize, Deserialize)]
struct Kept {
    state: String,
    nonce: String,
    verifier: String,
}

/// Every claim, whatever it is called.
#[derive(Clone, Serialize, Deserialize)]
struct Extra(BTreeMap<String, Value>);

impl std::fmt::Debug for Extra {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Extra([claims])")
    }
}

impl AdditionalClaims for Extra {}

type Fields = IdTokenFields<
    Extra,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type Client = openidconnect::Client<
    Extra,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Provider {
    /// For a service that browsers reach at `origin`.
    pub fn new(settings: ProviderSettings, origin: &str) -> Result<Self, BadProvider> {
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|_| BadProvider::Issuer)?;
        if !settings.issuer.parse::<Uri>().is_ok_and(|uri| is_safe(&uri)) {
            return Err(BadProvider::Issuer);
        }
        let back = RedirectUrl::new(format!("{origin}{RETURN_PATH}")).map_err(|_| BadProvider::Issuer)?;
        let http = Outward::new(&settings.roots, Plain::Loopback, ANSWER_BYTES_MAX)?;
        Ok(Self {
            settings,
            issuer,
            back,
            http,
        })
    }

    /// Whose account the button speaks of.
    pub(crate) fn name(&self) -> &str {
        &self.settings.name
    }

    /// Begins a sign-in.
    pub(crate) async fn begin(&self, entropy: &dyn Entropy) -> Result<Begun, ProviderFault> {
        let client = patiently(self.client()).await?;
        let fresh = || flows::sign_in::spell_token(&random(entropy)).to_string();
        let kept = Kept {
            state: fresh(),
            nonce: fresh(),
            verifier: fresh(),
        };
        let verifier = PkceCodeVerifier::new(kept.verifier.clone());
        let (state, nonce) = (CsrfToken::new(kept.state.clone()), Nonce::new(kept.nonce.clone()));
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let mut request = client.authorize_url(flow, move || state, move || nonce);
        for scope in &self.settings.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        let (address, _, _) = request.set_pkce_challenge(challenge).url();
        let kept = serde_json::to_string(&kept).map_err(|fault| ProviderFault::Away(fault.to_string()))?;
        Ok(Begun {
            address: address.into(),
            kept,
        })
    }

    /// Takes the code that the browser brought back to the provider, and reads who that is.
    pub(crate) async fn finish(
        &self,
        kept: &str,
        returned: &Returned<'_>,
        now: Timestamp,
    ) -> Result<ProviderPerson, ProviderFault> {
        let kept: Kept = serde_json::from_str(kept).map_err(|_| not_believed("nothing was begun"))?;
        if !flows::sign_in::is_same_token(returned.state, &kept.state) {
            return Err(not_believed("the state is of another sign-in"));
        }
        if !returned.issuer.is_empty() && returned.issuer != self.settings.issuer {
            return Err(not_believed("it comes from another issuer"));
        }
        let claims = patiently(self.ask(&kept, returned.code, now)).await?;
        self.read(&claims)
    }

    async fn client(&self) -> Result<Client, ProviderFault> {
        let about = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await;
        let about = about.map_err(|fault| {
            ProviderFault::Away(match fault {
                DiscoveryError::Request(fault) => fault.to_string(),
                DiscoveryError::Validation(_) => "its description names another issuer".to_owned(),
                _ => "its description cannot be read".to_owned(),
            })
        })?;
        // Where people are sent has to be safe as well: their password goes there.
        let addresses = [
            Some(about.authorization_endpoint().as_str()),
            about.token_endpoint().map(|at| at.as_str()),
        ];
        if addresses
            .into_iter()
            .flatten()
            .any(|at| !at.parse::<Uri>().is_ok_and(|uri| is_safe(&uri)))
        {
            return Err(ProviderFault::Away(OutwardFault::Plain.to_string()));
        }
        let id = ClientId::new(self.settings.client_id.clone());
        let secret = self.settings.client_secret.clone();
        Ok(Client::from_provider_metadata(about, id, Some(secret)).set_redirect_uri(self.back.clone()))
    }

    /// The claims of an ID token that holds in every respect.
    async fn ask(&self, kept: &Kept, code: &str, now: Timestamp) -> Result<Value, ProviderFault> {
        let client = self.client().await?;
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| ProviderFault::Away("its description names no token endpoint".to_owned()))?
            .set_pkce_verifier(PkceCodeVerifier::new(kept.verifier.clone()));
        let answer = request
            .request_async(&self.http)
            .await
            .map_err(|fault| match fault {
                RequestTokenError::Request(fault) => ProviderFault::Away(fault.to_string()),
                RequestTokenError::ServerResponse(_) => not_believed("it does not know the code"),
                RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                    not_believed("its answer cannot be read")
                }
            })?;
        let token = answer
            .id_token()
            .ok_or_else(|| not_believed("it gave no ID token"))?;
        let now =
            DateTime::<Utc>::from_timestamp_micros(now.as_microsecond()).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(SIGNATURES)
            .set_time_fn(move || now);
        let claims = token.claims(&verifier, &Nonce::new(kept.nonce.clone()));
        // What the library says quotes the token; only what it is about is taken.
        let claims = claims.map_err(|fault| {
            use openidconnect::ClaimsVerificationError as Wrong;
            not_believed(match fault {
                Wrong::Expired(_) => "its token has expired",
                Wrong::InvalidAudience(_) => "its token is for somebody else",
                Wrong::InvalidIssuer(_) => "its token is from somebody else",
                Wrong::InvalidNonce(_) => "its token is of another sign-in",
                Wrong::SignatureVerification(_) => "its token is not signed by its keys",
                _ => "its token does not hold",
            })
        })?;
        serde_json::to_value(claims).map_err(|_| not_believed("its token cannot be read"))
    }

    fn read(&self, claims: &Value) -> Result<ProviderPerson, ProviderFault> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let subject = text("sub").ok_or_else(|| not_believed("its token names nobody"))?;
        let user = text(&self.settings.user_claim).unwrap_or_default().to_lowercase();
        let values = match claims.get(&self.settings.grant_claim) {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        Ok(ProviderPerson {
            issuer: self.settings.issuer.clone(),
            name: text("name").unwrap_or_else(|| user.clone()),
            granted: Granted::by(&self.settings.grants, &values),
            subject,
            user,
        })
    }
}

fn not_believed(why: &str) -> ProviderFault {
    ProviderFault::NotBelieved(why.to_owned())
}

async fn patiently<T>(asked: impl Future<Output = Result<T, ProviderFault>>) -> Result<T, ProviderFault> {
    let late = |_| ProviderFault::Away(format!("it did not answer within {PATIENCE:?}"));
    tokio::time::timeout(PATIENCE, asked).await.map_err(late)?
}
