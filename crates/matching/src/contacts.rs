//! Ways to reach somebody: telephone numbers and e-mail addresses, in one written form.

use crate::domains::domain;

/// Country codes of one to three digits (ITU-T E.164, list of assigned codes): whole first digits with what is assigned below
/// them. A number whose code is not assigned is none.
const ASSIGNED: &[&str] = &[
    "1", "7", "20", "211", "212", "213", "216", "218", "22", "23", "240", "241", "242", "243", "244", "245", "246", "247", "248",
    "249", "25", "260", "261", "262", "263", "264", "265", "266", "267", "268", "269", "27", "290", "291", "297", "298", "299",
    "30", "31", "32", "33", "34", "350", "351", "352", "353", "354", "355", "356", "357", "358", "359", "36", "370", "371",
    "372", "373", "374", "375", "376", "377", "378", "379", "380", "381", "382", "383", "385", "386", "387", "389", "39", "40",
    "41", "420", "421", "423", "43", "44", "45", "46", "47", "48", "49", "50", "51", "52", "53", "54", "55", "56", "57", "58",
    "59", "60", "61", "62", "63", "64", "65", "66", "670", "672", "673", "674", "675", "676", "677", "678", "679", "68", "690",
    "691", "692", "81", "82", "84", "850", "852", "853", "855", "856", "86", "870", "880", "881", "882", "883", "886", "90",
    "91", "92", "93", "94", "95", "960", "961", "962", "963", "964", "965", "966", "967", "968", "970", "971", "972", "973",
    "974", "975", "976", "977", "98", "992", "993", "994", "995", "996", "998",
];

/// A telephone number with its country's code as `+` and digits (E.164). Spaces, dots, hyphens and brackets between digits are
/// dropped; `00` and a trunk zero in brackets are understood.
///
/// # Errors
/// Says what a number needs.
pub fn phone(text: &str) -> Result<String, &'static str> {
    let text = text.trim().replace("(0)", "");
    let rest = text.strip_prefix('+').or_else(|| text.strip_prefix("00"));
    let rest = rest.ok_or("expected + or 00 and the code of a country")?;
    if !rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '.' | '-' | '/' | '(' | ')')) {
        return Err("expected digits");
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    // E.164: at most 15 digits. Nine are the fewest that numbers with their country's code have in practice.
    if !(9..=15).contains(&digits.len()) {
        return Err("expected 9 to 15 digits with the code of the country");
    }
    if !ASSIGNED.iter().any(|code| digits.starts_with(code)) {
        return Err("its first digits are the code of no country");
    }
    if digits.bytes().skip(3).all(|digit| digit == digits.as_bytes()[3]) {
        return Err("it is one digit over and over, as placeholders are");
    }
    Ok(format!("+{digits}"))
}

/// An e-mail address, in small letters throughout: no provider of today tells cases apart (RFC 5321, 2.4 allows it). Names with
/// quotes are not read.
///
/// # Errors
/// Says what an address needs.
pub fn email(text: &str) -> Result<String, &'static str> {
    let (name, host) = text.trim().rsplit_once('@').ok_or("expected a name, @ and a domain")?;
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let dots = name.starts_with('.') || name.ends_with('.') || name.contains("..");
    if !(1..=64).contains(&name.len()) || !name.bytes().all(good) || dots {
        return Err("the name before @ has 1 to 64 letters, digits and signs");
    }
    Ok(format!("{}@{}", name.to_ascii_lowercase(), domain(host)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn phones_have_one_form() {
        for (written, expected) in [
            ("+48 22 123 45 67", "+48221234567"),
            ("0049 (0)30 / 901820-11", "+493090182011"),
            ("+1-202-555-0143", "+12025550143"),
            ("+358.9.310.1641", "+35893101641"),
        ] {
            assert_eq!(phone(written), Ok(expected.to_owned()));
        }
        for bad in ["22 123 45 67", "+999 123 456 78", "+48 123", "+4822123456789012", "+48 000 000 000", "+48 22 12a 45 67"] {
            assert!(phone(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn emails_have_one_form() {
        assert_eq!(email("Anna.K+x@Mail.Example"), Ok("anna.k+x@mail.example".into()));
        for bad in ["@mail.example", "anna@", "anna@localhost", "an na@mail.example", ".a@mail.example", "a..b@mail.example"] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_texts_never_panic_and_forms_stay(text in "[+0-9 ()a-z@.-]{0,40}") {
            if let Ok(number) = phone(&text) {
                prop_assert_eq!(phone(&number), Ok(number.clone()));
            }
            if let Ok(address) = email(&text) {
                prop_assert_eq!(email(&address), Ok(address.clone()));
            }
        }
    }
}
