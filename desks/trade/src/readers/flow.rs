//! A flow on its way to the table.

use oikos_desk::intake::TableRows;
use oikos_desk::{Sink, SinkError, Source};

use super::period::Period;
use crate::countries;

/// Euros, dollars and kilograms beyond which a number is an error.
pub(super) const MOST: f64 = 1e15;

/// Exporter or importer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Import,
    Export,
}

impl Direction {
    /// A code (1, 2), a word, or both, as Comext writes it; Easy Comext also in French and German.
    pub(super) fn of(text: &str) -> Result<Self, String> {
        let word = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').to_uppercase();
        match (text, word.as_str()) {
            ("1", _) | (_, "IMPORT" | "IMPORTATION" | "EINFUHR") => Ok(Self::Import),
            ("2", _) | (_, "EXPORT" | "EXPORTATION" | "AUSFUHR") => Ok(Self::Export),
            _ => Err(format!("{text:?} is neither 1 (import) nor 2 (export)")),
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Export => "export",
        }
    }
}

/// One flow.
pub(super) struct Flow<'a> {
    pub(super) period: Period,
    pub(super) source: &'static str,
    pub(super) reporter: &'a str,
    pub(super) partner: &'a str,
    pub(super) product: &'a str,
    pub(super) direction: Direction,
    pub(super) is_extra_union: Option<bool>,
    pub(super) procedure: Option<&'a str>,
    pub(super) value_eur: Option<f64>,
    pub(super) value_usd: Option<f64>,
    pub(super) quantity_kg: Option<f64>,
    pub(super) supplementary_quantity: Option<f64>,
}

impl Flow<'_> {
    pub(super) fn push(
        &self,
        source: &Source,
        position: u32,
        rows: &mut TableRows,
        sink: &mut dyn Sink,
    ) -> Result<(), SinkError> {
        let is_country = self.partner.len() == 2 && self.partner.bytes().all(|byte| byte.is_ascii_uppercase());
        rows.push(
            [
                source.record_id(position).into(),
                self.period.from.into(),
                self.period.to.into(),
                self.period.months.into(),
                self.source.into(),
                self.reporter.into(),
                self.partner.into(),
                // Comext's codes from QA to QZ are not one country: stores, secret, high seas.
                (is_country && !self.partner.starts_with('Q') || self.partner == "QA").into(),
                self.product.into(),
                hs6(self.product).into(),
                self.direction.word().into(),
                self.is_extra_union.into(),
                self.procedure.into(),
                self.value_eur.into(),
                self.value_usd.into(),
                self.quantity_kg.into(),
                self.supplementary_quantity.into(),
            ],
            sink,
        )
    }
}

/// The subheading of a code; `None` for totals, chapters, headings and codes that hide what they are.
pub(super) fn hs6(product: &str) -> Option<&str> {
    product.get(..6).filter(|six| six.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A product code without points and blanks, or `TOTAL`.
pub(super) fn product(text: &str) -> Result<String, String> {
    let code: String = text.chars().filter(|c| !matches!(c, '.' | ' ')).collect();
    let is_code = (2..=10).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_code { Ok(code.to_uppercase()) } else { Err(format!("{text:?} is no product code of 2 to 10 digits, nor TOTAL")) }
}

/// Whether a flow between these two crosses the outer border.
pub(super) fn is_extra_union(reporter: &str, partner: &str) -> Option<bool> {
    let is_union = |code: &str| code == countries::UNION || countries::is_member(code);
    let is_country = partner.len() == 2;
    (is_union(reporter) && (is_country || partner == countries::UNION)).then(|| !is_union(partner))
}
