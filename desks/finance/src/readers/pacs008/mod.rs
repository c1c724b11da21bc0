//! ISO 20022 pacs.008, FIToFICustomerCreditTransfer, versions 001.02 to 001.13: one or many documents in a stream, with any
//! prefix and with an envelope around them or none.
//!
//! A transaction is the unit: each is cut out by its tags and read alone. One that is malformed is refused with its number, line
//! and byte; the others land. Elements that versions name otherwise (`BIC` and `BICFI`) are read under both names.

mod element;
mod frames;
#[cfg(test)]
mod tests;

use std::io::BufRead;

use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};
use oikos_model::Timestamp;

use super::Problem;
use super::landing::Landing;
use super::mapped_csv::iso_moment;
use super::transfer::{AccountText, Draft, Party};
use element::Texts;
use frames::{Frame, Frames, Place};

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.";
const PROGRESS_TRANSACTIONS: u64 = 4_096;

/// Reads pacs.008.
pub(crate) struct Pacs008;

impl Reader for Pacs008 {
    fn format(&self) -> Format {
        Format {
            name: "pacs008",
            description: "ISO 20022 FIToFICustomerCreditTransfer, pacs.008.001.02 to .13, one or many documents",
            extensions: &["xml"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        String::from_utf8_lossy(beginning).contains(NAMESPACE)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut frames = Frames::new(input);
        let mut landing = Landing::new(source, sink);
        let mut summary = ReadSummary::default();
        let mut group = Group::default();
        while let Some(frame) = frames.next()? {
            let (place, bytes, found) = match frame {
                Frame::Between(bytes) => {
                    group.hear(&bytes);
                    continue;
                }
                Frame::Broken(place, bytes, reason) => (place, bytes, Err(Problem::row(reason))),
                Frame::Transaction(place, bytes) => {
                    let found = Texts::read(&bytes).and_then(|texts| group.draft(&texts));
                    (place, bytes, found)
                }
            };
            summary.rows += 1;
            landing.take(place.ordinal, found.map_err(|problem| placed(place, problem)), &bytes)?;
            if summary.rows.is_multiple_of(PROGRESS_TRANSACTIONS) {
                landing.progress(frames.offset());
            }
        }
        if summary.rows == 0 && group.namespace.is_none() {
            let problem = format!("there is no document of the namespace {NAMESPACE}NN; is this a pacs.008 message?");
            return Err(ReadError::Format { place: "the whole file".into(), problem });
        }
        landing.progress(frames.offset());
        landing.finish()?;
        Ok(summary)
    }
}

/// Says where a transaction that is refused stands.
fn placed(place: Place, problem: Problem) -> Problem {
    let Place { ordinal, line, offset } = place;
    Problem { reason: format!("transaction {ordinal}, line {line}, byte {offset}: {}", problem.reason), ..problem }
}

/// What the group header says for all its transactions.
#[derive(Default)]
struct Group {
    /// The version in the document's namespace; `None` before any, or in a document of another message.
    namespace: Option<String>,
    settled: Option<String>,
    created: Option<String>,
}

impl Group {
    /// Takes what stood between transactions.
    fn hear(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        if let Some(at) = text.rfind("urn:iso:std:iso:20022:tech:xsd:") {
            let after = text[at..].strip_prefix(NAMESPACE);
            *self = Self::default();
            self.namespace = after.map(|version| version.chars().take_while(char::is_ascii_digit).collect());
        }
        let Some(header) = group_header(&text) else { return };
        let Ok(texts) = Texts::read(header.as_bytes()) else { return };
        self.settled = texts.get("IntrBkSttlmDt").map(str::to_owned);
        self.created = texts.get("CreDtTm").map(str::to_owned);
    }

    fn draft(&self, texts: &Texts) -> Result<Draft, Problem> {
        if self.namespace.is_none() {
            return Err(Problem::row(format!("the document around it is not of the namespace {NAMESPACE}NN")));
        }
        let (amount, currency) =
            texts.amount("IntrBkSttlmAmt").ok_or_else(|| Problem::field("IntrBkSttlmAmt", "it is missing"))?;
        let amount = amount.parse().map_err(|_| Problem::field("IntrBkSttlmAmt", format!("{amount:?} is no number")))?;
        let currency = currency.ok_or_else(|| Problem::field("IntrBkSttlmAmt", "its Ccy attribute is missing"))?;
        Ok(Draft {
            at: Some(self.moment(texts)?),
            reference: texts.first(&["PmtId/UETR", "PmtId/TxId", "PmtId/EndToEndId", "PmtId/InstrId"]).map(str::to_owned),
            instrument: Some("credit-transfer".to_owned()),
            amount: Some(amount),
            currency: Some(currency.to_owned()),
            from: party(texts, "Dbtr"),
            to: party(texts, "Cdtr"),
            remittance: texts.all("RmtInf/Ustrd"),
            ..Draft::default()
        })
    }

    /// When the payer's bank took it on, or when banks settled it: the most exact that is there.
    fn moment(&self, texts: &Texts) -> Result<Timestamp, Problem> {
        let own = texts.first(&["AccptncDtTm", "SttlmTmIndctn/DbtDtTm", "IntrBkSttlmDt"]);
        let written = own.or(self.settled.as_deref()).or(self.created.as_deref());
        let written =
            written.ok_or_else(|| Problem::field("IntrBkSttlmDt", "neither the transaction nor its group header says when"))?;
        iso_moment(written).ok_or_else(|| Problem::field("IntrBkSttlmDt", format!("{written:?} is no ISO 8601 date or time")))
    }
}

/// The last group header between two transactions.
fn group_header(text: &str) -> Option<&str> {
    let end_tag = text.rfind("GrpHdr>")?;
    let start = text[..end_tag].match_indices("GrpHdr>").map(|(at, _)| at).last()?;
    // From the `<` of the start tag, prefix and all, to the `>` of the end tag.
    let from = text[..start].rfind('<')?;
    Some(&text[from..end_tag + "GrpHdr>".len()])
}

/// One side: the party, its account and its bank.
fn party(texts: &Texts, side: &str) -> Party {
    let path = |rest: &str| format!("{side}{rest}");
    let get = |rest: &str| texts.get(&path(rest)).map(str::to_owned);
    let iban = get("Acct/Id/IBAN").map(AccountText::Iban);
    let account = iban.or_else(|| get("Acct/Id/Othr/Id").map(AccountText::Unknown));
    let agent = ["Agt/FinInstnId/BICFI", "Agt/FinInstnId/BIC", "Agt/FinInstnId/LEI", "Agt/FinInstnId/ClrSysMmbId/MmbId"];
    let country = ["/PstlAdr/Ctry", "/CtryOfRes"];
    Party {
        account,
        self_hosted: None,
        name: get("/Nm"),
        lei: get("/Id/OrgId/LEI"),
        country: country.into_iter().find_map(get),
        agent: agent.into_iter().find_map(get),
    }
}
