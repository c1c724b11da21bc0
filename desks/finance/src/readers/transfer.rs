//! A transfer as a reader found it, and what must hold before it lands.

use oikos_matching::normalise;
use oikos_model::{SelectorKind, Timestamp};

use super::{Problem, account};

/// Longest text of a field, characters. ISO 20022's Max140Text is the longest name and line of remittance information.
pub(super) const TEXT_MAX_CHARACTERS: usize = 1_024;

/// How an account is named by its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AccountText {
    /// The source says that it is an IBAN.
    Iban(String),
    /// The source says that it is a wallet's address.
    Wallet(String),
    /// The source says that it is neither.
    Number(String),
    /// The source does not say.
    Unknown(String),
}

/// One side of a transfer.
#[derive(Debug, Clone, Default)]
pub(super) struct Party {
    pub(super) account: Option<AccountText>,
    pub(super) self_hosted: Option<bool>,
    pub(super) name: Option<String>,
    pub(super) lei: Option<String>,
    pub(super) country: Option<String>,
    pub(super) agent: Option<String>,
}

/// What a reader found in one row or message.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) at: Option<Timestamp>,
    pub(super) reference: Option<String>,
    pub(super) instrument: Option<String>,
    pub(super) amount: Option<f64>,
    pub(super) currency: Option<String>,
    pub(super) amount_eur: Option<f64>,
    pub(super) from: Party,
    pub(super) to: Party,
    pub(super) remittance: Option<String>,
    pub(super) is_reported: Option<bool>,
}

/// A transfer in order.
#[derive(Debug, Clone)]
pub(super) struct Transfer {
    pub(super) at: Timestamp,
    pub(super) amount: f64,
    pub(super) currency: String,
    pub(super) amount_eur: Option<f64>,
    pub(super) instrument: &'static str,
    pub(super) from_account: String,
    pub(super) to_account: String,
    /// What needs no more than a look: texts, both parties.
    pub(super) draft: Draft,
}

/// What the desk tells apart of how money moves.
const INSTRUMENTS: [&str; 6] = ["credit-transfer", "crypto", "cash", "card", "cheque", "other"];

impl Draft {
    /// Checks it. A field that is there and wrong refuses the whole row: half a transfer is worse than none.
    pub(super) fn check(mut self) -> Result<Transfer, Problem> {
        let at = self.at.ok_or_else(|| Problem::field("at", "it is missing"))?;
        let amount = self.amount.ok_or_else(|| Problem::field("amount", "it is missing"))?;
        for (field, number) in [("amount", Some(amount)), ("amount_eur", self.amount_eur)] {
            // Above 10^15 a double no longer holds cents.
            if number.is_some_and(|number| !(number > 0.0 && number < 1e15)) {
                return Err(Problem::field(field, "expected a number above 0 and below 10^15"));
            }
        }
        let currency = currency(self.currency.take())?;
        self.check_texts()?;
        for (side, party) in [("from", &mut self.from), ("to", &mut self.to)] {
            party.check(side)?;
        }
        let (from_account, to_account) = (self.from.account("from_account")?, self.to.account("to_account")?);
        let instrument = instrument(self.instrument.as_deref(), &from_account, &to_account)?;
        let amount_eur = if currency == "EUR" { Some(amount) } else { self.amount_eur };
        Ok(Transfer { at, amount, currency, amount_eur, instrument, from_account, to_account, draft: self })
    }

    fn check_texts(&self) -> Result<(), Problem> {
        let texts = [("reference", &self.reference), ("remittance", &self.remittance)];
        texts.into_iter().try_for_each(|(field, text)| check_text(field, text.as_deref()))
    }
}

