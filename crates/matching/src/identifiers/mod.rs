//! Normalising of typed identifiers: shape, case, separators and check digits.

mod drone;
mod internet;
mod vat;

pub use drone::DroneSerialNumber;
pub use internet::refanged;

use oikos_model::{Selector, SelectorKind};

use crate::entity::Identifier;

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
        SelectorKind::Iban => iban(text),
        SelectorKind::Wallet => wallet_of_any_chain(text),
        SelectorKind::IpAddress => internet::ip_address(text),
        SelectorKind::Domain => internet::domain(text),
        SelectorKind::SerialBatch => drone::serial_batch(text),
        SelectorKind::DroneOperator => drone::drone_operator(text),
        _ => bounded(text),
    }
    .map_err(refuse)?;
    Ok(Selector { kind, value })
}

/// Identifiers that names are matched by, with their standards' own checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standard {
    /// Legal Entity Identifier (ISO 17442).
    Lei,
    /// International Bank Account Number (ISO 13616).
    Iban,
    /// IMO ship number (IMO Res. A.1117(30)).
    Imo,
    /// VAT identification number of a Member State (Directive 2006/112/EC).
    Vat,
    /// Business Identifier Code (ISO 9362).
    Bic,
    /// International Securities Identification Number (ISO 6166).
    Isin,
}

impl Standard {
    /// Every standard.
    pub const ALL: [Self; 6] = [Self::Lei, Self::Iban, Self::Imo, Self::Vat, Self::Bic, Self::Isin];

    /// The scheme's code in an [`Identifier`]; that of the selector's kind where there is one.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Lei => SelectorKind::Lei.code(),
            Self::Iban => SelectorKind::Iban.code(),
            Self::Imo => SelectorKind::Imo.code(),
            Self::Vat => "vat",
            Self::Bic => "bic",
            Self::Isin => "isin",
        }
    }

    /// The standard with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standard| standard.code() == code)
    }

    /// Brings `text` into the standard's one written form.
    ///
    /// # Errors
    /// When the text has the wrong shape or fails the check digits.
    pub fn normalise(self, text: &str) -> Result<Identifier, NotAnIdentifier> {
        let refuse = |problem| NotAnIdentifier { kind: self.code(), text: text.chars().take(80).collect(), problem };
        if text.len() > 80 {
            return Err(refuse("it is longer than any"));
        }
        let value = match self {
            Self::Lei => lei(text),
            Self::Iban => iban(text),
            Self::Imo => imo(text),
            Self::Vat => vat::vat(text),
            Self::Bic => bic(text),
            Self::Isin => isin(text),
        }
        .map_err(refuse)?;
        Ok(Identifier { scheme: self.code().to_owned(), value })
    }
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
    if modulus_97(&lei) != Some(1) {
        return Err("the check digits do not match");
    }
    Ok(lei)
}

/// Letters and digits as a number, with A = 10 … Z = 35, modulo 97 (ISO 7064). `None`: something else is in the text.
fn modulus_97(text: &str) -> Option<u32> {
    text.bytes().try_fold(0u32, |remainder, byte| match byte {
        b'0'..=b'9' => Some((remainder * 10 + u32::from(byte - b'0')) % 97),
        b'A'..=b'Z' => Some((remainder * 100 + u32::from(byte - b'A') + 10) % 97),
        _ => None,
    })
}

/// Lengths by country, from the IBAN registry (SWIFT, release 98).
const IBAN_LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 \
    FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 \
    LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 \
    SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

/// International Bank Account Number: the first four characters moved behind the others, it is 1 modulo 97 (ISO 13616).
fn iban(text: &str) -> Result<String, &'static str> {
    let iban: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '-')).map(|c| c.to_ascii_uppercase()).collect();
    let shape = iban.len() >= 15 && iban.is_ascii() && iban.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !shape || !iban[2..4].bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("expected a country's two letters, two check digits and an account number");
    }
    let length = IBAN_LENGTHS.split(' ').filter(|entry| entry.len() == 4).find_map(|entry| entry.strip_prefix(&iban[..2]));
    match length.and_then(|length| length.parse::<usize>().ok()) {
        None => return Err("the first two letters are no country with such numbers"),
        Some(length) if length != iban.len() => return Err("it is longer or shorter than that country's"),
        Some(_) => {}
    }
    if modulus_97(&format!("{}{}", &iban[4..], &iban[..4])) != Some(1) {
        return Err("the check digits do not match");
    }
    Ok(iban)
}

