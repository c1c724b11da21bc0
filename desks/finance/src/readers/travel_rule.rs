//! Crypto-asset transfers with the information that has to go with them (Reg. (EU) 2023/1113 Art. 14 and 16): JSON Lines, one
//! transfer a line, with the names of IVMS101 (interVASP messaging standard) for who pays whom. The desk's README has an example
//! of every field.

use std::io::BufRead;

use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};
use serde::Deserialize;

use super::Problem;
use super::landing::Landing;
use super::lines::{Line, Lines, without_byte_order_mark};
use super::mapped_csv::iso_moment;
use super::transfer::{AccountText, Draft, Party};

const LINE_MAX_BYTES: usize = 64 * 1_024;
const PROGRESS_LINES: u64 = 4_096;

/// Reads crypto-asset transfers with travel-rule data.
pub(crate) struct TravelRule;

impl Reader for TravelRule {
    fn format(&self) -> Format {
        Format {
            name: "travel-rule",
            description: "Crypto-asset transfers with travel-rule data: JSON Lines with the names of IVMS101, as the README says",
            extensions: &["jsonl", "ndjson"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let first = without_byte_order_mark(beginning).split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty());
        let text = String::from_utf8_lossy(first.unwrap_or_default());
        text.trim_start().starts_with('{')
            && ["\"originator\"", "\"beneficiary\"", "\"asset\""].iter().all(|word| text.contains(word))
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut lines = Lines::new(input, LINE_MAX_BYTES);
        let mut landing = Landing::new(source, sink);
        let mut summary = ReadSummary::default();
        loop {
            let number = lines.number() + 1;
            if number.is_multiple_of(PROGRESS_LINES) {
                landing.progress(lines.offset());
            }
            let Some(line) = lines.next()? else { break };
            let (bytes, found) = match line {
                Line::Whole(bytes) if bytes.trim_ascii().is_empty() => continue,
                Line::Whole(bytes) => (bytes, draft(without_byte_order_mark(bytes))),
                Line::TooLong(bytes) => (bytes, Err(Problem::row(format!("the line has more than {LINE_MAX_BYTES} bytes")))),
            };
            summary.rows += 1;
            landing.take(number, found, bytes)?;
        }
        landing.progress(lines.offset());
        landing.finish()?;
        Ok(summary)
    }
}

/// A line. What it holds beyond these fields is allowed and not read: IVMS101 has more than detectors may use.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransferLine {
    at: String,
    asset: String,
    amount: Number,
    amount_eur: Option<Number>,
    transfer_id: Option<String>,
    transaction_hash: Option<String>,
    originator: Originator,
    beneficiary: Beneficiary,
    #[serde(rename = "originatingVASP")]
    originating_vasp: Option<OriginatingVasp>,
    #[serde(rename = "beneficiaryVASP")]
    beneficiary_vasp: Option<BeneficiaryVasp>,
    is_reported: Option<bool>,
}

