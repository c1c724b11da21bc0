//! `expand_message_xmd` with SHA-512 (RFC 9380 section 5.3.1) for 64 bytes, which is all that ristretto255 needs.

use sha2::{Digest, Sha512};

/// Expands messages under one domain separation tag.
#[derive(Clone)]
pub(crate) struct Expand {
    /// SHA-512 after the block of zeros that every message begins with.
    after_zeros: Sha512,
    /// The tag and its length.
    tag: Vec<u8>,
}

impl Expand {
    /// `label` and `context` together are the tag. Ours are far below 255 bytes.
    pub(crate) fn new(label: &[u8], context: &[u8]) -> Self {
        let mut tag = [label, context].concat();
        tag.push(tag.len() as u8);
        Self { after_zeros: Sha512::new_with_prefix([0u8; 128]), tag }
    }

    /// 64 uniform bytes from the parts of a message, end to end.
    pub(crate) fn bytes(&self, message: &[&[u8]]) -> [u8; 64] {
        let mut first = self.after_zeros.clone();
        for part in message {
            first.update(part);
        }
        // The output's length in two bytes, then the block's number.
        first.update([0, 64, 0]);
        first.update(&self.tag);
        let mut second = Sha512::new();
        second.update(first.finalize());
        second.update([1]);
        second.update(&self.tag);
        second.finalize().into()
    }
}
