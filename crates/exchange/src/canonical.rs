//! One byte string per thing that is signed: its CBOR (RFC 8949), fields in the order in which the type declares them, sets sorted.
//! A reader parses the thing, refuses unknown fields, writes it again in this form and checks the signatures over that. So a
//! file may be laid out freely (JSON, YAML, spaces), and nothing that is not signed can ride along.

use serde::Serialize;

/// The bytes that a signature on `value` covers: what kind of thing it is, then its canonical form. The kind keeps a signature
/// on one kind of thing from being passed off as one on another.
pub(crate) fn signed_bytes<T: Serialize>(kind: &'static str, value: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4096);
    bytes.extend_from_slice(b"oikos/");
    bytes.extend_from_slice(kind.as_bytes());
    bytes.extend_from_slice(b"/v1\0");
    #[expect(clippy::expect_used, reason = "writing to memory does not fail and the signed types have only plain serialisers")]
    ciborium::into_writer(value, &mut bytes).expect("a signed thing serialises");
    bytes
}
