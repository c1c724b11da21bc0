//! A draft of a removal order: what Reg. (EU) 2021/784 Art. 3(4) and its Annex I ask for, and blanks for what only the authority
//! can say.

use oikos_model::Finding;

use super::{DraftError, check_addresses, check_finding, given, reasons_in_words};

/// What makes content terrorist: Reg. (EU) 2021/784 Art. 2(7). A person says so; no detector does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TerroristContent {
    /// Incites an offence by glorifying or advocating, so that there is a danger (a).
    Incites,
    /// Solicits a person or a group to commit an offence or to contribute to one (b).
    Solicits,
    /// Solicits to participate in the activities of a terrorist group (c).
    SolicitsParticipation,
    /// Instructs on explosives, firearms or other weapons or substances, or other methods, for an offence (d).
    Instructs,
    /// Threatens to commit an offence (e).
    Threatens,
}

impl TerroristContent {
    const fn point(self) -> &'static str {
        match self {
            Self::Incites => "Art. 2(7)(a): incites the commission of a terrorist offence",
            Self::Solicits => "Art. 2(7)(b): solicits to commit or to contribute to a terrorist offence",
            Self::SolicitsParticipation => "Art. 2(7)(c): solicits to participate in the activities of a terrorist group",
            Self::Instructs => "Art. 2(7)(d): instructs on weapons, substances or methods for a terrorist offence",
            Self::Threatens => "Art. 2(7)(e): threatens to commit a terrorist offence",
        }
    }
}

/// What a person at the competent authority adds.
#[derive(Debug, Clone)]
pub struct RemovalOrder {
    /// The competent authority (Art. 12).
    pub authority: String,
    /// The hosting service provider it is addressed to.
    pub provider: String,
    /// Where the provider has its main establishment or legal representative; in another Member State Art. 4 applies.
    pub provider_state: String,
    /// The authority's own state.
    pub authority_state: String,
    /// Exact addresses of the content.
    pub urls: Vec<String>,
    /// Which point of the definition, in that person's judgement.
    pub content: TerroristContent,
    /// Why it is terrorist content, in that person's own words. The finding's reasons are attached and are no substitute.
    pub statement_of_reasons: String,
    /// Where and until when the provider and who posted it can seek redress.
    pub redress: String,
    /// Whether the provider must not tell who posted it, and why (Art. 11(3)); empty: it may.
    pub non_disclosure: Option<String>,
}

/// Writes the draft.
///
/// # Errors
/// When a field that Art. 3(4) asks for is empty, or the finding is not of this desk.
pub fn removal_order_draft(finding: &Finding, order: &RemovalOrder) -> Result<String, DraftError> {
    check_finding(finding)?;
    check_addresses(&order.urls)?;
    let authority = given("authority", "Art. 3(4)(a)", &order.authority)?;
    let reasons = given("statement_of_reasons", "Art. 3(4)(b)", &order.statement_of_reasons)?;
    let redress = given("redress", "Art. 3(4)(f)", &order.redress)?;
    let provider = given("provider", "Art. 3(1)", &order.provider)?;
    let states =
        (given("authority_state", "Art. 12", &order.authority_state)?, given("provider_state", "Art. 4", &order.provider_state)?);
    let crosses = if states.0 == states.1 {
        String::new()
    } else {
        format!(
            "Cross-border: a copy goes at the same time to the competent authority of {}, which may scrutinise it within 72 hours (Art. 4(1) and (3)).\n",
            states.1
        )
    };
    let disclosure = match order.non_disclosure.as_deref().map(str::trim).filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("The provider shall not disclose the removal to the content provider (Art. 11(3)): {reason}\n"),
        None => "The provider informs the content provider (Art. 11(1)).\n".to_owned(),
    };
    Ok(format!(
        "DRAFT REMOVAL ORDER - not issued, not signed, for decision by a person\n\
         Legal basis: Regulation (EU) 2021/784, Article 3. This is not a referral.\n\n\
         1. Issuing authority (Art. 3(4)(a)): {authority}, {}\n\
         2. Addressee: {provider}, {}\n{crosses}\
         3. Content (Art. 3(4)(c)):\n{}\
         4. Type of material (Art. 3(4)(b)): {}\n\
         5. Statement of reasons (Art. 3(4)(b)): {reasons}\n\
         6. To be removed, or access to it disabled in all Member States, as soon as possible and in any event within one hour of receipt (Art. 3(3)).\n\
         7. Redress (Art. 3(4)(f)): {redress}\n\
         8. {disclosure}\
         9. Date, time stamp and electronic signature (Art. 3(4)(e)): [to be set by the authority]\n\
         10. First order to this provider: information on procedures and deadlines at least 12 hours before, unless duly justified emergency (Art. 3(2)): [to be checked]\n\n\
         Attached: what the finding rests on (score {:+.1} bits, {}). It is no statement of reasons.\n{}",
        states.0,
        states.1,
        order.urls.iter().map(|url| format!("   - {url}\n")).collect::<String>(),
        order.content.point(),
        finding.score_bits(),
        if finding.calibrated { "calibrated" } else { "uncalibrated" },
        reasons_in_words(finding),
    ))
}