/// Crypto amounts are often written as text, so that no digit is lost.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Number(f64),
    Text(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Originator {
    #[serde(default)]
    originator_persons: Vec<Person>,
    #[serde(flatten)]
    account: Account,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Beneficiary {
    #[serde(default)]
    beneficiary_persons: Vec<Person>,
    #[serde(flatten)]
    account: Account,
}

/// The account or address, and who holds it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    #[serde(default)]
    account_number: Vec<String>,
    address_type: Option<AddressType>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum AddressType {
    /// A self-hosted address (Reg. (EU) 2023/1113 Art. 3(20)).
    SelfHosted,
    /// An address that a provider holds for its customer.
    Hosted,
    /// An account at a bank or provider that is no address.
    Account,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OriginatingVasp {
    #[serde(rename = "originatingVASP")]
    originating_vasp: Person,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BeneficiaryVasp {
    #[serde(rename = "beneficiaryVASP")]
    beneficiary_vasp: Person,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    natural_person: Option<NaturalPerson>,
    legal_person: Option<LegalPerson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NaturalPerson {
    name: NaturalName,
    country_of_residence: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NaturalName {
    name_identifier: Vec<NaturalNameIdentifier>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NaturalNameIdentifier {
    primary_identifier: String,
    secondary_identifier: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LegalPerson {
    name: LegalName,
    national_identification: Option<NationalIdentification>,
    country_of_registration: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LegalName {
    name_identifier: Vec<LegalNameIdentifier>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LegalNameIdentifier {
    legal_person_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NationalIdentification {
    national_identifier: String,
    national_identifier_type: String,
}

fn draft(bytes: &[u8]) -> Result<Draft, Problem> {
    let line: TransferLine = serde_json::from_slice(bytes).map_err(|error| Problem::row(error.to_string()))?;
    let at = iso_moment(&line.at).ok_or_else(|| Problem::field("at", format!("{:?} is no ISO 8601 date or time", line.at)))?;
    let sender = line.originating_vasp.as_ref().map(|vasp| &vasp.originating_vasp);
    let receiver = line.beneficiary_vasp.as_ref().map(|vasp| &vasp.beneficiary_vasp);
    Ok(Draft {
        at: Some(at),
        reference: line.transfer_id.or(line.transaction_hash),
        instrument: Some("crypto".to_owned()),
        amount: Some(number("amount", &line.amount)?),
        currency: Some(line.asset),
        amount_eur: line.amount_eur.map(|amount| number("amountEur", &amount)).transpose()?,
        from: party(&line.originator.originator_persons, &line.originator.account, sender, "originator")?,
        to: party(&line.beneficiary.beneficiary_persons, &line.beneficiary.account, receiver, "beneficiary")?,
        remittance: None,
        is_reported: line.is_reported,
    })
}

fn number(field: &str, number: &Number) -> Result<f64, Problem> {
    match number {
        Number::Number(number) => Ok(*number),
        Number::Text(text) => text.trim().parse().map_err(|_| Problem::field(field, format!("{text:?} is no number"))),
    }
}

fn party(persons: &[Person], account: &Account, vasp: Option<&Person>, side: &str) -> Result<Party, Problem> {
    let field = format!("{side}.accountNumber");
    let first = account.account_number.first().ok_or_else(|| Problem::field(&field, "it needs one address or account"))?;
    let text = match account.address_type {
        Some(AddressType::SelfHosted | AddressType::Hosted) => AccountText::Wallet(first.clone()),
        Some(AddressType::Account) | None => AccountText::Unknown(first.clone()),
    };
    if account.address_type == Some(AddressType::SelfHosted) && vasp.is_some() {
        return Err(Problem::field(field, "a self-hosted address has no provider, but one is named"));
    }
    let person = persons.first();
    let legal = person.and_then(|person| person.legal_person.as_ref());
    let natural = person.and_then(|person| person.natural_person.as_ref());
    Ok(Party {
        account: Some(text),
        self_hosted: account.address_type.map(|kind| kind == AddressType::SelfHosted),
        name: legal.and_then(legal_name).or_else(|| natural.and_then(natural_name)),
        lei: legal.and_then(lei),
        country: legal
            .and_then(|legal| legal.country_of_registration.clone())
            .or_else(|| natural.and_then(|natural| natural.country_of_residence.clone())),
        agent: vasp.and_then(|vasp| vasp.legal_person.as_ref()).and_then(|legal| lei(legal).or_else(|| legal_name(legal))),
    })
}

fn legal_name(person: &LegalPerson) -> Option<String> {
    person.name.name_identifier.first().map(|name| name.legal_person_name.clone())
}

fn natural_name(person: &NaturalPerson) -> Option<String> {
    let name = person.name.name_identifier.first()?;
    let given = name.secondary_identifier.as_deref().unwrap_or_default();
    Some(format!("{given} {}", name.primary_identifier).trim().to_owned())
}

/// IVMS101 names the LEI among national identifiers, by the type LEIX.
fn lei(person: &LegalPerson) -> Option<String> {
    let identification = person.national_identification.as_ref()?;
    (identification.national_identifier_type == "LEIX").then(|| identification.national_identifier.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_sink::read;
    use proptest::prelude::*;

    const LINE: &str = r#"{"transferId":"T1","at":"2026-01-20T10:00:00Z","asset":"BTC","amount":"0.0105","amountEur":950.0,"originator":{"originatorPersons":[{"legalPerson":{"name":{"nameIdentifier":[{"legalPersonName":"Calder Reach","legalPersonNameIdentifierType":"LEGL"}]},"nationalIdentification":{"nationalIdentifier":"506700GE1G29325QX363","nationalIdentifierType":"LEIX"},"countryOfRegistration":"NL"}}],"accountNumber":["EE382200221020145685"],"addressType":"account"},"originatingVASP":{"originatingVASP":{"legalPerson":{"name":{"nameIdentifier":[{"legalPersonName":"Exchange OÜ"}]}}}},"beneficiary":{"beneficiaryPersons":[{"naturalPerson":{"name":{"nameIdentifier":[{"primaryIdentifier":"Doe","secondaryIdentifier":"Jo"}]}}}],"accountNumber":["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"],"addressType":"self-hosted"}}"#;

    #[test]
    fn a_transfer_to_a_self_hosted_address() {
        assert!(TravelRule.recognises(LINE.as_bytes()));
        let (sink, summary) = read(&TravelRule, format!("{LINE}\n\n").as_bytes());
        assert_eq!((summary.unwrap().rows, sink.rejects.len()), (1, 0), "{:?}", sink.rejects);
        let row = &sink.rows("transfers")[0];
        assert_eq!(row["to_account"], "wallet:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4");
        assert_eq!((row["to_self_hosted"].as_bool(), row["from_self_hosted"].as_bool()), (Some(true), Some(false)));
        assert_eq!(
            (row["from_account"].as_str(), row["from_agent"].as_str()),
            (Some("iban:EE382200221020145685"), Some("Exchange OÜ"))
        );
        assert_eq!(
            (row["amount_eur"].as_f64(), row["currency"].as_str(), row["amount"].as_f64()),
            (Some(950.0), Some("BTC"), Some(0.0105))
        );
        assert_eq!(row["to_name"], "Jo Doe");
        assert!(sink.said().contains(&("lei-506700GE1G29325QX363", "company", "name", "Calder Reach")));
        assert!(sink.said().iter().all(|(_, kind, ..)| *kind == "company"), "nothing is stated of a natural person");
    }

    #[test]
    fn bad_lines_name_their_field() {
        let cases = [
            (LINE.replace("v8f3t4", "v8f3t5"), Some("to_account")),
            (LINE.replace("2026-01-20T10:00:00Z", "soon"), Some("at")),
            (LINE.replace("\"0.0105\"", "\"-1\""), Some("amount")),
            (LINE.replace("[\"EE382200221020145685\"]", "[]"), Some("originator.accountNumber")),
            (LINE.replace("QX363", "QX364"), Some("from_lei")),
            (LINE.replace("\"at\"", "\"when\""), None),
            ("{".to_owned(), None),
        ];
        let text: String = cases.iter().map(|(line, _)| format!("{line}\n")).collect();
        let (sink, summary) = read(&TravelRule, format!("{text}{LINE}\n").as_bytes());
        assert_eq!((summary.unwrap().rows, sink.rows("transfers").len()), (cases.len() as u64 + 1, 1));
        for (reject, (line, field)) in sink.rejects.iter().zip(&cases) {
            assert_eq!(reject.field.as_deref(), *field, "{line}: {}", reject.reason);
        }
    }

    proptest! {
        #[test]
        fn mutated_lines_never_panic(at in 0usize..LINE.len(), byte: u8) {
            let mut bytes = LINE.as_bytes().to_vec();
            bytes[at] = byte;
            let (sink, summary) = read(&TravelRule, &bytes);
            prop_assert_eq!(summary.unwrap().rows, (sink.rows("transfers").len() + sink.rejects.len()) as u64);
        }
    }
}
