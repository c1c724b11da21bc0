//! Readers, one folder per source. What they share: input with limits ([`bounded`]), records of XML, JSON and delimited files,
//! dates and countries as lists write them, and [`landing`], where all of them say what they found.

mod bounded;
mod countries;
mod dates;
mod delimited;
mod eu;
mod ftm;
mod gleif;
mod json;
mod landing;
mod ofac;
mod psc;
mod rows;
mod un;
mod xml;

#[cfg(test)]
mod tests;

pub use eu::{EuCsvReader, EuXmlReader};
pub use ftm::FtmReader;
pub use gleif::{GleifEntityCsvReader, GleifEntityXmlReader, GleifRelationshipCsvReader, GleifRelationshipXmlReader};
pub use ofac::{OfacAddressReader, OfacAlternateReader, OfacSdnReader, OfacXmlReader};
pub use psc::PscReader;
pub use un::UnReader;

/// Whether the first element of an XML file has this name, whatever its prefix.
fn begins_with_element(beginning: &[u8], name: &str) -> bool {
    let mut rest = beginning;
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        rest = &rest[at + 1..];
        if matches!(rest.first(), Some(b'?' | b'!')) {
            continue;
        }
        let end = rest.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/')).unwrap_or(rest.len());
        let full = &rest[..end];
        return full.rsplit(|byte| *byte == b':').next() == Some(name.as_bytes());
    }
    false
}
