//! Remote ID messages: 25 bytes each, or several in a pack (ASTM F3411-22a section 5.4 and annex; EN 4709-002 is the same on the air).
//!
//! The first byte's upper half is the type, its lower half the version. Numbers are little-endian. "Unknown" has a value of its own in
//! each field, which becomes `None` here.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

/// Bytes of a message.
pub(super) const MESSAGE_BYTES: usize = 25;
/// Messages of a pack at most.
pub(super) const PACK_MESSAGES: usize = 9;

const BASIC_ID: u8 = 0x0;
const LOCATION: u8 = 0x1;
const AUTHENTICATION: u8 = 0x2;
const SELF_ID: u8 = 0x3;
const SYSTEM: u8 = 0x4;
const OPERATOR_ID: u8 = 0x5;
const PACK: u8 = 0xf;

/// 2019-01-01T00:00:00Z, from which the protocol counts seconds.
const EPOCH_SECOND: i64 = 1_546_300_800;

/// What is wrong with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadMessage(pub(super) String);

/// A message with its version.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Message {
    pub(super) version: u8,
    pub(super) content: Content,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    BasicId(BasicId),
    Location(Location),
    Authentication(Authentication),
    SelfId(SelfId),
    System(System),
    OperatorId(OperatorId),
    /// A type that the standard keeps for later.
    Other(u8),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BasicId {
    pub(super) id_type: u8,
    pub(super) aircraft_type: u8,
    pub(super) aircraft_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Location {
    pub(super) status: u8,
    pub(super) direction_degrees: Option<f64>,
    pub(super) speed_m_per_s: Option<f64>,
    pub(super) vertical_speed_m_per_s: Option<f64>,
    /// Latitude and longitude; both are 0 where unknown.
    pub(super) place: Option<(f64, f64)>,
    pub(super) altitude_pressure_m: Option<f64>,
    pub(super) altitude_ellipsoid_m: Option<f64>,
    pub(super) height_type: u8,
    pub(super) height_m: Option<f64>,
    pub(super) horizontal_accuracy: u8,
    pub(super) vertical_accuracy: u8,
    pub(super) pressure_accuracy: u8,
    pub(super) speed_accuracy: u8,
    pub(super) time_accuracy: u8,
    /// Tenths of seconds after the full hour.
    pub(super) tenths_after_hour: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Authentication {
    pub(super) authentication_type: u8,
    pub(super) page: u8,
    /// Of page 0: the last page, the length of all data, and when it was made.
    pub(super) first: Option<(u8, u8, Timestamp)>,
    pub(super) data: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SelfId {
    pub(super) description_type: u8,
    pub(super) description: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct System {
    pub(super) operator_location_type: u8,
    pub(super) operator_place: Option<(f64, f64)>,
    pub(super) area_count: u16,
    pub(super) area_radius_m: f64,
    pub(super) area_ceiling_m: Option<f64>,
    pub(super) area_floor_m: Option<f64>,
    /// Category and class where the aircraft is classified by the European rules.
    pub(super) european: Option<(u8, u8)>,
    pub(super) operator_altitude_m: Option<f64>,
    pub(super) sent_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OperatorId {
    pub(super) id_type: u8,
    pub(super) operator_id: Option<String>,
}

/// The messages in what a receiver heard: one message or a pack. The standard puts a counter byte before either, and receivers hand it on or
/// not; the length tells.
pub(super) fn messages(heard: &[u8]) -> Result<Vec<Message>, BadMessage> {
    let bytes = match heard.len() % MESSAGE_BYTES {
        0 | 3 => heard,
        1 | 4 if heard.len() > MESSAGE_BYTES => &heard[1..],
        _ => {
            return Err(BadMessage(format!(
                "{} bytes are neither a message (25) nor a pack (3 and 25 for each message)",
                heard.len()
            )));
        }
    };
    match bytes.first().map(|first| first >> 4) {
        None => Err(BadMessage("there is no byte".into())),
        Some(PACK) => pack(bytes),
        Some(_) => Ok(vec![message(bytes)?]),
    }
}

fn pack(bytes: &[u8]) -> Result<Vec<Message>, BadMessage> {
    let (Some([_, size, count]), Some(rest)) = (bytes.first_chunk::<3>(), bytes.get(3..)) else {
        return Err(BadMessage("a pack has three bytes before its messages".into()));
    };
    if usize::from(*size) != MESSAGE_BYTES {
        return Err(BadMessage(format!("the pack says its messages have {size} bytes; they have 25")));
    }
    let count = usize::from(*count);
    if !(1..=PACK_MESSAGES).contains(&count) || rest.len() != count * MESSAGE_BYTES {
        return Err(BadMessage(format!("the pack says it holds {count} messages of 25 bytes, but has {} bytes", rest.len())));
    }
    if rest.chunks_exact(MESSAGE_BYTES).filter(|message| message[0] >> 4 == LOCATION).count() > 1 {
        return Err(BadMessage("the pack holds two Location messages; an aircraft has one".into()));
    }
    rest.chunks_exact(MESSAGE_BYTES).map(message).collect()
}

fn message(bytes: &[u8]) -> Result<Message, BadMessage> {
    let bytes: &[u8; MESSAGE_BYTES] =
        bytes.try_into().map_err(|_| BadMessage(format!("a message has 25 bytes, this one has {}", bytes.len())))?;
    let content = match bytes[0] >> 4 {
        BASIC_ID => Content::BasicId(BasicId {
            id_type: bytes[1] >> 4,
            aircraft_type: bytes[1] & 0x0f,
            aircraft_id: identifier(bytes[1] >> 4, &bytes[2..22])?,
        }),
        LOCATION => Content::Location(location(bytes)),
        AUTHENTICATION => Content::Authentication(authentication(bytes)?),
        SELF_ID => Content::SelfId(SelfId { description_type: bytes[1], description: text(&bytes[2..25])? }),
        SYSTEM => Content::System(system(bytes)?),
        OPERATOR_ID => Content::OperatorId(OperatorId { id_type: bytes[1], operator_id: text(&bytes[2..22])? }),
        PACK => return Err(BadMessage("a pack within a pack is not allowed".into())),
        other => Content::Other(other),
    };
    Ok(Message { version: bytes[0] & 0x0f, content })
}

/// Text up to the first zero byte. Operators write their own language, so UTF-8 is let through where the standard says ASCII.
fn text(bytes: &[u8]) -> Result<Option<String>, BadMessage> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let text = std::str::from_utf8(&bytes[..end]).map_err(|_| BadMessage("its text is neither ASCII nor UTF-8".into()))?.trim();
    if text.chars().any(char::is_control) {
        return Err(BadMessage("its text holds control characters".into()));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Serial numbers and registrations are text; flight and session ids are bytes, which are shown as such unless they are text.
fn identifier(id_type: u8, bytes: &[u8]) -> Result<Option<String>, BadMessage> {
    match (id_type, text(bytes)) {
        (3 | 4, Err(_)) => Ok(Some(hex::encode(bytes))),
        (_, read) => read,
    }
}

fn location(bytes: &[u8; MESSAGE_BYTES]) -> Location {
    let flags = bytes[1];
    let is_west = flags & 0x02 != 0;
    let direction = f64::from(bytes[2]) + if is_west { 180.0 } else { 0.0 };
    let speed = match (bytes[3], flags & 0x01) {
        (255, _) => None,
        (speed, 0) => Some(f64::from(speed) * 0.25),
        // The second range goes on where the first one ends.
        (speed, _) => Some(f64::from(speed) * 0.75 + 255.0 * 0.25),
    };
    let vertical = i8::from_le_bytes([bytes[4]]);
    let tenths_after_hour = u16::from_le_bytes([bytes[21], bytes[22]]);
    Location {
        status: flags >> 4,
        direction_degrees: (direction < 360.0).then_some(direction),
        speed_m_per_s: speed,
        vertical_speed_m_per_s: (vertical != 126).then(|| f64::from(vertical) * 0.5),
        place: place(&bytes[5..13]),
        altitude_pressure_m: altitude(bytes[13], bytes[14]),
        altitude_ellipsoid_m: altitude(bytes[15], bytes[16]),
        height_type: flags >> 2 & 0x01,
        height_m: altitude(bytes[17], bytes[18]),
        horizontal_accuracy: bytes[19] & 0x0f,
        vertical_accuracy: bytes[19] >> 4,
        pressure_accuracy: bytes[20] >> 4,
        speed_accuracy: bytes[20] & 0x0f,
        time_accuracy: bytes[23] & 0x0f,
        tenths_after_hour: (tenths_after_hour <= 36_000).then_some(tenths_after_hour),
    }
}

/// Ten-millionths of a degree. Both 0 is unknown; what lies beyond the poles and the date line is unknown too.
fn place(bytes: &[u8]) -> Option<(f64, f64)> {
    let degrees = |from: usize| Some(f64::from(i32::from_le_bytes(bytes.get(from..from + 4)?.try_into().ok()?)) / 1e7);
    let (latitude, longitude) = (degrees(0)?, degrees(4)?);
    let is_known = (latitude, longitude) != (0.0, 0.0) && latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    is_known.then_some((latitude, longitude))
}

/// Half metres above −1,000 m; 0 is unknown.
fn altitude(low: u8, high: u8) -> Option<f64> {
    let code = u16::from_le_bytes([low, high]);
    (code != 0).then(|| f64::from(code) * 0.5 - 1_000.0)
}

fn moment(bytes: &[u8]) -> Option<Timestamp> {
    let seconds = u32::from_le_bytes(bytes.try_into().ok()?);
    (seconds != 0).then(|| Timestamp::from_second(EPOCH_SECOND + i64::from(seconds)).ok())?
}

fn authentication(bytes: &[u8; MESSAGE_BYTES]) -> Result<Authentication, BadMessage> {
    let page = bytes[1] & 0x0f;
    let (first, data) = if page == 0 {
        let at = moment(&bytes[4..8]).unwrap_or(Timestamp::UNIX_EPOCH);
        if bytes[2] > 15 {
            return Err(BadMessage(format!("its last page is {}; there are pages 0 to 15", bytes[2])));
        }
        (Some((bytes[2], bytes[3], at)), &bytes[8..])
    } else {
        (None, &bytes[2..])
    };
    Ok(Authentication { authentication_type: bytes[1] >> 4, page, first, data: data.to_vec() })
}

fn system(bytes: &[u8; MESSAGE_BYTES]) -> Result<System, BadMessage> {
    let flags = bytes[1];
    let operator_location_type = flags & 0x03;
    if operator_location_type == 3 {
        return Err(BadMessage("its operator location type is 3, which is not assigned".into()));
    }
    let is_european = flags >> 2 & 0x07 == 1;
    Ok(System {
        operator_location_type,
        operator_place: place(&bytes[2..10]),
        area_count: u16::from_le_bytes([bytes[10], bytes[11]]),
        area_radius_m: f64::from(bytes[12]) * 10.0,
        area_ceiling_m: altitude(bytes[13], bytes[14]),
        area_floor_m: altitude(bytes[15], bytes[16]),
        european: is_european.then_some((bytes[17] >> 4, bytes[17] & 0x0f)),
        operator_altitude_m: altitude(bytes[18], bytes[19]),
        sent_at: moment(&bytes[20..24]),
    })
}

/// The moment an aircraft means: so long after a full hour, of the hour that brings it nearest to when it was heard.
pub(super) fn sent_at(tenths_after_hour: u16, heard_at: Timestamp) -> Option<Timestamp> {
    let hour = heard_at.as_second().div_euclid(3_600) * 3_600;
    let after_hour = SignedDuration::from_millis(i64::from(tenths_after_hour) * 100);
    let candidates = [-3_600, 0, 3_600]
        .into_iter()
        .filter_map(|shift| Timestamp::from_second(hour + shift).ok()?.checked_add(after_hour).ok());
    candidates.min_by_key(|sent_at| heard_at.duration_since(*sent_at).abs())
}

impl fmt::Display for BadMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Content {
    /// The type's name in the tables.
    pub(super) fn type_name(&self) -> Option<&'static str> {
        Some(match self {
            Self::BasicId(_) => "basic-id",
            Self::Location(_) => "location",
            Self::Authentication(_) => "authentication",
            Self::SelfId(_) => "self-id",
            Self::System(_) => "system",
            Self::OperatorId(_) => "operator-id",
            Self::Other(_) => return None,
        })
    }
}
