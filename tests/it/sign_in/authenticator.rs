//! A passkey of a test's own: what a browser and its authenticator answer to a challenge (`WebAuthn` level 3, sections 5.8
//! and 6.1), with everything that can be wrong about it in the hands of the test.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 4;
const ATTESTED: u8 = 0x40;

/// A passkey, and how it answers next.
pub struct Passkey {
    key: EcdsaKeyPair,
    chance: SystemRandom,
    id: Vec<u8>,
    /// Whose it is; registration fills it in.
    pub user: String,
    /// Goes up with each signature.
    pub counter: u32,
    /// Whether it asks for finger, face or PIN.
    pub verifies: bool,
    /// Where the browser says it is.
    pub origin: String,
    /// The site that it says it is for.
    pub host: String,
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Passkey {
    /// A fresh one for this origin.
    #[expect(
        clippy::disallowed_methods,
        reason = "a key of a test's own, which ring takes from the system alone"
    )]
    pub fn new(origin: &str, id: u8) -> Self {
        let chance = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &chance).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &chance).expect("a key");
        Self {
            key,
            chance,
            id: vec![id; 32],
            user: String::new(),
            counter: 1,
            verifies: true,
            origin: origin.to_owned(),
            host: origin.trim_start_matches("https://").to_owned(),
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = &options["publicKey"]["challenge"];
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false})
            .to_string()
            .into_bytes()
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let verified = if self.verifies { USER_VERIFIED } else { 0 };
        let mut data = digest(&SHA256, self.host.as_bytes()).as_ref().to_vec();
        data.push(USER_PRESENT | verified | more);
        data.extend_from_slice(&self.counter.to_be_bytes());
        data
    }

    /// Answers a challenge to register.
    pub fn register(&mut self, options: &Value) -> Value {
        let user = options["publicKey"]["user"]["id"].as_str();
        user.expect("whose it is").clone_into(&mut self.user);
        let mut data = self.data(ATTESTED);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&[0, 32]);
        data.extend_from_slice(&self.id);
        // COSE_Key (RFC 9053 section 7.1): EC2, ES256, P-256, x and y.
        let point = self.key.public_key().as_ref();
        data.extend_from_slice(&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        data.extend_from_slice(&point[1..33]);
        data.extend_from_slice(&[0x22, 0x58, 32]);
        data.extend_from_slice(&point[33..]);
        // {"fmt": "none", "attStmt": {}, "authData": …} in CBOR (RFC 8949).
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).expect("a short one"));
        object.extend_from_slice(&data);
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key", "extensions": {},
            "response": {"clientDataJSON": text(&self.client_data("webauthn.create", options)),
                         "attestationObject": text(&object), "transports": ["internal"]},
        })
    }

    /// Answers a challenge to sign in.
    pub fn sign_in(&mut self, options: &Value) -> Value {
        self.counter += 1;
        let (data, client) = (self.data(0), self.client_data("webauthn.get", options));
        let signed = [data.as_slice(), digest(&SHA256, &client).as_ref()].concat();
        let signature = self.key.sign(&self.chance, &signed).expect("a signature");
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key", "extensions": {},
            "response": {"clientDataJSON": text(&client), "authenticatorData": text(&data),
                         "signature": text(signature.as_ref()), "userHandle": self.user},
        })
    }
}