/// The address of a wallet. One that looks like those of a chain whose checksum is known must hold it; one of another chain is
/// bounded only.
fn wallet_of_any_chain(text: &str) -> Result<String, &'static str> {
    let trimmed = text.trim();
    let trimmed = trimmed.strip_prefix("bitcoin:").or_else(|| trimmed.strip_prefix("ethereum:")).unwrap_or(trimmed);
    let base58 = trimmed.starts_with(['1', '3', 'T']) && (26..=35).contains(&trimmed.len());
    let monero = trimmed.starts_with(['4', '8']) && matches!(trimmed.len(), 95 | 106);
    let known = trimmed.starts_with("0x") && trimmed.len() == 42
        || trimmed.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("bc1"));
    match crate::wallets::wallet(trimmed) {
        Ok(wallet) => Ok(wallet.address),
        Err(problem) if known || base58 || monero => Err(problem),
        Err(_) => bounded(trimmed),
    }
}

/// Business Identifier Code: four letters or digits of the institution, a country, two of the place, and three of the branch, of which XXX says
/// the head office and is left out (ISO 9362). There is no check digit.
fn bic(text: &str) -> Result<String, &'static str> {
    let bic: String = text.trim().chars().map(|c| c.to_ascii_uppercase()).collect();
    let letters = |from: usize, to: usize| bic.as_bytes()[from..to].iter().all(u8::is_ascii_uppercase);
    let shape = bic.is_ascii() && matches!(bic.len(), 8 | 11) && bic.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !shape || !letters(0, 6) {
        return Err("expected six letters, two letters or digits, and three more for a branch");
    }
    Ok(bic.strip_suffix("XXX").filter(|head| head.len() == 8).map_or(bic.clone(), str::to_owned))
}

