//! From a six-bit payload to what the tables hold. The kept crate decodes; this file adds what it leaves out and mends what
//! it has wrong.
//!
//! Left out by `aivdm` 0.3: the repeat indicator of type 24, and model and serial number in its vendor field (ITU-R M.1371-5
//! table 91); an auxiliary craft's mother ship. Wrong: the "not available" marks of type 27 are 181 and 91 degrees in tenths of
//! a minute (108,600 and 54,600), not 1,810 and 910.

use aivdm::AisMessage;
use aivdm::bits::BitReader;
use aivdm::message::{
    LongRangeBroadcast, PositionReportClassA, PositionReportClassB, PositionReportClassBExtended, StaticDataReport,
    StaticVoyageData,
};
use aivdm::string::{armor_char_to_sixbit, sixbit_to_armor_char};
use oikos_matching::normalise;
use oikos_model::SelectorKind;

/// What a report says of where a ship is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Position {
    pub(super) mmsi: i32,
    pub(super) message_type: i32,
    pub(super) repeat_indicator: i32,
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    pub(super) speed_knots: Option<f32>,
    pub(super) course_degrees: Option<f32>,
    pub(super) heading_degrees: Option<i32>,
    pub(super) navigation_status: Option<i32>,
    pub(super) rate_of_turn_code: Option<i32>,
    pub(super) high_accuracy: bool,
    pub(super) integrity_monitored: bool,
    pub(super) fix_second: Option<i32>,
}

/// What a report says of what a ship is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Identity {
    pub(super) mmsi: i32,
    pub(super) message_type: i32,
    pub(super) repeat_indicator: i32,
    pub(super) imo: Option<String>,
    pub(super) imo_as_sent: Option<i32>,
    pub(super) name: Option<String>,
    pub(super) call_sign: Option<String>,
    pub(super) ship_type: Option<i32>,
    pub(super) dimensions: Dimensions,
    pub(super) draught_m: Option<f32>,
    pub(super) destination: Option<String>,
    pub(super) eta: Option<String>,
    pub(super) position_device: Option<i32>,
    pub(super) vendor_id: Option<String>,
    pub(super) unit_model: Option<i32>,
    pub(super) unit_serial: Option<i32>,
    pub(super) mothership_mmsi: Option<i32>,
}

/// Distances from the antenna, in metres. All 0: not given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Dimensions {
    pub(super) to_bow_m: i32,
    pub(super) to_stern_m: i32,
    pub(super) to_port_m: i32,
    pub(super) to_starboard_m: i32,
}

impl Dimensions {
    fn new(bow: u16, stern: u16, port: u8, starboard: u8) -> Self {
        Self { to_bow_m: bow.into(), to_stern_m: stern.into(), to_port_m: port.into(), to_starboard_m: starboard.into() }
    }

    pub(super) fn is_given(self) -> bool {
        self != Self::default()
    }

    pub(super) fn length_m(self) -> Option<i32> {
        Some(self.to_bow_m + self.to_stern_m).filter(|length| *length > 0)
    }

    pub(super) fn beam_m(self) -> Option<i32> {
        Some(self.to_port_m + self.to_starboard_m).filter(|beam| *beam > 0)
    }
}

