//! Indicators, whatever format says them: values that can be looked up at once, and patterns that have to be tried.

use oikos_desk::intake::TableRows;
use oikos_desk::reading::record_position;
use oikos_desk::{ReadError, Sink, Source};
use oikos_matching::{normalise, refanged};
use oikos_model::{SelectorKind, Timestamp};

use crate::stix::{Cidr, Comparison, Literal, Observed, Operator, Path, Pattern, Step, Test};
use crate::tables::INDICATORS;

/// A value with how it is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Looked {
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) match_kind: &'static str,
}

/// What somebody says of an indicator.
#[derive(Default)]
pub(super) struct Said<'a> {
    pub(super) source: &'static str,
    pub(super) source_id: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) valid_from: Option<Timestamp>,
    pub(super) valid_to: Option<Timestamp>,
    pub(super) stated_at: Option<Timestamp>,
    pub(super) is_revoked: bool,
    pub(super) for_detection: bool,
    pub(super) tags: Option<&'a str>,
}

/// Rows of indicators.
pub(super) struct IndicatorRows<'a> {
    source: &'a Source,
    rows: TableRows,
    count: u64,
}

impl<'a> IndicatorRows<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self { source, rows: TableRows::new(&INDICATORS), count: 0 }
    }

    pub(super) fn push(&mut self, looked: &Looked, said: &Said<'_>, sink: &mut dyn Sink) -> Result<(), ReadError> {
        self.count += 1;
        let values = [
            self.source.record_id(record_position(self.count)?).into(),
            said.source.into(),
            said.source_id.into(),
            said.name.into(),
            looked.kind.into(),
            (&looked.value).into(),
            looked.match_kind.into(),
            said.valid_from.into(),
            said.valid_to.into(),
            said.stated_at.into(),
            said.is_revoked.into(),
            said.for_detection.into(),
            said.tags.into(),
        ];
        Ok(self.rows.push(values, sink)?)
    }

    pub(super) fn finish(&mut self, sink: &mut dyn Sink) -> Result<(), ReadError> {
        Ok(self.rows.flush(sink)?)
    }
}

/// An address or network. A network of one is an address.
pub(super) fn address(text: &str) -> Option<Looked> {
    let text = refanged(text);
    if let Ok(address) = normalise(SelectorKind::IpAddress, &text) {
        return Some(Looked { kind: "ip-address", value: address.value, match_kind: "exact" });
    }
    let network = Cidr::parse(&text)?;
    let (address, _) = text.split_once('/')?;
    let width = if address.contains(':') { 128 } else { 32 };
    if network.prefix_bits() == width {
        return Some(Looked {
            kind: "ip-address",
            value: normalise(SelectorKind::IpAddress, address).ok()?.value,
            match_kind: "exact",
        });
    }
    Some(Looked { kind: "ip-address", value: text.trim().to_ascii_lowercase(), match_kind: "cidr" })
}

/// A domain, with what is below it.
pub(super) fn domain(text: &str) -> Option<Looked> {
    let domain = normalise(SelectorKind::Domain, text).ok()?;
    Some(Looked { kind: "domain", value: domain.value, match_kind: "suffix" })
}

/// A URL as written, whole again where it was broken on purpose.
pub(super) fn url(text: &str) -> Option<Looked> {
    let value = refanged(text.trim());
    let is_one = value.split_once("://").is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty());
    (is_one && value.len() <= 2_000).then_some(Looked { kind: "url", value, match_kind: "exact" })
}

/// A hash of a file: as many hexadecimal digits as a known kind has.
pub(super) fn file_hash(text: &str) -> Option<Looked> {
    let value = text.trim().to_ascii_lowercase();
    let is_one = matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128) && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_one.then_some(Looked { kind: "file-hash", value, match_kind: "exact" })
}

/// An address of electronic mail.
pub(super) fn email(text: &str) -> Option<Looked> {
    let value = refanged(text.trim()).to_lowercase();
    let (local, host) = value.split_once('@')?;
    (!local.is_empty() && normalise(SelectorKind::Domain, host).is_ok()).then_some(Looked {
        kind: "email",
        value,
        match_kind: "exact",
    })
}

