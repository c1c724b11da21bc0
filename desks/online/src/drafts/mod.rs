//! Two drafts that must never be taken for each other:
//!
//! - a **removal order** binds: Reg. (EU) 2021/784 Art. 3, for terrorist content only, by a competent authority, one hour;
//! - a **referral** asks: the provider looks at the content under its own terms and decides by itself (recital 40).
//!
//! Both are texts for a person, marked as drafts. Oikos sends neither.

mod referral;
mod removal_order;

pub use referral::{Referral, referral_draft};
pub use removal_order::{RemovalOrder, TerroristContent, removal_order_draft};

use oikos_model::Finding;

/// Why no draft is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// A field that the law asks for is empty.
    #[error("{field} is empty; {basis} asks for it")]
    Missing {
        /// The field.
        field: &'static str,
        /// The provision.
        basis: &'static str,
    },
    /// The address is none of a page.
    #[error("{url:?} is no exact address of content (Art. 3(4)(c)); it begins with https:// or http:// and names a host")]
    NoAddress {
        /// What was given.
        url: String,
    },
    /// The finding is of another desk.
    #[error("the finding is of the desk {desk:?}; these drafts are about content that the online desk found")]
    OtherDesk {
        /// Its desk.
        desk: String,
    },
}

fn check_finding(finding: &Finding) -> Result<(), DraftError> {
    if finding.desk == "online" { Ok(()) } else { Err(DraftError::OtherDesk { desk: finding.desk.clone() }) }
}

fn given<'a>(field: &'static str, basis: &'static str, text: &'a str) -> Result<&'a str, DraftError> {
    let text = text.trim();
    if text.is_empty() { Err(DraftError::Missing { field, basis }) } else { Ok(text) }
}

fn check_addresses(urls: &[String]) -> Result<(), DraftError> {
    if urls.is_empty() {
        return Err(DraftError::Missing { field: "urls", basis: "Art. 3(4)(c)" });
    }
    let is_page = |url: &String| {
        let schemes = ["https://", "http://"];
        schemes.iter().any(|scheme| url.starts_with(scheme))
            && oikos_matching::domains::host_of(url).is_some()
            && !url.chars().any(char::is_control)
    };
    match urls.iter().find(|url| !is_page(url)) {
        Some(url) => Err(DraftError::NoAddress { url: url.clone() }),
        None => Ok(()),
    }
}

/// The finding's own words, for the person who has to state reasons: what speaks for it and what against.
fn reasons_in_words(finding: &Finding) -> String {
    let line = |reason: &oikos_model::Reason| format!("- {} ({:+.1} bits)\n", reason.text, reason.bits);
    finding.reasons.iter().map(line).collect()
}

#[cfg(test)]
mod tests;
