//! Reading a checked statement's fields. Everything here may rely on the shape that `schema` made sure of, and is empty where it
//! does not hold.

use oikos_matching::normalise;
use oikos_model::{Selector, SelectorKind, Timestamp};
use serde_json::Value;

use super::shape::moment;

/// Follows names down an object.
pub(super) fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    path.iter().try_fold(value, |value, name| value.get(name))?.as_str().filter(|text| !text.trim().is_empty())
}

pub(super) fn flag(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or(false)
}

pub(super) fn items<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub(super) fn time(value: &Value, name: &str) -> Option<Timestamp> {
    value.get(name)?.as_str().and_then(moment)
}

/// The country of a jurisdiction or country object: `US` of `US-DE`.
pub(super) fn country(value: &Value) -> Option<String> {
    let code = text(value, &["code"])?.to_ascii_uppercase();
    let country = code.split('-').next().unwrap_or_default();
    (country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase())).then(|| country.to_owned())
}

/// What an identifier object is.
pub(super) enum Identifier {
    Known(Selector),
    /// Not usable for joining, and why.
    Unusable(&'static str),
}

/// Reads one identifier of an entity.
pub(super) fn identifier(value: &Value) -> Identifier {
    let Some(id) = text(value, &["id"]) else { return Identifier::Unusable("identifier without a number") };
    let scheme = text(value, &["scheme"]);
    let is_lei = match scheme {
        Some(scheme) => scheme.eq_ignore_ascii_case("XI-LEI") || scheme.eq_ignore_ascii_case("LEI"),
        None => text(value, &["schemeName"]) == Some("Global Legal Entity Identifier Index"),
    };
    if is_lei {
        return normalise(SelectorKind::Lei, id).map_or(Identifier::Unusable("LEI that fails its check"), Identifier::Known);
    }
    let Some(scheme) = scheme else { return Identifier::Unusable("identifier without a scheme code") };
    normalise(SelectorKind::CompanyNumber, &format!("{scheme}:{id}"))
        .map_or(Identifier::Unusable("identifier that is no company number"), Identifier::Known)
}

/// The bounds of a share object: exact, least, greatest. A bound that the source excludes is kept as the bound.
pub(super) fn share(interest: &Value) -> (Option<f64>, Option<f64>, Option<f64>) {
    let number = |name: &str| interest.get("share")?.get(name)?.as_f64();
    (
        number("exact"),
        number("minimum").or_else(|| number("exclusiveMinimum")),
        number("maximum").or_else(|| number("exclusiveMaximum")),
    )
}
