//! The asked side's set: what it publishes for one context.
//!
//! An entry is 50 bytes (tag 16, sealed answer 34), so a million selectors, padded to 1,048,576 entries, are 52 MB on either side
//! and travel in eight pages. Order is by tag, which says nothing. Each set has a salt of its own: two sets of one day have no
//! entry in common, so padding cannot be told from selectors by comparing them.

use oikos_model::{ContentHash, ContentHasher, Selector, Timestamp};
use serde::{Deserialize, Serialize};

use super::budget::AskBudget;
use super::bytes::Bytes;
use super::context::{AnswerRule, AskContext};
use super::entry::{AskEntry, ENTRY, EntryBytes, EntryKeys, TAG};
use super::key::AskKey;
use super::padding::set_entries;
use super::question::{read_cbor, to_cbor};
use super::refusal::{AskError, AskRefusal};
use crate::agreement::AgreementTerms;
use crate::canonical::signed_bytes;
use crate::identity::NodeIdentity;
use crate::keys::DualSignature;
use crate::limits::{CborLimits, MAXIMUM_TEXT_LENGTH};

/// Entries on a page: 6.6 MB, below the 8 MiB that a page may have.
pub const PAGE_ENTRIES: usize = 131_072;
/// The most bytes of a page as it travels.
pub const MAXIMUM_PAGE_BYTES: usize = PAGE_ENTRIES * ENTRY + 64;
/// The most bytes of a signed header: two signatures as text are 4.6 kB, 32 pages' hashes 2.1 kB.
pub const MAXIMUM_HEADER_BYTES: usize = 16 * 1024;

pub(crate) const SET_FORMAT: u8 = 1;
const SALT: usize = 32;
const HEADER_LIMITS: CborLimits = CborLimits { items: 128, depth: 4 };
const PAGE_LIMITS: CborLimits = CborLimits { items: 8, depth: 2 };

/// What a set's owner signs: the set's context, key and content. It can be held against the owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskSetHeader {
    /// The form of this set: 1.
    pub format: u8,
    /// For whom, for what, about which class, on which day, with or without proofs.
    pub context: AskContext,
    /// The public key that answers are proven under.
    pub public_key: Bytes,
    /// 32 random bytes.
    pub salt: Bytes,
    /// Whether hits are confirmed.
    pub rule: AnswerRule,
    /// Entries, padding included.
    pub count: u32,
    /// Hashes of the pages.
    pub pages: Vec<ContentHash>,
    /// One hash for all of it, for the journal: over context, key, salt and every page.
    pub commitment: ContentHash,
    /// When it was made.
    pub made_at: Timestamp,
    /// From when on it is not asked any more.
    pub expires: Timestamp,
}

impl AskSetHeader {
    /// What the set's entries are bound to.
    pub(crate) fn binding(&self) -> ContentHash {
        binding(&self.context, &self.public_key.0, &self.salt.0)
    }

    /// The commitment that the other fields give.
    pub(crate) fn expected_commitment(&self) -> ContentHash {
        let start = ContentHasher::new("ask-set").field(&self.binding().0).field(&self.count.to_be_bytes());
        self.pages.iter().fold(start, |hasher, page| hasher.field(&page.0)).finish()
    }

    /// Checks the form: what can be said without knowing who signed.
    fn check(&self) -> Result<(), AskRefusal> {
        if self.format != SET_FORMAT {
            return Err(AskRefusal::UnknownFormat(self.format));
        }
        let count = self.count as usize;
        if set_entries(count) != Some(count) {
            return Err(AskRefusal::Form("its count is not one of the padded sizes"));
        }
        if self.pages.len() != count.div_ceil(PAGE_ENTRIES) || self.salt.0.len() != SALT {
            return Err(AskRefusal::Form("its pages do not fit its count, or its salt has a wrong length"));
        }
        if self.commitment != self.expected_commitment() {
            return Err(AskRefusal::Form("its commitment is not that of its pages"));
        }
        Ok(())
    }
}

fn binding(context: &AskContext, public_key: &[u8], salt: &[u8]) -> ContentHash {
    ContentHasher::new("ask-set-entries").field(&context.hash().0).field(public_key).field(salt).finish()
}

/// The hash of one page's entries.
pub(crate) fn page_hash(number: usize, entries: &[u8]) -> ContentHash {
    ContentHasher::new("ask-set-page").field(&(number as u64).to_be_bytes()).field(entries).finish()
}

/// A header with its owner's signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedAskSet {
    /// What is signed.
    pub header: AskSetHeader,
    /// By the set's owner.
    pub signatures: DualSignature,
}

impl SignedAskSet {
    /// Reads a header and checks its form. Who signed it, [`PartnerSet::accept`](super::PartnerSet::accept) checks.
    ///
    /// # Errors
    /// Says what is wrong with its size, encoding or form.
    pub fn read(bytes: &[u8]) -> Result<Self, AskRefusal> {
        let signed: Self = read_cbor(bytes, MAXIMUM_HEADER_BYTES, HEADER_LIMITS)?;
        signed.header.check()?;
        Ok(signed)
    }

    /// The bytes that travel.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_cbor(self, MAXIMUM_HEADER_BYTES)
    }

    pub(crate) fn signed_bytes(header: &AskSetHeader) -> Vec<u8> {
        signed_bytes("ask-set", header)
    }
}

/// A page as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskSetPage {
    pub(crate) number: u32,
    pub(crate) entries: Bytes,
}

impl AskSetPage {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, AskRefusal> {
        read_cbor(bytes, MAXIMUM_PAGE_BYTES, PAGE_LIMITS)
    }
}