/// A message Oikos reads.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Report {
    /// Empty where the ship does not say where it is, or the message has no position.
    pub(super) position: Option<Position>,
    /// Whether the message should have had a position but says it is not available.
    pub(super) position_not_available: bool,
    pub(super) identity: Option<Identity>,
}

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoReport {
    /// A message of another type.
    Ignored(u8),
    /// The message is not in order: field and reason.
    Bad(&'static str, String),
}

fn bad(field: &'static str, reason: impl Into<String>) -> NoReport {
    NoReport::Bad(field, reason.into())
}

/// Decodes a message of type 1, 2, 3, 5, 18, 19, 24 or 27.
pub(super) fn decode(payload: &[u8], fill_bits: u8) -> Result<Report, NoReport> {
    let message = decode_message(payload, fill_bits)?;
    match &message {
        AisMessage::PositionReportClassA(m) => class_a(m),
        AisMessage::PositionReportClassB(m) => class_b(m),
        AisMessage::PositionReportClassBExtended(m) => class_b_extended(m),
        AisMessage::LongRangeBroadcast(m) => long_range(m),
        AisMessage::StaticVoyageData(m) => static_and_voyage(m),
        AisMessage::StaticDataReport(m) => static_data(m, payload, fill_bits),
        other => Err(NoReport::Ignored(other.message_type())),
    }
}

/// Checks type and length, completes what real transponders cut short, and hands on to the kept crate.
pub(super) fn decode_message(payload: &[u8], fill_bits: u8) -> Result<AisMessage, NoReport> {
    let message_type = BitReader::new(payload, fill_bits).read_u8(6).map_err(|_| bad("payload", "it is empty"))?;
    let bits = (payload.len() * 6).saturating_sub(usize::from(fill_bits));
    // The least length each decoder of gpsd takes, the length the standard gives, and one symbol of slack: feeds pad.
    let (least, standard) = match message_type {
        1..=3 => (163, 168),
        5 => (420, 424),
        18 => (168, 168),
        19 => (312, 312),
        24 => (160, 168),
        27 => (96, 168),
        other => return Err(NoReport::Ignored(other)),
    };
    if bits < least || bits > standard + 6 || (message_type == 27 && bits > 102 && bits < 168) {
        return Err(bad("payload", format!("message type {message_type} has {standard} bits, here are {bits}")));
    }
    let decoded = if bits < standard && message_type != 27 && message_type != 24 {
        // What is missing at the end is radio state or padding. It reads as zero, and so do the fill bits, which mean nothing.
        let mut whole = payload.to_vec();
        if let Some(last) = whole.last_mut() {
            *last = sixbit_to_armor_char(armor_char_to_sixbit(*last) >> fill_bits << fill_bits);
        }
        whole.resize(standard.div_ceil(6), b'0');
        aivdm::decode_payload(&whole, 0)
    } else {
        aivdm::decode_payload(payload, fill_bits)
    };
    decoded.map_err(|error| bad("payload", format!("message type {message_type}: {error}")))
}

fn mmsi(raw: u32) -> Result<i32, NoReport> {
    match i32::try_from(raw) {
        Ok(mmsi @ 1..=999_999_999) => Ok(mmsi),
        _ => Err(bad("mmsi", format!("{raw} is no Maritime Mobile Service Identity; expected 1 to 999999999"))),
    }
}

/// Degrees from a coordinate in `1/units` degrees; `None` where the message says it is not available.
fn degrees(field: &'static str, raw: i32, units: i32, limit: i32) -> Result<Option<f64>, NoReport> {
    if raw == (limit + 1) * units {
        return Ok(None);
    }
    let degrees = f64::from(raw) / f64::from(units);
    if degrees.abs() > f64::from(limit) {
        return Err(bad(field, format!("{degrees} degrees is outside ±{limit}")));
    }
    Ok(Some(degrees))
}

/// Latitude and longitude; `None` where either is not available.
fn place(latitude: i32, longitude: i32, units: i32) -> Result<Option<(f64, f64)>, NoReport> {
    let latitude = degrees("latitude", latitude, units, 90)?;
    let longitude = degrees("longitude", longitude, units, 180)?;
    Ok(latitude.zip(longitude))
}

const HIGH_PRECISION: i32 = 600_000;
const LOW_PRECISION: i32 = 600;

fn tenths(raw: u16, not_available_from: u16) -> Option<f32> {
    (raw < not_available_from).then(|| f32::from(raw) / 10.0)
}

fn heading(raw: u16) -> Option<i32> {
    (raw < 360).then(|| raw.into())
}

fn status(raw: u8) -> Option<i32> {
    (raw != 15).then(|| raw.into())
}

fn second(raw: u8) -> Option<i32> {
    (raw < 60).then(|| raw.into())
}

fn located(place: Option<(f64, f64)>, position: impl FnOnce(f64, f64) -> Position) -> Report {
    match place {
        Some((latitude, longitude)) => Report { position: Some(position(latitude, longitude)), ..Report::default() },
        None => Report { position_not_available: true, ..Report::default() },
    }
}

fn class_a(m: &PositionReportClassA) -> Result<Report, NoReport> {
    let mmsi = mmsi(m.mmsi.raw())?;
    let place = place(m.latitude.raw(), m.longitude.raw(), HIGH_PRECISION)?;
    Ok(located(place, |latitude, longitude| Position {
        mmsi,
        message_type: m.message_type.into(),
        repeat_indicator: m.repeat_indicator.into(),
        latitude,
        longitude,
        speed_knots: tenths(m.sog.raw(), 1023),
        course_degrees: tenths(m.cog.raw(), 3600),
        heading_degrees: heading(m.heading.raw()),
        navigation_status: status(m.navigation_status.to_raw()),
        rate_of_turn_code: Some(i32::from(m.rate_of_turn.raw())).filter(|code| *code != -128),
        high_accuracy: m.position_accuracy,
        integrity_monitored: m.raim,
        fix_second: second(m.timestamp.to_raw()),
    }))
}

fn class_b(m: &PositionReportClassB) -> Result<Report, NoReport> {
    let mmsi = mmsi(m.mmsi.raw())?;
    let place = place(m.latitude.raw(), m.longitude.raw(), HIGH_PRECISION)?;
    Ok(located(place, |latitude, longitude| Position {
        mmsi,
        message_type: 18,
        repeat_indicator: m.repeat_indicator.into(),
        latitude,
        longitude,
        speed_knots: tenths(m.sog.raw(), 1023),
        course_degrees: tenths(m.cog.raw(), 3600),
        heading_degrees: heading(m.heading.raw()),
        navigation_status: None,
        rate_of_turn_code: None,
        high_accuracy: m.position_accuracy,
        integrity_monitored: m.raim,
        fix_second: second(m.timestamp.to_raw()),
    }))
}

fn class_b_extended(m: &PositionReportClassBExtended) -> Result<Report, NoReport> {
    let mmsi = mmsi(m.mmsi.raw())?;
    let place = place(m.latitude.raw(), m.longitude.raw(), HIGH_PRECISION)?;
    let identity = Identity {
        mmsi,
        message_type: 19,
        repeat_indicator: m.repeat_indicator.into(),
        name: text(m.name.as_str()),
        ship_type: known_code(m.ship_type),
        dimensions: Dimensions::new(m.dimension_to_bow, m.dimension_to_stern, m.dimension_to_port, m.dimension_to_starboard),
        position_device: known_code(m.epfd_type.to_raw()),
        ..Identity::default()
    };
    let report = located(place, |latitude, longitude| Position {
        mmsi,
        message_type: 19,
        repeat_indicator: m.repeat_indicator.into(),
        latitude,
        longitude,
        speed_knots: tenths(m.sog.raw(), 1023),
        course_degrees: tenths(m.cog.raw(), 3600),
        heading_degrees: heading(m.heading.raw()),
        navigation_status: None,
        rate_of_turn_code: None,
        high_accuracy: m.position_accuracy,
        integrity_monitored: m.raim,
        fix_second: second(m.timestamp.to_raw()),
    });
    Ok(Report { identity: Some(identity), ..report })
}

fn long_range(m: &LongRangeBroadcast) -> Result<Report, NoReport> {
    let mmsi = mmsi(m.mmsi.raw())?;
    let place = place(m.latitude_raw, m.longitude_raw, LOW_PRECISION)?;
    Ok(located(place, |latitude, longitude| Position {
        mmsi,
        message_type: 27,
        repeat_indicator: m.repeat_indicator.into(),
        latitude,
        longitude,
        speed_knots: (m.sog_knots < 63).then(|| m.sog_knots.into()),
        course_degrees: (m.cog_degrees < 360).then(|| f32::from(m.cog_degrees)),
        heading_degrees: None,
        navigation_status: status(m.navigation_status.to_raw()),
        rate_of_turn_code: None,
        high_accuracy: m.position_accuracy,
        integrity_monitored: m.raim,
        fix_second: None,
    }))
}

fn static_and_voyage(m: &StaticVoyageData) -> Result<Report, NoReport> {
    let imo_as_sent = i32::try_from(m.imo_number).ok().filter(|number| *number != 0);
    let imo = imo_as_sent.and_then(|number| normalise(SelectorKind::Imo, &format!("{number:07}")).ok());
    let identity = Identity {
        mmsi: mmsi(m.mmsi.raw())?,
        message_type: 5,
        repeat_indicator: m.repeat_indicator.into(),
        imo: imo.map(|selector| selector.value),
        imo_as_sent,
        name: text(m.name.as_str()),
        call_sign: text(m.call_sign.as_str()),
        ship_type: known_code(m.ship_type),
        dimensions: Dimensions::new(m.dimension_to_bow, m.dimension_to_stern, m.dimension_to_port, m.dimension_to_starboard),
        draught_m: (m.draught_decimeters > 0).then(|| f32::from(m.draught_decimeters) / 10.0),
        destination: text(m.destination.as_str()),
        eta: (m.eta_month != 0 || m.eta_day != 0)
            .then(|| format!("{:02}-{:02}T{:02}:{:02}Z", m.eta_month, m.eta_day, m.eta_hour, m.eta_minute)),
        position_device: known_code(m.epfd_type.to_raw()),
        ..Identity::default()
    };
    Ok(Report { identity: Some(identity), ..Report::default() })
}

fn static_data(m: &StaticDataReport, payload: &[u8], fill_bits: u8) -> Result<Report, NoReport> {
    let extra = StaticDataExtra::read(payload, fill_bits).map_err(|error| bad("payload", error.to_string()))?;
    let identity = match m {
        StaticDataReport::A(part) => {
            Identity { mmsi: mmsi(part.mmsi.raw())?, name: text(part.name.as_str()), ..Identity::default() }
        }
        StaticDataReport::B(part) => {
            let mmsi = mmsi(part.mmsi.raw())?;
            let is_auxiliary = mmsi / 10_000_000 == 98;
            let dimensions = Dimensions::new(
                part.dimension_to_bow,
                part.dimension_to_stern,
                part.dimension_to_port,
                part.dimension_to_starboard,
            );
            Identity {
                mmsi,
                call_sign: text(part.call_sign.as_str()),
                ship_type: known_code(part.ship_type),
                dimensions: if is_auxiliary { Dimensions::default() } else { dimensions },
                vendor_id: text(part.vendor_id.as_str()),
                unit_model: Some(extra.unit_model),
                unit_serial: Some(extra.unit_serial),
                mothership_mmsi: Some(extra.mothership_mmsi).filter(|mothership| is_auxiliary && *mothership != 0),
                ..Identity::default()
            }
        }
        _ => return Err(bad("part", "a static data report has part A or B")),
    };
    let identity = Identity { message_type: 24, repeat_indicator: extra.repeat_indicator, ..identity };
    Ok(Report { identity: Some(identity), ..Report::default() })
}

/// What the kept crate leaves out of a static data report (ITU-R M.1371-5 tables 90 and 91). Of part A only the first is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct StaticDataExtra {
    pub(super) repeat_indicator: i32,
    pub(super) unit_model: i32,
    pub(super) unit_serial: i32,
    pub(super) mothership_mmsi: i32,
}

