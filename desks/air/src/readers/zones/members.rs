//! Members that both formats have, spelt in the ways that files in use spell them.

use oikos_model::Timestamp;
use serde_json::Value;

use super::{Limit, Period, Problem, ZONE_MAX_PERIODS};

const METRES_PER_FOOT: f64 = 0.304_8;
const TEXT_MAX_CHARACTERS: usize = 2_000;
const DAYS: [&str; 7] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
const SUN_EVENTS: [&str; 5] = ["BMCT", "SR", "SS", "EMCT", "EECT"];
const RESTRICTIONS: [(&str, &str); 6] = [
    ("PROHIBITED", "prohibited"),
    ("REQ_AUTHORISATION", "authorisation"),
    ("REQ_AUTHORIZATION", "authorisation"),
    ("CONDITIONAL", "conditional"),
    ("NO_RESTRICTION", "none"),
    ("USPACE", "u-space"),
];
const REFERENCES: [&str; 3] = ["AGL", "AMSL", "WGS84"];

/// A text, or the English one of texts in several languages, or the first. Long ones are cut: they are shown, not decided upon.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.as_str(),
        Value::Array(texts) => {
            let is_english = |text: &&Value| text["lang"].as_str().is_some_and(|language| language.starts_with("en"));
            texts.iter().find(is_english).or(texts.first())?["text"].as_str()?
        }
        _ => return None,
    };
    let text: String = text.trim().chars().filter(|c| !c.is_control()).take(TEXT_MAX_CHARACTERS).collect();
    (!text.is_empty()).then_some(text)
}

/// A code that identifies: it must be whole.
pub(super) fn code(zone: &Value, member: &'static str, most_bytes: usize) -> Result<String, Problem> {
    let code = zone[member].as_str().map(str::trim).unwrap_or_default();
    if code.is_empty() || code.len() > most_bytes || code.chars().any(char::is_control) {
        return Err((member, format!("expected 1 to {most_bytes} printable bytes")));
    }
    Ok(code.to_owned())
}

/// ISO 3166-1 alpha-3.
pub(super) fn country(zone: &Value) -> Result<String, Problem> {
    let country = code(zone, "country", 3)?;
    if country.len() == 3 && country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(country);
    }
    Err(("country", format!("{country:?} is no ISO 3166-1 alpha-3 code, for example POL")))
}

pub(super) fn restriction(member: &'static str, value: &Value) -> Result<&'static str, Problem> {
    let said = value.as_str().unwrap_or_default();
    let known = RESTRICTIONS.iter().find(|(code, _)| *code == said).map(|(_, name)| *name);
    known.ok_or_else(|| {
        (member, format!("{:?} is none of the standard's restrictions", said.chars().take(40).collect::<String>()))
    })
}

/// Codes in a list, or one by itself.
pub(super) fn codes(value: &Value) -> Option<String> {
    let codes: Vec<&str> = match value {
        Value::Array(codes) => codes.iter().filter_map(Value::as_str).collect(),
        Value::String(code) => vec![code],
        _ => Vec::new(),
    };
    (!codes.is_empty()).then(|| codes.join(",").chars().filter(|c| !c.is_control()).take(TEXT_MAX_CHARACTERS).collect())
}

/// The name of the first authority.
pub(super) fn authority(zone: &Value) -> Option<String> {
    let authorities = &zone["zoneAuthority"];
    text(&authorities.get(0).unwrap_or(authorities)["name"])
}

/// A number, or a text that is one.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| number.is_finite())
}

/// How many metres the unit has; metres where none is named, as both standards have it.
pub(super) fn metres_per_unit(value: &Value) -> Result<f64, Problem> {
    match value.as_str().map(str::to_ascii_lowercase).as_deref() {
        None | Some("m") if !value.is_number() => Ok(1.0),
        Some("ft") => Ok(METRES_PER_FOOT),
        _ => Err(("uom", format!("{value} is no unit; expected m or ft"))),
    }
}

/// A vertical limit; `None` where there is none.
pub(super) fn limit(value: &Value, reference: &Value, unit_m: f64, member: &'static str) -> Result<Option<Limit>, Problem> {
    if value.is_null() {
        return Ok(None);
    }
    let metres = number(value).ok_or_else(|| (member, format!("{value} is no number")))? * unit_m;
    let said = reference.as_str().unwrap_or_default();
    let reference = REFERENCES.into_iter().find(|known| *known == said);
    let reference = reference.ok_or_else(|| (member, format!("it is measured from {said:?}; expected AGL, AMSL or WGS84")))?;
    Ok(Some(Limit { metres, reference }))
}

/// The limits are in order where they can be compared.
pub(super) fn in_order(lower: Option<Limit>, upper: Option<Limit>) -> Result<(), Problem> {
    match (lower, upper) {
        (Some(lower), Some(upper)) if lower.reference == upper.reference && upper.metres < lower.metres => {
            Err(("upper", format!("the upper limit {} m lies below the lower limit {} m", upper.metres, lower.metres)))
        }
        _ => Ok(()),
    }
}

