//! Numbers of unmanned aircraft: serial numbers (ANSI/CTA-2063-A) and operator registrations (EN 4709-002).

/// A serial number: four characters of the manufacturer, one that says how many follow (1 to 9, A to F for 15), and those. The letters
/// I and O do not occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DroneSerialNumber<'a> {
    /// The manufacturer's code, which ICAO assigns.
    pub manufacturer_code: &'a str,
    /// What the manufacturer numbers its aircraft by.
    pub number: &'a str,
}

/// How many characters of a manufacturer's number stand for its batch. The standard leaves the number to the manufacturer and knows no
/// batches; that they begin the number is this house's convention, which finds series whose makers number that way and no others.
const BATCH_CHARACTERS: usize = 2;

impl<'a> DroneSerialNumber<'a> {
    /// Takes a serial number apart; `None` where it is not of the standard's form. Capitals only, as the standard writes it.
    pub fn parse(text: &'a str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_digit() || (byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'O'));
        if !(6..=20).contains(&text.len()) || !text.bytes().all(allowed) {
            return None;
        }
        let (manufacturer_code, rest) = text.split_at(4);
        let (length, number) = rest.split_at(1);
        let length = usize::from_str_radix(length, 16).ok().filter(|length| *length > 0)?;
        (number.len() == length).then_some(Self { manufacturer_code, number })
    }

    /// The batch as a selector's value: manufacturer's code, a colon, and the first characters of its number, for example `9QX7:K7`.
    pub fn batch(&self) -> String {
        let characters = BATCH_CHARACTERS.min(self.number.len());
        format!("{}:{}", self.manufacturer_code, &self.number[..characters])
    }
}

/// A serial number or a batch, in capitals without blanks.
pub(super) fn serial_batch(text: &str) -> Result<String, &'static str> {
    let value: String = text.trim().chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
    super::bounded(&value)
}

/// An operator's registration number: a state's three letters (ISO 3166-1 alpha-3) in capitals, then twelve letters or digits and a check
/// character in small letters, as EN 4709-002 writes it: `FIN87astrdge12k8`. What follows a hyphen is the operator's secret; it is cut off
/// and kept nowhere. The check character covers the secret too, so nobody but the registry can compute it. Other states' forms stay as they are.
pub(super) fn drone_operator(text: &str) -> Result<String, &'static str> {
    let text = super::bounded(text)?;
    let (public, secret) = text.split_once('-').unwrap_or((&text, ""));
    let is_european = public.len() == 16 && public.is_ascii() && public.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_european && public.as_bytes()[..3].iter().all(u8::is_ascii_alphabetic) && (secret.is_empty() || secret.len() == 3) {
        let (state, number) = public.split_at(3);
        return Ok(format!("{}{}", state.to_ascii_uppercase(), number.to_ascii_lowercase()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_come_apart_as_the_standard_says() {
        let serial = DroneSerialNumber::parse("1581F5FJC246400D1234").unwrap();
        assert_eq!((serial.manufacturer_code, serial.number), ("1581", "5FJC246400D1234"));
        let serial = DroneSerialNumber::parse("9QX7CK7A412009311").unwrap();
        assert_eq!(serial.batch(), "9QX7:K7");
        assert_eq!(DroneSerialNumber::parse("MFR11A").unwrap().batch(), "MFR1:A");
        assert_eq!(DroneSerialNumber::parse("MFR1F0123456789ABCDE").unwrap().number.len(), 15);
        for wrong in ["", "MFR1", "MFR10", "MFR12A", "MFR11AB", "MFR11I", "MFR1GA", "mfr11a", "MFR1éA", "MFR1F0123456789ABCDEF"]
        {
            assert!(DroneSerialNumber::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn an_operators_secret_is_kept_nowhere() {
        assert_eq!(drone_operator("FIN87astrdge12k8-xyz"), Ok("FIN87astrdge12k8".into()));
        assert_eq!(drone_operator(" fin87ASTRDGE12K8 "), Ok("FIN87astrdge12k8".into()));
        assert_eq!(drone_operator("CH-1234"), Ok("CH-1234".into()));
        assert!(drone_operator(" ").is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_normalised_once(text in ".{0,40}") {
            let _ = DroneSerialNumber::parse(&text);
            if let Ok(once) = drone_operator(&text) {
                proptest::prop_assert_eq!(drone_operator(&once), Ok(once.clone()));
            }
        }
    }
}