/// The values that a pattern is about, where any one of them is enough; `None` where it takes more than a look-up.
pub(super) fn looked_up(pattern: &Pattern) -> Option<Vec<Looked>> {
    match pattern {
        Pattern::One(observed) => looked_up_in(observed),
        Pattern::Or(one, other) => Some([looked_up(one)?, looked_up(other)?].concat()),
        _ => None,
    }
}

/// Whether a pattern can be decided by one observation at a time.
pub(super) fn is_about_one(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::One(_) => true,
        Pattern::Or(one, other) => is_about_one(one) && is_about_one(other),
        _ => false,
    }
}

fn looked_up_in(observed: &Observed) -> Option<Vec<Looked>> {
    match observed {
        Observed::Or(one, other) => Some([looked_up_in(one)?, looked_up_in(other)?].concat()),
        Observed::And(..) => None,
        Observed::Is(Comparison { path, is_negated: false, test }) => {
            let texts: Vec<&str> = match test {
                Test::Compare(Operator::Equal, Literal::Text(text)) | Test::IsSubset(text) => vec![text],
                Test::In(literals) => literals.iter().map(text_of).collect::<Option<_>>()?,
                _ => return None,
            };
            texts.into_iter().map(|text| value_of(path, text, matches!(test, Test::IsSubset(_)))).collect()
        }
        Observed::Is(_) => None,
    }
}

fn text_of(literal: &Literal) -> Option<&str> {
    if let Literal::Text(text) = literal { Some(text) } else { None }
}

fn value_of(path: &Path, text: &str, is_network: bool) -> Option<Looked> {
    let names: Vec<&str> =
        path.steps.iter().filter_map(|step| if let Step::Property(name) = step { Some(name.as_str()) } else { None }).collect();
    match (path.object_type.as_str(), names.as_slice()) {
        ("ipv4-addr" | "ipv6-addr", ["value"]) | ("network-traffic", ["dst_ref" | "src_ref", "value"]) => {
            address(text).or_else(|| domain(text).filter(|_| !is_network))
        }
        ("domain-name", ["value"]) => domain(text),
        ("url", ["value"]) => url(text),
        ("email-addr", ["value"]) => email(text),
        ("file", ["hashes", _]) => file_hash(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stix::{Version, parse};

    fn of(pattern: &str) -> Option<Vec<(&'static str, String, &'static str)>> {
        let looked = looked_up(&parse(pattern, Version::V21).unwrap())?;
        Some(looked.into_iter().map(|looked| (looked.kind, looked.value, looked.match_kind)).collect())
    }

    #[test]
    fn patterns_of_single_values_are_look_ups() {
        assert_eq!(of("[ipv4-addr:value = '203.0.113.44/32']").unwrap(), [("ip-address", "203.0.113.44".into(), "exact")]);
        assert_eq!(
            of("[network-traffic:dst_ref.value ISSUBSET '203.0.113.0/24']").unwrap(),
            [("ip-address", "203.0.113.0/24".into(), "cidr")]
        );
        let both =
            of("[domain-name:value = 'Evil.example'] OR [url:value IN ('http://a.example/x', 'http://b.example/y')]").unwrap();
        assert_eq!(both.iter().map(|(kind, ..)| *kind).collect::<Vec<_>>(), ["domain", "url", "url"]);
        assert_eq!(
            of("[file:hashes.MD5 = 'CEAD3F77F6CDA6EC00F57D76C9A6879F']").unwrap()[0].1,
            "cead3f77f6cda6ec00f57d76c9a6879f"
        );
    }

    #[test]
    fn anything_more_is_tried_as_a_pattern() {
        for pattern in [
            "[ipv4-addr:value = '203.0.113.44' AND network-traffic:dst_port = 443]",
            "[ipv4-addr:value != '203.0.113.44']",
            "[ipv4-addr:value NOT = '203.0.113.44']",
            "[ipv4-addr:value = '203.0.113.44'] REPEATS 2 TIMES",
            "[process:name = 'a']",
            "[domain-name:value LIKE '%.example']",
        ] {
            assert!(of(pattern).is_none(), "{pattern}");
        }
        assert!(is_about_one(&parse("[a:b = 1 AND a:c = 2] OR [d:e = 3]", Version::V21).unwrap()));
        assert!(!is_about_one(&parse("[a:b = 1] AND [d:e = 3]", Version::V21).unwrap()));
    }
}