/// Longitude and latitude of a position.
pub(super) fn position(value: &Value) -> Result<[f64; 2], Problem> {
    let found = value.as_array().and_then(|position| Some([number(position.first()?)?, number(position.get(1)?)?]));
    match found {
        Some([longitude, latitude]) if longitude.abs() <= 180.0 && latitude.abs() <= 90.0 => Ok([longitude, latitude]),
        _ => Err(("coordinates", format!("{value} is no longitude within ±180 followed by a latitude within ±90"))),
    }
}

pub(super) fn rings(value: &Value) -> Result<Vec<Vec<[f64; 2]>>, Problem> {
    let rings = value.as_array().ok_or_else(|| ("coordinates", "expected rings of positions".to_owned()))?;
    let ring = |ring: &Value| -> Result<Vec<[f64; 2]>, Problem> {
        ring.as_array().ok_or_else(|| ("coordinates", "expected a ring of positions".to_owned()))?.iter().map(position).collect()
    };
    rings.iter().map(ring).collect()
}

/// The number of a member that must have one.
pub(super) fn needed_number(value: &Value, member: &'static str) -> Result<f64, Problem> {
    number(value).ok_or_else(|| (member, format!("{value} is no number")))
}

/// Periods in which the zone applies; none where it always does.
pub(super) fn periods(value: &Value, member: &'static str) -> Result<Vec<Period>, Problem> {
    let single = std::slice::from_ref(value);
    let written = value.as_array().map_or(if value.is_null() { &[] } else { single }, Vec::as_slice);
    let mut periods = Vec::new();
    for applicability in written {
        let moment = |name: &str| match &applicability[name] {
            Value::Null => Ok(None),
            Value::String(text) => {
                text.parse::<Timestamp>().map(Some).map_err(|_| (member, format!("{text:?} is no moment with a time zone")))
            }
            other => Err((member, format!("{other} is no moment"))),
        };
        let is_permanent = applicability["permanent"].as_str() == Some("YES");
        let (valid_from, valid_to) = if is_permanent { (None, None) } else { (moment("startDateTime")?, moment("endDateTime")?) };
        let schedules = [&applicability["schedule"], &applicability["dailyPeriod"]];
        let schedules: Vec<&Value> = schedules.into_iter().filter_map(Value::as_array).flatten().collect();
        if schedules.is_empty() {
            periods.push(Period { valid_from, valid_to, ..Period::default() });
        }
        for schedule in schedules {
            periods.push(Period { valid_from, valid_to, ..daily(schedule, member)? });
        }
    }
    if periods.len() > ZONE_MAX_PERIODS {
        return Err((member, format!("{} periods; at most {ZONE_MAX_PERIODS} are read", periods.len())));
    }
    // A period without any limit says that the zone always applies, whatever the others say.
    if periods.contains(&Period::default()) { Ok(Vec::new()) } else { Ok(periods) }
}

fn daily(schedule: &Value, member: &'static str) -> Result<Period, Problem> {
    let mut days = Vec::new();
    for day in schedule["day"].as_array().into_iter().flatten() {
        match day.as_str() {
            Some("ANY") => days.extend(DAYS),
            Some(said) if DAYS.contains(&said) => days.extend(DAYS.into_iter().filter(|day| *day == said)),
            _ => return Err((member, format!("{day} is no day of the week; expected MON to SUN or ANY"))),
        }
    }
    days.dedup();
    if days.len() >= 7 {
        days.clear();
    }
    let by_sun = [&schedule["startEvent"], &schedule["endEvent"]].into_iter().filter_map(Value::as_str).collect::<Vec<_>>();
    if let Some(unknown) = by_sun.iter().find(|event| !SUN_EVENTS.contains(*event)) {
        return Err((member, format!("{unknown:?} is no event of twilight or the sun")));
    }
    if !by_sun.is_empty() {
        return Ok(Period { days, by_sun: true, ..Period::default() });
    }
    let from_seconds = seconds_of_day(&schedule["startTime"], member)?;
    Ok(Period { days, from_seconds, to_seconds: seconds_of_day(&schedule["endTime"], member)?, ..Period::default() })
}

/// Seconds after midnight of `HH:MM[:SS[.f]]`, in UTC. Another zone is refused: a day of the week would then mean two days.
fn seconds_of_day(value: &Value, member: &'static str) -> Result<Option<i32>, Problem> {
    let Some(text) = value.as_str() else {
        return if value.is_null() { Ok(None) } else { Err((member, format!("{value} is no time of day"))) };
    };
    let text = text.trim();
    let bare = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00")).unwrap_or(text);
    let parts: Vec<Option<i32>> = bare.split('.').next().unwrap_or_default().split(':').map(|part| part.parse().ok()).collect();
    let in_order = |hour: i32, minute: i32, second: i32| {
        ((0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second))
            .then_some(hour * 3_600 + minute * 60 + second)
    };
    let seconds = match parts.as_slice() {
        [Some(hour), Some(minute)] => in_order(*hour, *minute, 0),
        [Some(hour), Some(minute), Some(second)] => in_order(*hour, *minute, *second),
        _ => None,
    };
    seconds.map(Some).ok_or_else(|| (member, format!("{text:?} is no time of day in UTC, for example 17:00:00Z")))
}