/// International Securities Identification Number: a prefix of two letters, nine letters and digits, and Luhn's check digit (ISO 6166).
fn isin(text: &str) -> Result<String, &'static str> {
    let isin: String = text.trim().chars().map(|c| c.to_ascii_uppercase()).collect();
    let shape = isin.len() == 12 && isin.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !shape || !isin.as_bytes()[..2].iter().all(u8::is_ascii_uppercase) || !isin.as_bytes()[11].is_ascii_digit() {
        return Err("expected two letters, nine letters and digits, and a check digit");
    }
    let digits: Vec<u32> = isin
        .chars()
        .filter_map(|c| c.to_digit(36))
        .flat_map(|number| if number < 10 { vec![number] } else { vec![number / 10, number % 10] })
        .collect();
    if vat::luhn(&digits) { Ok(isin) } else { Err("the check digit does not match") }
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
    fn wallets_hold_their_chains_checksum() {
        let address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        assert_eq!(value(SelectorKind::Wallet, &address.to_lowercase()), Ok(address.into()));
        assert!(value(SelectorKind::Wallet, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb").unwrap_err().contains("checksum"));
        assert_eq!(
            value(SelectorKind::Wallet, "rEb8TK3gBgk5auZkwc6sHnwrGVJH8DuaLh"),
            Ok("rEb8TK3gBgk5auZkwc6sHnwrGVJH8DuaLh".into())
        );
    }

    #[test]
    fn mmsis() {
        assert_eq!(value(SelectorKind::Mmsi, "230986000"), Ok("230986000".into()));
        assert!(value(SelectorKind::Mmsi, "000000000").is_err());
    }

    fn standard(standard: Standard, text: &str) -> Result<String, String> {
        standard.normalise(text).map(|identifier| identifier.value).map_err(|error| error.to_string())
    }

    #[test]
    fn ibans() {
        // The registry's own examples.
        for iban in [
            "DE89 3704 0044 0532 0130 00",
            "GB29 NWBK 6016 1331 9268 19",
            "FR14 2004 1010 0505 0001 3M02 606",
            "AT61 1904 3002 3457 3201",
            "NL91 ABNA 0417 1643 00",
            "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
            "NO93 8601 1117 947",
            "EE38 2200 2210 2014 5685",
            "LV80 BANK 0000 4351 9500 1",
        ] {
            assert_eq!(standard(Standard::Iban, iban), Ok(iban.replace(' ', "")), "{iban}");
        }
        assert_eq!(value(SelectorKind::Iban, "de89370400440532013000"), Ok("DE89370400440532013000".into()));
        assert!(standard(Standard::Iban, "DE88370400440532013000").unwrap_err().contains("check digits"));
        assert!(standard(Standard::Iban, "DE8937040044053201300").unwrap_err().contains("longer or shorter"));
        assert!(standard(Standard::Iban, "XX89370400440532013000").unwrap_err().contains("no country"));
    }

    #[test]
    fn bics_and_isins() {
        assert_eq!(standard(Standard::Bic, "deutdeffxxx"), Ok("DEUTDEFF".into()));
        assert_eq!(standard(Standard::Bic, "DEUTDEFF500"), Ok("DEUTDEFF500".into()));
        assert!(standard(Standard::Bic, "DEUTDE").is_err() && standard(Standard::Bic, "DEUT1EFF").is_err());
        for isin in ["US0378331005", "AU0000XVGZA3", "GB0002634946", "DE0007164600", "US38259P5089"] {
            assert_eq!(standard(Standard::Isin, isin), Ok(isin.into()));
        }
        assert!(standard(Standard::Isin, "US0378331006").unwrap_err().contains("check digit"));
        assert!(standard(Standard::Isin, "37833100").is_err());
    }

    /// Numbers that the authorities, the states' own published rules or companies' imprints give as examples.
    #[test]
    fn vat_numbers_of_every_member_state() {
        for vat in [
            "ATU13585627",
            "BE0428759497",
            "BG175074752",
            "CY10259033P",
            "CZ25123891",
            "DE136695976",
            "DK13585628",
            "EE100931558",
            "EL094259216",
            "ES54362315K",
            "ESB58378431",
            "FI20774740",
            "FR40303265045",
            "FR83404833048",
            "HR33392005961",
            "HU12892312",
            "IE6433435F",
            "IE6433435OA",
            "IT00743110157",
            "LT119511515",
            "LU15027442",
            "LV40003521600",
            "MT11679112",
            "NL004495445B01",
            "PL8567346215",
            "PT501964843",
            "RO18547290",
            "SE123456789701",
            "SI50223054",
            "SK2022749619",
            "XI980780684",
        ] {
            assert_eq!(standard(Standard::Vat, vat), Ok(vat.into()), "{vat}");
        }
        assert_eq!(standard(Standard::Vat, "gr 094259216"), Ok("EL094259216".into()));
    }

    /// Every single wrong digit of a number with a check digit over all of them is refused, but for few that a modulus cannot tell.
    #[test]
    fn wrong_digits_are_refused() {
        for vat in [
            "ATU13585627",
            "DE136695976",
            "BE0428759497",
            "PL8567346215",
            "IT00743110157",
            "FI20774740",
            "PT501964843",
            "LU15027442",
        ] {
            for place in vat.len() - 5..vat.len() {
                let mut bytes = vat.as_bytes().to_vec();
                bytes[place] = b'0' + (bytes[place] - b'0' + 1) % 10;
                let wrong = String::from_utf8(bytes).unwrap();
                assert!(standard(Standard::Vat, &wrong).is_err(), "{wrong}");
            }
        }
        for wrong in ["", "AT", "ZZ12345678", "ATU1358562", "DE12345678A", "FRé0303265045", "ESÄ4362315K", "IEé433435F"] {
            assert!(standard(Standard::Vat, wrong).is_err(), "{wrong}");
        }
    }
}