/// Sealed entries on their way into a set.
#[derive(Debug)]
pub struct SealedEntries(Vec<EntryBytes>);

/// Makes one set. Sealing is most of the work; parts may be sealed on several threads.
pub struct SetBuilder<'a> {
    key: &'a AskKey,
    salt: [u8; SALT],
    entries: EntryKeys,
}

impl<'a> SetBuilder<'a> {
    /// Begins a set under this key.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn new(key: &'a AskKey) -> Result<Self, AskError> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt).map_err(AskError::Random)?;
        let entries = EntryKeys::new(binding(&key.context, &key.public(), &salt));
        Ok(Self { key, salt, entries })
    }

    /// Seals some entries.
    ///
    /// # Errors
    /// When a selector is of another class than the key, of a kind without a budget under these terms, or has a value that none
    /// has.
    pub fn seal(&self, terms: &AgreementTerms, entries: &[AskEntry]) -> Result<SealedEntries, AskError> {
        for entry in entries {
            check_selector(&entry.selector, &self.key.context, terms)?;
        }
        let inputs: Vec<String> = entries.iter().map(|entry| entry.selector.to_string()).collect();
        let mut sealed = Vec::with_capacity(entries.len());
        self.key.secret.outputs(&self.key.suite, &inputs, |place, output| {
            let AskEntry { reference, quality, .. } = &entries[place];
            sealed.push(self.entries.seal(&self.entries.derive(output), *reference, *quality));
        });
        Ok(SealedEntries(sealed))
    }

    /// Pads, sorts, commits and signs. Of two entries with one selector the first counts. Under
    /// [`NeitherConfirmNorDeny`](AnswerRule::NeitherConfirmNorDeny) the parts are dropped: the set is padding of the smallest
    /// size.
    ///
    /// # Errors
    /// When there are too many entries, the identity is another node's, or there are no random bytes.
    pub fn publish(
        self,
        identity: &NodeIdentity,
        rule: AnswerRule,
        parts: Vec<SealedEntries>,
        now: Timestamp,
    ) -> Result<AskSet, AskError> {
        let context = self.key.context.clone();
        if context.owner != *identity.node() {
            return Err(AskError::Parties { owner: context.owner, asker: context.asker });
        }
        let entries = match rule {
            AnswerRule::Hits => padded(parts)?,
            AnswerRule::NeitherConfirmNorDeny => padded(Vec::new())?,
        };
        let pages = entries.chunks(PAGE_ENTRIES).enumerate().map(|(number, page)| page_hash(number, page.as_flattened()));
        let mut header = AskSetHeader {
            format: SET_FORMAT,
            public_key: Bytes(self.key.public().to_vec()),
            salt: Bytes(self.salt.to_vec()),
            rule,
            // At most 4,194,304.
            count: entries.len() as u32,
            pages: pages.collect(),
            commitment: ContentHash([0; 32]),
            made_at: now,
            expires: context.epoch.end().unwrap_or(Timestamp::MAX),
            context,
        };
        header.commitment = header.expected_commitment();
        let signatures = identity.sign(&SignedAskSet::signed_bytes(&header));
        Ok(AskSet { signed: SignedAskSet { header, signatures }, entries })
    }
}

/// Checks that a selector may be in a set, or asked about, in this context.
pub(crate) fn check_selector(selector: &Selector, context: &AskContext, terms: &AgreementTerms) -> Result<(), AskError> {
    let (kind, length) = (selector.kind, selector.value.len());
    if selector.class() != context.class {
        return Err(AskError::Class { kind, class: context.class });
    }
    if !AskBudget::covers(terms, kind) {
        return Err(AskError::NotAgreed(kind));
    }
    if length == 0 || length > MAXIMUM_TEXT_LENGTH {
        return Err(AskError::Value { kind, length, limit: MAXIMUM_TEXT_LENGTH });
    }
    Ok(())
}

/// All entries in the order of their tags, filled up with random ones.
fn padded(parts: Vec<SealedEntries>) -> Result<Vec<EntryBytes>, AskError> {
    let real: usize = parts.iter().map(|part| part.0.len()).sum();
    let most = set_entries(real).ok_or(AskError::TooManyEntries(real))?;
    let mut entries = Vec::with_capacity(most);
    entries.extend(parts.into_iter().flat_map(|part| part.0));
    // Stable, so that of two with one selector the first stays first.
    entries.sort_by(|one, other| one[..TAG].cmp(&other[..TAG]));
    entries.dedup_by(|second, first| second[..TAG] == first[..TAG]);
    let distinct = entries.len();
    let count = set_entries(distinct).ok_or(AskError::TooManyEntries(distinct))?;
    entries.resize(count, [0; ENTRY]);
    getrandom::fill(entries[distinct..].as_flattened_mut()).map_err(AskError::Random)?;
    entries.sort_unstable_by(|one, other| one[..TAG].cmp(&other[..TAG]));
    Ok(entries)
}

/// A published set: what an asker gets, page by page.
#[derive(Debug)]
pub struct AskSet {
    signed: SignedAskSet,
    entries: Vec<EntryBytes>,
}

impl AskSet {
    /// The signed header.
    pub fn signed(&self) -> &SignedAskSet {
        &self.signed
    }

    /// The bytes of a page as they travel. `None`: there is no such page.
    pub fn page(&self, number: usize) -> Option<Vec<u8>> {
        let page = self.entries.chunks(PAGE_ENTRIES).nth(number)?;
        let page = AskSetPage { number: number as u32, entries: Bytes(page.as_flattened().to_vec()) };
        Some(to_cbor(&page, page.entries.0.len()))
    }
}
