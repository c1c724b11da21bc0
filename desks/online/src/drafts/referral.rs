//! A draft of a referral: a notice that a provider may follow or not.

use oikos_model::Finding;

use super::{DraftError, check_addresses, check_finding, given, reasons_in_words};

/// What a person adds.
#[derive(Debug, Clone)]
pub struct Referral {
    /// Who refers.
    pub authority: String,
    /// The provider.
    pub provider: String,
    /// Exact addresses of the content.
    pub urls: Vec<String>,
    /// Which of the provider's own terms it may be incompatible with.
    pub terms: String,
    /// Whom the provider can ask.
    pub contact: String,
}

/// Writes the draft.
///
/// # Errors
/// When a field is empty, or the finding is not of this desk.
pub fn referral_draft(finding: &Finding, referral: &Referral) -> Result<String, DraftError> {
    const BASIS: &str = "a referral that can be followed";
    check_finding(finding)?;
    check_addresses(&referral.urls)?;
    let field = |name, text| given(name, BASIS, text);
    Ok(format!(
        "DRAFT REFERRAL - not sent, for decision by a person\n\
         This is not an order. The provider decides by itself and under its own terms; nothing follows from declining (Reg. (EU) 2021/784, recital 40; \
         Reg. (EU) 2016/794 Art. 4(1)(m) where Europol refers).\n\n\
         From: {}\nTo: {}\nContent:\n{}Terms it may be incompatible with: {}\nContact: {}\n\n\
         Why it was noticed (score {:+.1} bits, {}):\n{}",
        field("authority", &referral.authority)?,
        field("provider", &referral.provider)?,
        referral.urls.iter().map(|url| format!("- {url}\n")).collect::<String>(),
        field("terms", &referral.terms)?,
        field("contact", &referral.contact)?,
        finding.score_bits(),
        if finding.calibrated { "calibrated" } else { "uncalibrated" },
        reasons_in_words(finding),
    ))
}
