//! VAT identification numbers of the EU Member States and Northern Ireland (Directive 2006/112/EC, art. 214 and 215): shape and check digits
//! as the states' tax authorities define them. Where a state gives several kinds of number, the check of each kind that has a public one is
//! made; numbers that a state builds from a person's number (Bulgaria, Czechia, Latvia) are checked for shape only.

/// A VAT number with its prefix, without separators and in capitals.
pub(super) fn vat(text: &str) -> Result<String, &'static str> {
    let clean: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '/')).map(|c| c.to_ascii_uppercase()).collect();
    if !clean.is_ascii() || clean.len() < 4 || clean.len() > 14 {
        return Err("expected a country's two letters and 2 to 12 letters and digits");
    }
    let (country, number) = clean.split_at(2);
    let country = if country == "GR" { "EL" } else { country };
    let digits: Vec<u32> = number.chars().map_while(|c| c.to_digit(10)).collect();
    let all_digits = digits.len() == number.len();
    let shape = match country {
        "AT" => number.len() == 9 && number.starts_with('U') && number[1..].bytes().all(|byte| byte.is_ascii_digit()),
        "BG" => all_digits && matches!(digits.len(), 9 | 10),
        "CY" => number.len() == 9 && digits.len() == 8 && number.ends_with(|c: char| c.is_ascii_uppercase()),
        "CZ" => all_digits && (8..=10).contains(&digits.len()),
        "ES" => number.len() == 9,
        "FR" => number.len() == 11 && number[2..].bytes().all(|byte| byte.is_ascii_digit()),
        "IE" => matches!(number.len(), 8 | 9),
        "LT" => all_digits && matches!(digits.len(), 9 | 12),
        "NL" => {
            number.len() == 12
                && digits.len() == 9
                && &number[9..10] == "B"
                && number[10..].bytes().all(|byte| byte.is_ascii_digit())
        }
        "RO" => all_digits && (2..=10).contains(&digits.len()),
        "XI" => all_digits && matches!(digits.len(), 9 | 12),
        "DK" | "FI" | "HU" | "LU" | "MT" | "SI" => all_digits && digits.len() == 8,
        "DE" | "EE" | "EL" | "PT" => all_digits && digits.len() == 9,
        "BE" | "PL" | "SK" => all_digits && digits.len() == 10,
        "HR" | "IT" | "LV" => all_digits && digits.len() == 11,
        "SE" => all_digits && digits.len() == 12,
        _ => return Err("the first two letters are no Member State's"),
    };
    if !shape {
        return Err("the number has not the shape of that country's");
    }
    if check(country, number, &digits) { Ok(format!("{country}{number}")) } else { Err("the check digits do not match") }
}

