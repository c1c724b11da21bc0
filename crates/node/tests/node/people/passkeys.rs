//! Passkeys, with an authenticator in software that can also lie.

use std::rc::Rc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use sha2::{Digest, Sha256};

use super::*;

const ORIGIN: &str = "https://node.example";

fn timed() -> Timed {
    let timed = Timed::new(SignInSettings {
        second_factor: SecondFactorRule::Required,
        public_origin: Some(ORIGIN.to_owned()),
        oidc: None,
    });
    timed.house.account("anna", &["releaser"]);
    timed.house.account("berta", &["releaser"]);
    timed
}

enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

/// What the authenticator does, rightly unless a test says otherwise.
#[derive(Clone)]
struct Software {
    key: Rc<Key>,
    credential: Vec<u8>,
    rp_id: String,
    origin: String,
    flags: u8,
    count: u32,
    user_handle: String,
}

const PRESENT_AND_VERIFIED: u8 = 0x05;

impl Software {
    fn new() -> Self {
        let document = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Self::with(Key::Es256(document))
    }

    fn with(key: Key) -> Self {
        let credential = Sha256::digest(public_bytes(&key)).to_vec();
        Self {
            key: Rc::new(key),
            credential,
            rp_id: "node.example".into(),
            origin: ORIGIN.into(),
            flags: PRESENT_AND_VERIFIED,
            count: 1,
            user_handle: String::new(),
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self.key.as_ref() {
            Key::Es256(key) => key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Key::EdDsa(key) => key.sign(message).as_ref().to_vec(),
            Key::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
        }
    }

    fn cose_key(&self) -> Vec<u8> {
        let public = public_bytes(&self.key);
        let entries: Vec<(i64, Cbor)> = match self.key.as_ref() {
            Key::Es256(_) => vec![
                (1, 2.into()),
                (3, (-7).into()),
                (-1, 1.into()),
                (-2, Cbor::Bytes(public[1..33].to_vec())),
                (-3, Cbor::Bytes(public[33..].to_vec())),
            ],
            Key::EdDsa(_) => vec![(1, 1.into()), (3, (-8).into()), (-1, 6.into()), (-2, Cbor::Bytes(public))],
            Key::Rs256(_) => {
                // PKCS #1 in DER: the modulus stands behind nine bytes, for a key of this size.
                let (n, e) = (public[9..265].to_vec(), vec![1, 0, 1]);
                vec![(1, 3.into()), (3, (-257).into()), (-1, Cbor::Bytes(n)), (-2, Cbor::Bytes(e))]
            }
        };
        cbor(&Cbor::Map(entries.into_iter().map(|(label, value)| (label.into(), value)).collect()))
    }

    fn data(&self, with_credential: bool) -> Vec<u8> {
        let mut data = Sha256::digest(&self.rp_id).to_vec();
        data.push(self.flags | if with_credential { 0x40 } else { 0 });
        data.extend(self.count.to_be_bytes());
        if with_credential {
            data.extend([0; 16]);
            data.extend(u16::try_from(self.credential.len()).unwrap().to_be_bytes());
            data.extend(&self.credential);
            data.extend(self.cose_key());
        }
        data
    }

    fn client_data(&self, kind: &str, challenge: &str) -> String {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false, "added": 1 }).to_string()
    }

    fn creation(&self, challenge: &str) -> Value {
        let entry = |key: &str, value| (Cbor::Text(key.to_owned()), value);
        let attestation = cbor(&Cbor::Map(vec![
            entry("fmt", Cbor::Text("none".to_owned())),
            entry("attStmt", Cbor::Map(Vec::new())),
            entry("authData", Cbor::Bytes(self.data(true))),
        ]));
        let client = self.client_data("webauthn.create", challenge);
        json!({ "name": "blue", "client_data": text(client.as_bytes()), "attestation_object": text(&attestation) })
    }

    fn assertion_of(&self, kind: &str, challenge: &str) -> Value {
        let (client, data) = (self.client_data(kind, challenge), self.data(false));
        let signature = self.sign(&[&data[..], &Sha256::digest(&client)].concat());
        json!({ "id": text(&self.credential), "client_data": text(client.as_bytes()), "authenticator_data": text(&data),
            "signature": text(&signature), "user_handle": self.user_handle })
    }

    fn assertion(&self, challenge: &str) -> Value {
        self.assertion_of("webauthn.get", challenge)
    }
}

fn public_bytes(key: &Key) -> Vec<u8> {
    match key {
        Key::Es256(key) => key.public_key().as_ref().to_vec(),
        Key::EdDsa(key) => key.public_key().as_ref().to_vec(),
        Key::Rs256(key) => key.public_key().as_ref().to_vec(),
    }
}

fn cbor(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A challenge to make a passkey, and the handle of whose it will be.
fn creation_challenge(timed: &Timed, token: &str) -> (String, String) {
    let (status, answer) = timed.post("/passkeys/challenges", token, &json!({}));
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["rp_id"], "node.example");
    (answer["challenge"].as_str().unwrap().to_owned(), answer["user_handle"].as_str().unwrap().to_owned())
}

