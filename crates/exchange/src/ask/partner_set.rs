//! A partner's published set at the asker: verified before it is asked, complete before it is searched.

use oikos_model::{NodeId, Timestamp};

use super::bytes::Bytes;
use super::context::AnswerRule;
use super::entry::{ENTRY, EntryBytes, EntryKeys, TAG};
use super::refusal::AskRefusal;
use super::set::{AskSetHeader, AskSetPage, PAGE_ENTRIES, SignedAskSet, page_hash};
use super::voprf::{Blinder, Suite};
use crate::partner::Partner;

/// A partner's set: its header verified, its pages as they come.
pub struct PartnerSet {
    header: AskSetHeader,
    pub(crate) blinder: Blinder,
    pub(crate) keys: EntryKeys,
    pages: Vec<Option<Bytes>>,
}

impl std::fmt::Debug for PartnerSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PartnerSet({:?}, {} pages missing)", self.header.context, self.missing().count())
    }
}

impl PartnerSet {
    /// Accepts a signed header: it is this partner's, for this node, for an agreed purpose, of today, and not expired.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn accept(signed: SignedAskSet, own: &NodeId, partner: &Partner, now: Timestamp) -> Result<Self, AskRefusal> {
        let SignedAskSet { header, signatures } = signed;
        if header.context.owner != *partner.node() || header.context.asker != *own {
            return Err(AskRefusal::OtherContext);
        }
        partner.card().content.keys.verify(&SignedAskSet::signed_bytes(&header), &signatures)?;
        header.context.check(partner, now)?;
        if header.expires <= now {
            return Err(AskRefusal::Expired(header.expires));
        }
        let public = header.public_key.0.as_slice().try_into().map_err(|_| AskRefusal::PublicKey)?;
        let blinder = Blinder::new(Suite::new(header.context.mode), public).ok_or(AskRefusal::PublicKey)?;
        let keys = EntryKeys::new(header.binding());
        let pages = header.pages.iter().map(|_| None).collect();
        Ok(Self { header, blinder, keys, pages })
    }

    /// The header.
    pub fn header(&self) -> &AskSetHeader {
        &self.header
    }

    /// The numbers of the pages that are not there yet.
    pub fn missing(&self) -> impl Iterator<Item = usize> + '_ {
        self.pages.iter().enumerate().filter(|(_, page)| page.is_none()).map(|(number, _)| number)
    }

    /// Takes a page. Pages may come in any order, and twice.
    ///
    /// # Errors
    /// When it is not a page that the owner committed to.
    pub fn take_page(&mut self, bytes: &[u8]) -> Result<(), AskRefusal> {
        let page = AskSetPage::read(bytes)?;
        let number = page.number as usize;
        let before = number.saturating_mul(PAGE_ENTRIES);
        let entries = (self.header.count as usize).saturating_sub(before).min(PAGE_ENTRIES);
        let expected = self.header.pages.get(number).ok_or(AskRefusal::Page(number))?;
        if page.entries.0.len() != entries * ENTRY || page_hash(number, &page.entries.0) != *expected {
            return Err(AskRefusal::Page(number));
        }
        if !page.entries.0.as_chunks::<ENTRY>().0.is_sorted_by(|one, other| one[..TAG] < other[..TAG]) {
            return Err(AskRefusal::Form("its entries are not in the order of their tags"));
        }
        self.pages[number] = Some(page.entries);
        Ok(())
    }

    /// Checks that all pages are there.
    pub(crate) fn check_complete(&self) -> Result<(), AskRefusal> {
        match self.missing().count() {
            0 => Ok(()),
            missing => Err(AskRefusal::Incomplete { missing }),
        }
    }

    /// The entry with this tag.
    pub(crate) fn find(&self, tag: &[u8; TAG]) -> Option<&EntryBytes> {
        // Pages are in order too: the last that does not begin behind the tag.
        let later = self.pages.partition_point(|page| match page.as_ref().and_then(|page| page.0.first_chunk::<TAG>()) {
            Some(first) => first <= tag,
            None => false,
        });
        let page: &[EntryBytes] = self.pages.get(later.checked_sub(1)?)?.as_ref()?.0.as_chunks().0;
        let place = page.binary_search_by(|entry| entry[..TAG].cmp(tag)).ok()?;
        page.get(place)
    }

    /// Whether the owner confirms hits.
    pub(crate) fn confirms(&self) -> bool {
        self.header.rule == AnswerRule::Hits
    }
}