fn check(country: &str, number: &str, digits: &[u32]) -> bool {
    match country {
        "AT" => austria(number),
        "BE" => value(&digits[..8]) % 97 + value(&digits[8..]) == 97 && digits[0] <= 1,
        "BG" => bulgaria(digits),
        "CY" => cyprus(number, digits),
        "CZ" => digits.len() > 8 || czechia(digits),
        "DE" => modulus_11_10(digits) && digits[0] != 0,
        "HR" => modulus_11_10(digits),
        "DK" => weighted(digits, &[2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0 && digits[0] != 0,
        "EE" => weighted(digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0,
        "EL" => digits[..8].iter().fold(0, |sum, digit| sum * 2 + digit) * 2 % 11 % 10 == digits[8],
        "ES" => spain(number),
        "FI" => weighted(digits, &[7, 9, 10, 5, 8, 4, 2, 1]) % 11 == 0,
        "FR" => france(number),
        "HU" => weighted(digits, &[9, 7, 3, 1, 9, 7, 3, 1]) % 10 == 0,
        "IE" => ireland(number),
        // The eighth to tenth digits are the province or office that gave the number.
        "IT" => luhn(digits) && matches!(value(&digits[7..10]), 1..=100 | 120 | 121 | 888 | 999),
        "LT" => lithuania(digits),
        "LU" => value(&digits[..6]) % 89 == value(&digits[6..]),
        "LV" => digits[0] <= 3 || weighted(digits, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3,
        "MT" => weighted(digits, &[3, 4, 6, 7, 8, 9, 10, 1]) % 37 == 0 && digits[0] != 0,
        "NL" => netherlands(number, digits),
        "PL" => weighted(digits, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == digits[9],
        "PT" => (11 - weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10 == digits[8] && digits[0] != 0,
        "RO" => romania(digits),
        "SE" => luhn(&digits[..10]) && value(&digits[10..]) > 0,
        "SI" => slovenia(digits),
        "SK" => value(digits) % 11 == 0 && digits[0] != 0 && matches!(digits[2], 2 | 3 | 4 | 7 | 8 | 9),
        "XI" => northern_ireland(digits),
        _ => false,
    }
}

fn value(digits: &[u32]) -> u64 {
    digits.iter().fold(0, |value, digit| value * 10 + u64::from(*digit))
}

fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// Luhn's check: from the right, every second digit doubled; the sum of all digits is divisible by ten.
pub(super) fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
        .sum();
    sum % 10 == 0
}

/// ISO 7064, modulus 11,10.
fn modulus_11_10(digits: &[u32]) -> bool {
    let (last, rest) = match digits.split_last() {
        Some(parts) => parts,
        None => return false,
    };
    let product = rest.iter().fold(10, |product, digit| match (product + digit) % 10 {
        0 => 9,
        sum => sum * 2 % 11,
    });
    (11 - product) % 10 == *last
}

fn austria(number: &str) -> bool {
    let digits: Vec<u32> = number[1..].chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits[..7]
        .iter()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
        .sum();
    (10 - (sum + 4) % 10) % 10 == digits[7]
}

fn bulgaria(digits: &[u32]) -> bool {
    if digits.len() == 10 {
        return true;
    }
    let first = weighted(digits, &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
    let check = if first == 10 { weighted(digits, &[3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10 } else { first };
    check == digits[8]
}

fn cyprus(number: &str, digits: &[u32]) -> bool {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let sum: u32 =
        digits.iter().enumerate().map(|(place, digit)| if place % 2 == 0 { ODD[*digit as usize] } else { *digit }).sum();
    number.bytes().last() == Some(b'A' + (sum % 26) as u8) && !number.starts_with("12")
}

fn czechia(digits: &[u32]) -> bool {
    let remainder = (11 - weighted(digits, &[8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    let check = if remainder == 0 { 1 } else { remainder } % 10;
    check == digits[7] && digits[0] != 9
}

fn spain(number: &str) -> bool {
    const PERSON: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let bytes = number.as_bytes();
    let digits = |text: &str| text.chars().map(|c| c.to_digit(10)).collect::<Option<Vec<u32>>>();
    let person = |prefix: &str, rest: &str| {
        digits(rest).zip(digits(prefix)).is_some_and(|(rest, prefix)| {
            let both: Vec<u32> = prefix.into_iter().chain(rest).collect();
            bytes[8] == PERSON[(value(&both) % 23) as usize]
        })
    };
    let middle = &number[1..8];
    match bytes[0] {
        b'0'..=b'9' => person(&number[..1], middle),
        b'X' | b'K' | b'L' | b'M' => person("0", middle),
        b'Y' => person("1", middle),
        b'Z' => person("2", middle),
        b'A'..=b'H' | b'J' | b'N' | b'P'..=b'S' | b'U' | b'V' | b'W' => digits(middle).is_some_and(|digits| {
            let sum: u32 = digits
                .iter()
                .enumerate()
                .map(|(place, digit)| if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
                .sum();
            let check = (10 - sum % 10) % 10;
            bytes[8] == b'0' + check as u8 || bytes[8] == b"JABCDEFGHI"[check as usize]
        }),
        _ => false,
    }
}

fn france(number: &str) -> bool {
    let siren: Vec<u32> = number[2..].chars().filter_map(|c| c.to_digit(10)).collect();
    // Monaco's numbers start with three zeros and follow no Luhn check.
    if !luhn(&siren) && !number[2..].starts_with("000") {
        return false;
    }
    match number[..2].parse::<u64>() {
        Ok(key) => (12 + 3 * (value(&siren) % 97)) % 97 == key,
        // Keys with letters: I and O are not used.
        Err(_) => number[..2].bytes().all(|byte| byte.is_ascii_alphanumeric() && byte != b'I' && byte != b'O'),
    }
}

fn ireland(number: &str) -> bool {
    const LETTERS: &[u8; 23] = b"WABCDEFGHIJKLMNOPQRSTUV";
    let bytes = number.as_bytes();
    // Until 2013 the second place could be a letter: then the digits behind it count, and the first one last.
    let old = bytes[1].is_ascii_alphabetic();
    let text = if old { format!("0{}{}", &number[2..7], &number[..1]) } else { number[..7].to_owned() };
    let Some(digits) = text.chars().map(|c| c.to_digit(10)).collect::<Option<Vec<u32>>>() else { return false };
    let second = match bytes.get(8) {
        None => 0,
        Some(letter) => match LETTERS.iter().position(|known| known == letter) {
            Some(place) => place as u32,
            None => return false,
        },
    };
    bytes[7] == LETTERS[((weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23) as usize]
}

fn lithuania(digits: &[u32]) -> bool {
    let last = digits.len() - 1;
    let sum = |shift: usize| {
        digits[..last].iter().enumerate().map(|(place, digit)| (1 + (place + shift) % 9) as u32 * digit).sum::<u32>() % 11
    };
    let check = if sum(0) == 10 { sum(2) % 10 } else { sum(0) };
    check == digits[last] && digits[last - 1] == 1
}

fn netherlands(number: &str, digits: &[u32]) -> bool {
    let sum = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]);
    // Since 2020 sole traders have numbers with a check over the whole text instead.
    sum % 11 == digits[8] || super::modulus_97(&format!("NL{number}")) == Some(1)
}

fn romania(digits: &[u32]) -> bool {
    let (Some((last, rest)), true) = (digits.split_last(), digits[0] != 0) else { return false };
    let weights = [7, 5, 3, 2, 1, 7, 5, 3, 2];
    weighted(rest, &weights[9 - rest.len()..]) * 10 % 11 % 10 == *last
}

fn slovenia(digits: &[u32]) -> bool {
    let check = 11 - weighted(digits, &[8, 7, 6, 5, 4, 3, 2]) % 11;
    digits[0] != 0 && check != 11 && check % 10 == digits[7]
}

/// The United Kingdom's check: 97 minus the weighted sum, or 55 less since 2010.
fn northern_ireland(digits: &[u32]) -> bool {
    let sum = weighted(digits, &[8, 7, 6, 5, 4, 3, 2]) + digits[7] * 10 + digits[8];
    matches!(sum % 97, 0 | 42)
}