fn challenge(timed: &Timed) -> String {
    let (status, answer) = timed.house.call(Method::POST, "/session/passkey/challenges", None, Some(&json!({})));
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["challenge"].as_str().unwrap().to_owned()
}

fn register(timed: &Timed, token: &str, software: &mut Software) {
    let (challenge, handle) = creation_challenge(timed, token);
    software.user_handle = handle;
    let (status, answer) = timed.post("/passkeys", token, &software.creation(&challenge));
    assert_eq!(status, StatusCode::OK, "{answer}");
}

/// An authenticator with a passkey of anna.
fn registered(timed: &Timed) -> Software {
    let mut software = Software::new();
    register(timed, &timed.token("anna", None), &mut software);
    software.count += 1;
    software
}

fn answer(timed: &Timed, assertion: &Value) -> (StatusCode, Value) {
    timed.house.call(Method::POST, "/session/passkey", None, Some(assertion))
}

fn refused(timed: &Timed, assertion: &Value, why: &str) {
    let before = timed.house.journal_length();
    let (status, body) = answer(timed, assertion);
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{why}: {body}");
    assert_eq!(body["message"], "sign in first: this passkey does not sign in here", "one refusal for all");
    assert_eq!(timed.house.journal_length(), before + 1);
    let reason = timed.house.newest_entries(1)[0]["outcome"].to_string();
    assert!(reason.contains(why), "{why}: {reason}");
}

#[test]
fn a_passkey_enrols_and_signs_in_with_each_kind_of_key() {
    let rsa = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let keys = [
        Key::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap()),
        Key::EdDsa(Ed25519KeyPair::generate().unwrap()),
        Key::Rs256(rsa),
    ];
    for key in keys {
        let timed = timed();
        let token = timed.token("anna", None);
        assert_eq!(timed.get("/partners", &token).0, StatusCode::FORBIDDEN, "she must enrol first");
        let mut software = Software::with(key);
        register(&timed, &token, &mut software);
        assert_eq!(timed.get("/partners", &token).0, StatusCode::OK);
        software.count += 1;
        let (status, session) = answer(&timed, &software.assertion(&challenge(&timed)));
        assert_eq!(status, StatusCode::OK, "{session}");
        assert_eq!((&session["user"]["name"], &session["must_enrol"]), (&json!("anna"), &json!(false)));
        assert_eq!(timed.house.newest_entries(1)[0]["detail"]["proof"], "passkey");
        let (_, list) = timed.get("/passkeys", session["token"].as_str().unwrap());
        assert_eq!((&list[0]["name"], &list[1]), (&json!("blue"), &Value::Null));
    }
}

#[test]
fn a_challenge_is_answered_once_in_time_and_by_whom_it_was_for() {
    let timed = timed();
    let mut software = registered(&timed);
    let once = challenge(&timed);
    assert_eq!(answer(&timed, &software.assertion(&once)).0, StatusCode::OK);
    software.count += 1;
    refused(&timed, &software.assertion(&once), "the challenge is another one");
    refused(&timed, &software.assertion(&text(&[7; 32])), "the challenge is another one");
    let late = challenge(&timed);
    timed.later(300);
    refused(&timed, &software.assertion(&late), "the challenge is another one");
    let (for_creation, _) = creation_challenge(&timed, &token_by_passkey(&timed, &mut software));
    refused(&timed, &software.assertion(&for_creation), "the challenge is another one");
}

fn token_by_passkey(timed: &Timed, software: &mut Software) -> String {
    software.count += 1;
    let (status, session) = answer(timed, &software.assertion(&challenge(timed)));
    assert_eq!(status, StatusCode::OK, "{session}");
    software.count += 1;
    session["token"].as_str().unwrap().to_owned()
}

#[test]
fn an_answer_for_another_place_or_occasion_is_refused() {
    let timed = timed();
    let right = registered(&timed);
    let changed = |change: &dyn Fn(&mut Software)| {
        let mut software = right.clone();
        change(&mut software);
        software.assertion(&challenge(&timed))
    };
    refused(&timed, &changed(&|one| one.origin = "https://node.example.evil".into()), "the origin is another one");
    refused(&timed, &changed(&|one| one.origin = "http://node.example".into()), "the origin is another one");
    refused(&timed, &changed(&|one| one.rp_id = "example".into()), "the relying party is another one");
    refused(&timed, &changed(&|one| one.flags = 0x01), "the user's verification is missing");
    refused(&timed, &changed(&|one| one.flags = 0x04), "the user's presence is missing");
    refused(&timed, &changed(&|one| one.user_handle = text(&[1; 32])), "the user is another one");
    refused(&timed, &changed(&|one| one.credential = vec![1; 32]), "the passkey is another one");
    refused(&timed, &right.assertion_of("webauthn.create", &challenge(&timed)), "the ceremony is another one");
    assert_eq!(answer(&timed, &right.assertion(&challenge(&timed))).0, StatusCode::OK, "nothing of this hurt the passkey");
}

