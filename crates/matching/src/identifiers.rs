//! Normalising of typed identifiers: shape, case, separators and check digits.

use oikos_model::{Selector, SelectorKind};

/// Why a text is not the identifier it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a valid {kind}: {problem}")]
pub struct NotAnIdentifier {
    kind: &'static str,
    text: String,
    problem: &'static str,
}

/// Brings `text` into the one written form of its kind.
///
/// Kinds without a standard check here yet are trimmed and bounded only; their desks bring their checks along.
///
/// # Errors
/// When the text has the wrong shape or fails the standard's check digits.
pub fn normalise(kind: SelectorKind, text: &str) -> Result<Selector, NotAnIdentifier> {
    let refuse = |problem| NotAnIdentifier { kind: kind.code(), text: text.chars().take(80).collect(), problem };
    let value = match kind {
        SelectorKind::Imo => imo(text),
        SelectorKind::Mmsi => mmsi(text),
        SelectorKind::Lei => lei(text),
        SelectorKind::CompanyNumber => company_number(text),
        _ => bounded(text),
    }
    .map_err(refuse)?;
    Ok(Selector { kind, value })
}

fn bounded(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() || text.len() > 255 || text.chars().any(char::is_control) {
        return Err("expected 1 to 255 printable bytes");
    }
    Ok(text.to_owned())
}

/// IMO ship number: seven digits; the last is the last digit of the sum of the others times 7, 6, 5, 4, 3, 2 (IMO Res. A.1117(30)).
fn imo(text: &str) -> Result<String, &'static str> {
    let digits = text.trim().trim_start_matches("IMO").trim();
    let numbers = decimal_digits(digits, 7).ok_or("expected seven digits, with or without IMO before them")?;
    let sum: u32 = numbers[..6].iter().zip([7, 6, 5, 4, 3, 2]).map(|(digit, weight)| digit * weight).sum();
    if sum % 10 != numbers[6] {
        return Err("the check digit does not match");
    }
    Ok(digits.to_owned())
}

/// Maritime Mobile Service Identity: nine digits (ITU-R M.585). There is no check digit.
fn mmsi(text: &str) -> Result<String, &'static str> {
    let digits = text.trim();
    let numbers = decimal_digits(digits, 9).ok_or("expected nine digits")?;
    if numbers.iter().all(|digit| *digit == 0) {
        return Err("all zeros is a transponder that was never set up");
    }
    Ok(digits.to_owned())
}

/// Legal Entity Identifier: 18 letters and digits and two check digits; as a number with A = 10 … Z = 35 it is 1 modulo 97 (ISO 17442).
fn lei(text: &str) -> Result<String, &'static str> {
    let lei: String = text.trim().chars().filter(|c| *c != ' ').map(|c| c.to_ascii_uppercase()).collect();
    if lei.len() != 20 || !lei.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) {
        return Err("expected twenty letters and digits");
    }
    let remainder = lei.bytes().fold(0u32, |remainder, byte| match byte {
        b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
        _ => (remainder * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    if remainder != 1 {
        return Err("the check digits do not match");
    }
    Ok(lei)
}

/// `scheme:number`, the scheme as org-id.guide lists it (for example `GB-COH`), the number without spaces and in capitals.
fn company_number(text: &str) -> Result<String, &'static str> {
    let (scheme, number) = text.trim().split_once(':').ok_or("expected a register's scheme, a colon and the number")?;
    let good_scheme = scheme.len() >= 2 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let number: String = number.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
    if !good_scheme {
        return Err("the scheme before the colon is not one of org-id.guide's form");
    }
    bounded(&format!("{}:{number}", scheme.to_ascii_uppercase()))
        .and_then(|value| if number.is_empty() { Err("there is no number after the colon") } else { Ok(value) })
}

fn decimal_digits(text: &str, count: usize) -> Option<Vec<u32>> {
    (text.len() == count).then(|| text.chars().map(|c| c.to_digit(10)).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(kind: SelectorKind, text: &str) -> Result<String, String> {
        normalise(kind, text).map(|selector| selector.value).map_err(|error| error.to_string())
    }

    #[test]
    fn imo_numbers() {
        assert_eq!(value(SelectorKind::Imo, "IMO 9074729"), Ok("9074729".into()));
        assert_eq!(value(SelectorKind::Imo, "9134270"), Ok("9134270".into()));
        assert!(value(SelectorKind::Imo, "9074728").unwrap_err().contains("check digit"));
        assert!(value(SelectorKind::Imo, "907472").is_err());
        assert!(value(SelectorKind::Imo, "٩٠٧٤٧٢٩").is_err());
    }

    #[test]
    fn leis() {
        // GLEIF's own LEI and its written-with-spaces form.
        assert_eq!(value(SelectorKind::Lei, "506700ge1g29325qx363"), Ok("506700GE1G29325QX363".into()));
        assert!(value(SelectorKind::Lei, "506700GE1G29325QX364").unwrap_err().contains("check digits"));
        assert!(value(SelectorKind::Lei, "short").is_err());
    }

    #[test]
    fn company_numbers() {
        assert_eq!(value(SelectorKind::CompanyNumber, "gb-coh: 032 09885"), Ok("GB-COH:03209885".into()));
        assert!(value(SelectorKind::CompanyNumber, "GB-COH:").is_err());
        assert!(value(SelectorKind::CompanyNumber, "03209885").is_err());
    }

    #[test]
    fn mmsis() {
        assert_eq!(value(SelectorKind::Mmsi, "230986000"), Ok("230986000".into()));
        assert!(value(SelectorKind::Mmsi, "000000000").is_err());
    }
}
