//! Whatever an authenticator sends is taken apart without harm. Whole ceremonies are in `tests/passkeys.rs`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;
use proptest::prelude::*;

use super::authenticator::{Assertion, AuthenticatorData, Registration};
use super::{PasskeyAnswer, PasskeyError};

/// Authenticator data with a credential of 3 bytes and an Ed25519 key.
fn with_credential(flags: u8, behind: &[u8]) -> Vec<u8> {
    let mut key = Vec::new();
    let entries = [(1, Value::from(1)), (3, Value::from(-8)), (-1, Value::from(6)), (-2, Value::Bytes(vec![7; 32]))];
    let map = entries.map(|(label, value)| (Value::from(label), value)).to_vec();
    ciborium::into_writer(&Value::Map(map), &mut key).unwrap();
    [&[1; 32], &[flags][..], &[0, 0, 0, 5], &[0; 16], &[0, 3], b"abc", &key, behind].concat()
}

fn attestation(format: &str, data: &[u8]) -> String {
    let entry = |key: &str, value| (Value::Text(key.to_owned()), value);
    let map = vec![
        entry("fmt", Value::Text(format.to_owned())),
        entry("attStmt", Value::Map(Vec::new())),
        entry("authData", Value::Bytes(data.to_vec())),
    ];
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(map), &mut bytes).unwrap();
    URL_SAFE_NO_PAD.encode(bytes)
}

fn client_data() -> String {
    URL_SAFE_NO_PAD.encode(r#"{"type":"webauthn.create","challenge":"AAAA","origin":"https://a"}"#)
}

#[test]
fn nothing_may_stand_behind_what_is_announced() {
    assert!(AuthenticatorData::read(&with_credential(0x45, b"")).is_ok());
    assert!(AuthenticatorData::read(&with_credential(0x45, b"\0")).is_err(), "a byte behind the key");
    assert!(AuthenticatorData::read(&with_credential(0xc5, b"\xa0")).is_ok(), "announced extensions");
    assert!(AuthenticatorData::read(&with_credential(0xc5, b"")).is_err(), "announced and missing");
    assert!(AuthenticatorData::read(&with_credential(0xc5, b"\x01")).is_err(), "extensions are a map");
    let whole = with_credential(0x45, b"");
    (0..whole.len()).for_each(|end| assert!(AuthenticatorData::read(&whole[..end]).is_err(), "cut at {end}"));
}

#[test]
fn only_attestations_that_attest_nothing_are_taken() {
    let data = with_credential(0x45, b"");
    assert!(Registration::read(&client_data(), &attestation("none", &data)).is_ok());
    let packed = Registration::read(&client_data(), &attestation("packed", &data)).unwrap_err();
    assert_eq!(packed, PasskeyError::Other("the attestation's format"));
    let no_credential = Registration::read(&client_data(), &attestation("none", &[0; 37])).unwrap_err();
    assert_eq!(no_credential, PasskeyError::Missing("the credential"));
}

#[test]
fn sizes_have_limits() {
    let long = URL_SAFE_NO_PAD.encode(vec![b' '; 5_000]);
    assert!(Registration::read(&long, &attestation("none", &with_credential(0x45, b""))).is_err());
    assert!(Registration::read(&client_data(), &attestation("none", &vec![0; 20_000])).is_err());
    let nested = [vec![0x81; 100_000], vec![0x00]].concat();
    assert!(Registration::read(&client_data(), &URL_SAFE_NO_PAD.encode(&nested[..16_000])).is_err());
}

proptest! {
    #[test]
    fn arbitrary_answers_of_authenticators_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..600), text in ".{0,200}", flags: u8, cut in 0usize..120, at in 0usize..120, to: u8
    ) {
        let _ = AuthenticatorData::read(&bytes);
        let mut changed = with_credential(flags, &bytes[..bytes.len().min(8)]);
        if let Some(byte) = changed.get_mut(at) {
            *byte = to;
        }
        changed.truncate(changed.len().saturating_sub(cut % 20));
        let _ = AuthenticatorData::read(&changed);
        let _ = Registration::read(&client_data(), &attestation("none", &changed));
        let encoded = URL_SAFE_NO_PAD.encode(&bytes);
        let _ = Registration::read(&encoded, &encoded);
        let _ = Registration::read(&text, &text);
        let answer = PasskeyAnswer {
            id: encoded.clone(), client_data: client_data(), authenticator_data: URL_SAFE_NO_PAD.encode(&changed),
            signature: encoded, user_handle: text,
        };
        let _ = Assertion::read(&answer);
    }
}