#[test]
fn a_tampered_answer_does_not_verify() {
    let timed = timed();
    let software = registered(&timed);
    let stranger = Software { key: Software::new().key, ..software.clone() };
    refused(&timed, &stranger.assertion(&challenge(&timed)), "the signature does not verify");
    for part in ["signature", "authenticator_data", "client_data"] {
        let mut assertion = software.assertion(&challenge(&timed));
        let mut bytes = URL_SAFE_NO_PAD.decode(assertion[part].as_str().unwrap()).unwrap();
        let place = match part {
            "authenticator_data" => 36, // the count's last byte
            "client_data" => bytes.iter().rposition(|byte| *byte == b'1').unwrap(),
            _ => bytes.len() - 1,
        };
        bytes[place] ^= 0x02;
        assertion[part] = text(&bytes).into();
        refused(&timed, &assertion, "the signature does not verify");
    }
    refused(
        &timed,
        &json!({ "id": "", "client_data": "!", "authenticator_data": "", "signature": "", "user_handle": "" }),
        "well-formed",
    );
}

#[test]
fn a_count_that_goes_back_is_refused_as_a_copy() {
    let timed = timed();
    let mut software = registered(&timed);
    software.count = 10;
    assert_eq!(answer(&timed, &software.assertion(&challenge(&timed))).0, StatusCode::OK);
    for count in [10, 9, 0] {
        software.count = count;
        refused(&timed, &software.assertion(&challenge(&timed)), "there may be a copy");
    }
    software.count = 11;
    assert_eq!(answer(&timed, &software.assertion(&challenge(&timed))).0, StatusCode::OK);
    let mut without_count = Software { count: 0, ..Software::new() };
    register(&timed, &timed.token("berta", None), &mut without_count);
    for _ in 0..2 {
        assert_eq!(answer(&timed, &without_count.assertion(&challenge(&timed))).0, StatusCode::OK, "it keeps no count");
    }
}

#[test]
fn registering_is_checked_like_signing_in() {
    let timed = timed();
    let token = timed.token("anna", None);
    let refused = |change: &dyn Fn(&mut Software), why: &str| {
        let mut software = Software::new();
        change(&mut software);
        let (challenge, _) = creation_challenge(&timed, &token);
        let (status, answer) = timed.post("/passkeys", &token, &software.creation(&challenge));
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{why}");
        assert!(answer["message"].as_str().unwrap().contains(why), "{why}: {answer}");
    };
    refused(&|one| one.origin = "https://evil.example".into(), "the origin is another one");
    refused(&|one| one.rp_id = "evil.example".into(), "the relying party is another one");
    refused(&|one| one.flags = 0x01, "the user's verification is missing");
    refused(&|one| one.credential = vec![0; 1_024], "the credential is not well-formed");
    let (used, _) = creation_challenge(&timed, &token);
    let mut software = Software::new();
    assert_eq!(timed.post("/passkeys", &token, &software.creation(&used)).0, StatusCode::OK);
    assert_eq!(timed.post("/passkeys", &token, &Software::new().creation(&used)).0, StatusCode::UNPROCESSABLE_ENTITY, "replayed");
    let (again, _) = creation_challenge(&timed, &token);
    assert_eq!(timed.post("/passkeys", &token, &software.creation(&again)).0, StatusCode::CONFLICT, "the same passkey twice");
    let berta = timed.token("berta", None);
    let (hers, _) = creation_challenge(&timed, &token);
    assert_eq!(timed.post("/passkeys", &berta, &Software::new().creation(&hers)).0, StatusCode::UNPROCESSABLE_ENTITY, "anna's");
    let (berta_s, _) = creation_challenge(&timed, &berta);
    software.flags = PRESENT_AND_VERIFIED;
    assert_eq!(timed.post("/passkeys", &berta, &software.creation(&berta_s)).0, StatusCode::CONFLICT, "anna's passkey");
}

#[test]
fn a_password_alone_does_not_open_what_a_passkey_guards() {
    let timed = timed();
    let mut software = registered(&timed);
    let (status, answer) = timed.sign_in("anna", PASSWORD, None);
    assert_eq!((status, &answer["code"]), (StatusCode::UNAUTHORIZED, &json!("passkey_required")));
    let token = token_by_passkey(&timed, &mut software);
    let id = timed.get("/passkeys", &token).1[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(timed.delete(&format!("/passkeys/{id}"), &token).0, StatusCode::NO_CONTENT);
    refused(&timed, &software.assertion(&challenge(&timed)), "the passkey is another one");
    assert_eq!(timed.sign_in("anna", PASSWORD, None).1["must_enrol"], true);
}

#[test]
fn without_a_public_origin_there_are_no_passkeys() {
    let timed = Timed::with_rule(SecondFactorRule::Optional);
    let (status, _) = timed.house.call(Method::POST, "/session/passkey/challenges", None, Some(&json!({})));
    assert_eq!(status, StatusCode::CONFLICT);
}
