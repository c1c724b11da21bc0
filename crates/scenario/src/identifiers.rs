//! Fictional identifiers that pass their standards' checks.

/// MMSI prefixes (MID) that the ITU has assigned to no state, so that no number here is a real ship's (ITU-R M.585, table of MIDs).
const UNASSIGNED_MIDS: std::ops::Range<u32> = 290..300;

/// The fictional MMSI of vessel `number`, below 100,000.
pub(crate) fn mmsi(number: u32) -> u32 {
    let mids = UNASSIGNED_MIDS.end - UNASSIGNED_MIDS.start;
    (UNASSIGNED_MIDS.start + number % mids) * 1_000_000 + (number * 7_919 + 1_013) % 1_000_000
}

/// The fictional IMO ship number `number`, below 100,000: from 3,000,000 on, which was never given to ships; its check digit holds (IMO
/// Res. A.1117(30)).
pub(crate) fn imo(number: u32) -> u32 {
    let digits = 300_000 + number;
    let sum: u32 = (0..6).map(|place| digits / 10u32.pow(5 - place) % 10 * (7 - place)).sum();
    digits * 10 + sum % 10
}

/// A fictional LEI with valid check digits (ISO 17442: the whole number is 1 modulo 97). `0IKS` is no issuer's prefix.
pub(crate) fn lei(number: u64) -> String {
    // Twelve characters of a bijection on 48 bits, so that neighbours do not look alike and none repeat.
    let mut scrambled = number.wrapping_mul(0x9e37_79b9_7f4b) & 0xffff_ffff_ffff;
    let mut entity = [b'0'; 12];
    for place in entity.iter_mut().rev() {
        *place = b"0123456789ABCDEFGHJKLMNPQRSTUVWX"[(scrambled % 32) as usize];
        scrambled /= 32;
    }
    let stem = format!("0IKS00{}", String::from_utf8_lossy(&entity));
    let check = 98 - remainder_97(&format!("{stem}00"));
    format!("{stem}{check:02}")
}

fn remainder_97(text: &str) -> u32 {
    text.bytes().fold(0, |remainder, byte| match byte {
        b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
        _ => (remainder * 100 + u32::from(byte - b'A') + 10) % 97,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use oikos_matching::normalise;
    use oikos_model::SelectorKind;

    use super::*;

    #[test]
    fn check_digits_hold_and_none_repeat() {
        let leis: BTreeSet<String> = (0..5_000).map(|number| lei(number << 16 | 7)).collect();
        let imos: BTreeSet<u32> = (0..5_000).map(imo).collect();
        let mmsis: BTreeSet<u32> = (0..5_000).map(mmsi).collect();
        assert_eq!((leis.len(), imos.len(), mmsis.len()), (5_000, 5_000, 5_000));
        for lei in &leis {
            normalise(SelectorKind::Lei, lei).unwrap();
        }
        for imo in &imos {
            normalise(SelectorKind::Imo, &imo.to_string()).unwrap();
        }
        for mmsi in &mmsis {
            normalise(SelectorKind::Mmsi, &mmsi.to_string()).unwrap();
        }
    }
}
