//! Accounts in one written form, with their kind before them: `iban:EE38…`, `wallet:bc1…`, `account:BANK/123`.

use oikos_matching::normalise;
use oikos_model::SelectorKind;

use super::Problem;

/// Longest number of an account that is neither an IBAN nor a wallet, bytes. ISO 20022 allows 34; ledgers of simulators more.
const NUMBER_MAX_BYTES: usize = 64;

/// An IBAN by its check digits.
pub(super) fn iban(field: &str, text: &str) -> Result<String, Problem> {
    let selector = normalise(SelectorKind::Iban, text).map_err(|error| Problem::field(field, error.to_string()))?;
    Ok(format!("iban:{}", selector.value))
}

/// A wallet's address by its chain's check.
pub(super) fn wallet(field: &str, text: &str) -> Result<String, Problem> {
    let selector = normalise(SelectorKind::Wallet, text).map_err(|error| Problem::field(field, error.to_string()))?;
    Ok(format!("wallet:{}", selector.value))
}

/// An account by a number that only its bank knows, so the bank's code belongs to it where there is one.
pub(super) fn other(field: &str, agent: Option<&str>, number: &str) -> Result<String, Problem> {
    let number = number.trim();
    if number.is_empty() || number.len() > NUMBER_MAX_BYTES || number.chars().any(char::is_control) {
        return Err(Problem::field(field, format!("expected an account's number of 1 to {NUMBER_MAX_BYTES} printable bytes")));
    }
    Ok(agent.map_or_else(|| format!("account:{number}"), |agent| format!("account:{agent}/{number}")))
}

/// An account whose kind nobody states: an IBAN or a wallet's address by its shape, else a number.
pub(super) fn any(field: &str, agent: Option<&str>, text: &str) -> Result<String, Problem> {
    if looks_like_an_iban(text) {
        return iban(field, text);
    }
    let looks_checked = text.starts_with("0x") || ["bc1", "tb1", "BC1", "TB1"].iter().any(|start| text.starts_with(start));
    let looks_base58 =
        text.starts_with(['1', '3']) && (26..=35).contains(&text.len()) && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    if looks_checked || looks_base58 {
        return wallet(field, text);
    }
    other(field, agent, text)
}

/// Two letters, two digits and enough behind them. A number of this shape that fails the check digits is a misspelt IBAN, not an
/// account of another kind; a mapping can say `number` where a ledger really has such numbers.
fn looks_like_an_iban(text: &str) -> bool {
    let plain: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b' ' | b'-')).collect();
    (15..=34).contains(&plain.len())
        && plain.iter().all(u8::is_ascii_alphanumeric)
        && plain[..2].iter().all(u8::is_ascii_alphabetic)
        && plain[2..4].iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart() {
        assert_eq!(any("a", None, "EE38 2200 2210 2014 5685").unwrap(), "iban:EE382200221020145685");
        assert_eq!(any("a", Some("012"), "800737690").unwrap(), "account:012/800737690");
        let wallet = any("a", Some("012"), "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa").unwrap();
        assert_eq!(wallet, "wallet:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa");
        assert_eq!(any("a", None, "14730").unwrap(), "account:14730");
        assert_eq!(any("a", None, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb").unwrap_err().field.as_deref(), Some("a"));
        assert!(any("a", None, " ").is_err() && any("a", None, "EE382200221020145686").is_err());
    }
}