impl Party {
    fn check(&mut self, side: &str) -> Result<(), Problem> {
        check_text(&format!("{side}_name"), self.name.as_deref())?;
        check_text(&format!("{side}_agent"), self.agent.as_deref())?;
        if let Some(text) = &self.lei {
            let lei =
                normalise(SelectorKind::Lei, text).map_err(|error| Problem::field(format!("{side}_lei"), error.to_string()))?;
            self.lei = Some(lei.value);
        }
        match &self.country {
            Some(code) if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                Err(Problem::field(format!("{side}_country"), "expected an ISO 3166-1 alpha-2 code, for example EE"))
            }
            _ => Ok(()),
        }
    }

    fn account(&self, field: &str) -> Result<String, Problem> {
        match &self.account {
            None => Err(Problem::field(field, "it is missing")),
            Some(AccountText::Iban(text)) => account::iban(field, text),
            Some(AccountText::Wallet(text)) => account::wallet(field, text),
            Some(AccountText::Number(text)) => account::other(field, self.agent.as_deref(), text),
            Some(AccountText::Unknown(text)) => account::any(field, self.agent.as_deref(), text),
        }
    }
}

fn check_text(field: &str, text: Option<&str>) -> Result<(), Problem> {
    let Some(text) = text else { return Ok(()) };
    if text.chars().count() > TEXT_MAX_CHARACTERS {
        return Err(Problem::field(field, format!("it has more than {TEXT_MAX_CHARACTERS} characters")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Problem::field(field, "control characters are not allowed"));
    }
    Ok(())
}

/// ISO 4217 in capitals, or an asset's ticker; `XXX` is ISO 4217's own code for no currency.
fn currency(text: Option<String>) -> Result<String, Problem> {
    let Some(text) = text else { return Ok("XXX".to_owned()) };
    let good = (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if good {
        Ok(text.to_ascii_uppercase())
    } else {
        Err(Problem::field("currency", "expected an ISO 4217 code or a ticker, for example EUR"))
    }
}

/// What the source says, or what follows from the accounts.
fn instrument(text: Option<&str>, from: &str, to: &str) -> Result<&'static str, Problem> {
    match text {
        Some(text) => INSTRUMENTS
            .into_iter()
            .find(|known| *known == text)
            .ok_or_else(|| Problem::field("instrument", format!("{text:?} is none of {}", INSTRUMENTS.join(", ")))),
        None if from.starts_with("wallet:") || to.starts_with("wallet:") => Ok("crypto"),
        None => Ok("credit-transfer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        Draft {
            at: Some(Timestamp::UNIX_EPOCH),
            amount: Some(950.0),
            currency: Some("eur".into()),
            from: Party { account: Some(AccountText::Iban("EE382200221020145685".into())), ..Party::default() },
            to: Party { account: Some(AccountText::Unknown("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa".into())), ..Party::default() },
            ..Draft::default()
        }
    }

    fn refused(change: impl FnOnce(&mut Draft)) -> String {
        let mut draft = draft();
        change(&mut draft);
        draft.check().unwrap_err().field.unwrap()
    }

    #[test]
    fn what_is_not_said_follows_from_the_accounts() {
        let transfer = draft().check().unwrap();
        assert_eq!((transfer.instrument, transfer.currency.as_str(), transfer.amount_eur), ("crypto", "EUR", Some(950.0)));
        let other = Draft { currency: None, ..draft() }.check().unwrap();
        assert_eq!((other.currency.as_str(), other.amount_eur), ("XXX", None));
    }

    #[test]
    fn a_wrong_field_is_named() {
        assert_eq!(refused(|draft| draft.at = None), "at");
        for number in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e15] {
            assert_eq!(refused(|draft| draft.amount = Some(number)), "amount");
        }
        assert_eq!(refused(|draft| draft.currency = Some("€".into())), "currency");
        assert_eq!(refused(|draft| draft.from.account = None), "from_account");
        assert_eq!(refused(|draft| draft.to.account = Some(AccountText::Iban("EE38".into()))), "to_account");
        assert_eq!(refused(|draft| draft.to.lei = Some("x".into())), "to_lei");
        assert_eq!(refused(|draft| draft.from.country = Some("Estonia".into())), "from_country");
        assert_eq!(refused(|draft| draft.instrument = Some("gold".into())), "instrument");
        assert_eq!(refused(|draft| draft.to.name = Some("a\u{1b}b".into())), "to_name");
        assert_eq!(refused(|draft| draft.remittance = Some("x".repeat(TEXT_MAX_CHARACTERS + 1))), "remittance");
    }
}
