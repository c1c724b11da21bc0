//! Limits on what a partner, or whoever pretends to be one, can make this node read.

/// The most bytes of a sealed parcel: 16 MiB.
pub const MAXIMUM_PARCEL_LENGTH: usize = 16 * 1024 * 1024;
/// The most findings in a parcel.
pub const MAXIMUM_FINDINGS: usize = 1_000;
/// The most statements in a parcel.
pub const MAXIMUM_STATEMENTS: usize = 20_000;
/// The most retractions in a parcel.
pub const MAXIMUM_RETRACTIONS: usize = 20_000;
/// The most requests for release in a parcel.
pub const MAXIMUM_REQUESTS: usize = 500;
/// The most answers to requests in a parcel.
pub const MAXIMUM_ANSWERS: usize = 500;
/// The most facts, reasons, or sources of derivation in one finding.
pub const MAXIMUM_LIST_LENGTH: usize = 200;
/// The most bytes of one text: a fact, a reason, a statement's value.
pub const MAXIMUM_TEXT_LENGTH: usize = 4_000;
/// The most bytes of one name: of a fact, a property, a unit.
pub const MAXIMUM_NAME_LENGTH: usize = 100;

/// How large a CBOR text may be inside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CborLimits {
    pub(crate) items: usize,
    pub(crate) depth: usize,
}

/// What is wrong with a CBOR text before anyone reads its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CborProblem {
    /// It ends in the middle.
    #[error("it ends in the middle")]
    Truncated,
    /// Bytes follow its end.
    #[error("bytes follow its end")]
    TrailingBytes,
    /// It is nested too deeply.
    #[error("it is nested more than {0} deep")]
    TooDeep(usize),
    /// It has too many items.
    #[error("it has more than {0} items")]
    TooManyItems(usize),
    /// It is not well-formed.
    #[error("it is not well-formed at byte {0}")]
    Malformed(usize),
}

/// What a level of nesting still waits for.
enum Open {
    /// So many items.
    Items(u64),
    /// Items up to a break.
    UntilBreak,
}

/// Walks over CBOR (RFC 8949) without building anything, so that a small text cannot unfold into a large tree:
/// counts items and depth, and checks that it is one well-formed item to its last byte. Strings of indefinite length are refused.
pub(crate) fn check_cbor(bytes: &[u8], limits: CborLimits) -> Result<(), CborProblem> {
    let mut open = vec![Open::Items(1)];
    let mut at = 0;
    let mut items = 0;
    loop {
        // Close what is complete.
        while matches!(open.last(), Some(Open::Items(0))) {
            open.pop();
        }
        let Some(level) = open.last_mut() else {
            return if at == bytes.len() { Ok(()) } else { Err(CborProblem::TrailingBytes) };
        };
        let start = at;
        let initial = *bytes.get(at).ok_or(CborProblem::Truncated)?;
        at += 1;
        if initial == 0xff {
            match level {
                Open::UntilBreak => {
                    open.pop();
                    continue;
                }
                Open::Items(_) => return Err(CborProblem::Malformed(start)),
            }
        }
        if let Open::Items(left) = level {
            *left -= 1;
        }
        items += 1;
        if items > limits.items {
            return Err(CborProblem::TooManyItems(limits.items));
        }
        let (major, argument) = (initial >> 5, read_argument(bytes, initial & 0x1f, &mut at, start)?);
        let inside = match (major, argument) {
            (0 | 1 | 7, Some(_)) => continue,
            (2 | 3, Some(length)) => {
                let length = usize::try_from(length).map_err(|_| CborProblem::Truncated)?;
                at = at.checked_add(length).filter(|&end| end <= bytes.len()).ok_or(CborProblem::Truncated)?;
                continue;
            }
            (4, Some(length)) => Open::Items(length),
            (5, Some(length)) => Open::Items(length.checked_mul(2).ok_or(CborProblem::Truncated)?),
            (6, Some(_)) => Open::Items(1),
            (4 | 5, None) => Open::UntilBreak,
            _ => return Err(CborProblem::Malformed(start)),
        };
        if open.len() > limits.depth {
            return Err(CborProblem::TooDeep(limits.depth));
        }
        open.push(inside);
    }
}

/// The number in an item's head; `None` where the length is indefinite.
fn read_argument(bytes: &[u8], information: u8, at: &mut usize, start: usize) -> Result<Option<u64>, CborProblem> {
    let length = match information {
        0..=23 => return Ok(Some(u64::from(information))),
        24..=27 => 1usize << (information - 24),
        31 => return Ok(None),
        _ => return Err(CborProblem::Malformed(start)),
    };
    let argument = bytes.get(*at..*at + length).ok_or(CborProblem::Truncated)?;
    *at += length;
    Ok(Some(argument.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))))
}

#[cfg(test)]
mod tests {
    use ciborium::Value;
    use proptest::prelude::*;

    use super::*;

    const LIMITS: CborLimits = CborLimits { items: 100_000, depth: 64 };

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,40}".prop_map(Value::from),
            prop::collection::vec(any::<u8>(), 0..300).prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::vec((inner.clone(), inner.clone()), 0..6).prop_map(Value::Map),
                inner.prop_map(|value| Value::Tag(7, Box::new(value))),
            ]
        })
    }

    fn encoded(value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        ciborium::into_writer(value, &mut bytes).unwrap();
        bytes
    }

    proptest! {
        #[test]
        fn what_is_well_formed_passes_and_its_prefixes_are_truncated(value in any_value(), cut in any::<prop::sample::Index>()) {
            let bytes = encoded(&value);
            prop_assert_eq!(check_cbor(&bytes, LIMITS), Ok(()));
            prop_assert_eq!(check_cbor(&bytes[..cut.index(bytes.len())], LIMITS), Err(CborProblem::Truncated));
            let mut longer = bytes;
            longer.push(0);
            prop_assert_eq!(check_cbor(&longer, LIMITS), Err(CborProblem::TrailingBytes));
        }

        #[test]
        fn what_the_reader_accepts_passes_and_nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let checked = check_cbor(&bytes, LIMITS);
            let mut rest = bytes.as_slice();
            let read = ciborium::from_reader::<Value, _>(&mut rest);
            // The walk is stricter in one thing only: strings of indefinite length.
            if read.is_ok() && rest.is_empty() && !bytes.iter().any(|byte| matches!(byte, 0x5f | 0x7f)) {
                prop_assert_eq!(checked, Ok(()));
            }
        }
    }

    #[test]
    fn bombs_are_refused() {
        assert_eq!(check_cbor(&[0x81; 1000], LIMITS), Err(CborProblem::TooDeep(64)));
        let mut many = vec![0x9a, 0x00, 0x10, 0x00, 0x00];
        many.resize(5 + 0x10_0000, 0);
        assert_eq!(check_cbor(&many, LIMITS), Err(CborProblem::TooManyItems(100_000)));
        // A head that promises more than memory holds is truncated, not reserved.
        assert_eq!(check_cbor(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], LIMITS), Err(CborProblem::Truncated));
        assert_eq!(check_cbor(&[0x5f, 0x41, 0x00, 0xff], LIMITS), Err(CborProblem::Malformed(0)));
    }
}