impl StaticDataExtra {
    pub(super) fn read(payload: &[u8], fill_bits: u8) -> Result<Self, aivdm::error::BitError> {
        let mut bits = BitReader::new(payload, fill_bits);
        bits.skip(6)?;
        let repeat_indicator = bits.read_u8(2)?.into();
        bits.skip(30)?;
        if bits.read_u8(2)? != 1 {
            return Ok(Self { repeat_indicator, ..Self::default() });
        }
        bits.skip(8 + 18)?;
        let unit_model = bits.read_u8(4)?.into();
        let unit_serial = bits.read_i64(20)? & 0xf_ffff;
        bits.skip(42)?;
        let mothership_mmsi = bits.read_i64(30)? & 0x3fff_ffff;
        Ok(Self {
            repeat_indicator,
            unit_model,
            unit_serial: i32::try_from(unit_serial).unwrap_or_default(),
            mothership_mmsi: i32::try_from(mothership_mmsi).unwrap_or_default(),
        })
    }
}

fn known_code(code: u8) -> Option<i32> {
    (code != 0).then(|| code.into())
}

/// A six-bit text up to its first `@`, which ends it (ITU-R M.1371-5 table 47), without the spaces around it.
fn text(raw: &str) -> Option<String> {
    let text = raw.split('@').next().unwrap_or_default().trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(message: &AisMessage) -> (Vec<u8>, u8) {
        let mut buffer = [0; 80];
        let (armored, fill_bits) = aivdm::encode_payload(message, &mut buffer).unwrap();
        (armored.to_vec(), fill_bits)
    }

    fn report(message: &AisMessage) -> Result<Report, NoReport> {
        let (armored, fill_bits) = payload(message);
        decode(&armored, fill_bits)
    }

    fn class_a_example() -> PositionReportClassA {
        match aivdm::decode_line("!AIVDM,1,1,,B,15M67FC000G?ufbE`FepT@3n00Sa,0*5C").unwrap() {
            AisMessage::PositionReportClassA(message) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn not_available_is_empty() {
        let mut message = class_a_example();
        message.sog = aivdm::Sog::from_raw(1023);
        message.cog = aivdm::Cog::from_raw(3600);
        message.heading = aivdm::Heading::from_raw(511);
        message.rate_of_turn = aivdm::RateOfTurn::from_raw(-128);
        message.navigation_status = aivdm::NavigationStatus::NotDefined;
        message.timestamp = aivdm::Timestamp::NotAvailable;
        let position = report(&AisMessage::PositionReportClassA(message)).unwrap().position.unwrap();
        assert_eq!((position.speed_knots, position.course_degrees, position.heading_degrees), (None, None, None));
        assert_eq!((position.rate_of_turn_code, position.navigation_status, position.fix_second), (None, None, None));
    }

    #[test]
    fn positions_91_and_181_are_no_positions_and_beyond_is_bad() {
        let mut message = class_a_example();
        message.latitude = aivdm::Latitude::from_raw(91 * 600_000);
        message.longitude = aivdm::Longitude::from_raw(181 * 600_000);
        let found = report(&AisMessage::PositionReportClassA(message)).unwrap();
        assert!(found.position.is_none() && found.position_not_available);
        message.latitude = aivdm::Latitude::from_raw(92 * 600_000);
        assert!(matches!(report(&AisMessage::PositionReportClassA(message)), Err(NoReport::Bad("latitude", _))));
    }

    #[test]
    fn long_range_reports_use_their_own_marks() {
        let mut message = LongRangeBroadcast {
            repeat_indicator: 0,
            mmsi: aivdm::Mmsi::from_raw(230_986_000),
            position_accuracy: false,
            raim: false,
            navigation_status: aivdm::NavigationStatus::Moored,
            longitude_raw: 1_810,
            latitude_raw: 910,
            sog_knots: 63,
            cog_degrees: 511,
            position_latency_high: false,
        };
        let position = report(&AisMessage::LongRangeBroadcast(message)).unwrap().position.unwrap();
        assert!((position.longitude - 1_810.0 / 600.0).abs() < 1e-12);
        assert_eq!((position.speed_knots, position.course_degrees), (None, None));
        message.longitude_raw = 181 * 600;
        assert!(report(&AisMessage::LongRangeBroadcast(message)).unwrap().position_not_available);
    }

    #[test]
    fn lengths_and_identities_are_checked() {
        assert!(matches!(decode(b"15M67FC000", 0), Err(NoReport::Bad("payload", _))));
        assert!(matches!(decode(b"", 0), Err(NoReport::Bad("payload", _))));
        assert_eq!(decode(b"403OviQuMGCqWrRO9>E6fE700@GO", 0), Err(NoReport::Ignored(4)));
        let mut message = class_a_example();
        message.mmsi = aivdm::Mmsi::from_raw(0);
        assert!(matches!(report(&AisMessage::PositionReportClassA(message)), Err(NoReport::Bad("mmsi", _))));
    }

    #[test]
    fn an_auxiliary_craft_names_its_mother_ship_instead_of_its_size() {
        let mothership = 230_986_000u32;
        let part = aivdm::message::StaticDataReportPartB {
            mmsi: aivdm::Mmsi::from_raw(982_309_860),
            ship_type: 36,
            vendor_id: aivdm::string::FixedStr::from_raw(*b"1D00014", 7),
            call_sign: aivdm::string::FixedStr::from_raw(*b"OH1234@", 7),
            dimension_to_bow: (mothership >> 21) as u16,
            dimension_to_stern: ((mothership >> 12) & 0x1ff) as u16,
            dimension_to_port: ((mothership >> 6) & 0x3f) as u8,
            dimension_to_starboard: (mothership & 0x3f) as u8,
        };
        let (mut armored, fill_bits) = payload(&AisMessage::StaticDataReport(StaticDataReport::B(part)));
        let missing = 28 - armored.len();
        armored.extend(std::iter::repeat_n(b'0', missing));
        let identity = decode(&armored, if missing == 0 { fill_bits } else { 0 }).unwrap().identity.unwrap();
        assert_eq!(identity.mothership_mmsi, Some(230_986_000));
        assert_eq!(identity.dimensions.length_m(), None);
        assert_eq!(identity.call_sign.as_deref(), Some("OH1234"));
    }
}
