//! From a ship's state to NMEA lines: AIS messages (ITU-R M.1371) in sentences (NMEA 0183), each behind a TAG block (NMEA 0183 4.10)
//! that names the receiver and the second of reception.

use std::fmt::Write;

use aivdm::message::{
    LongRangeBroadcast, PositionReportClassA, PositionReportClassB, StaticDataReport, StaticDataReportPartA,
    StaticDataReportPartB, StaticVoyageData,
};
use aivdm::string::FixedStr;
use aivdm::{
    AisMessage, Channel, Cog, EpfdType, Heading, Latitude, Longitude, ManeuverIndicator, Mmsi, NavigationStatus, RateOfTurn,
    Sentence, Sog,
};
use oikos_model::Timestamp;

use crate::ScenarioError;
use crate::fleet::Vessel;
use crate::itinerary::Fix;

/// The most characters of payload in one sentence.
const PAYLOAD_CHARACTERS: usize = 60;

/// A position report: type 1 from class A, type 18 from class B.
pub(crate) fn position(vessel: &Vessel, fix: Fix, status: NavigationStatus, at: Timestamp) -> AisMessage {
    let second = aivdm::Timestamp::from_raw(at.as_second().rem_euclid(60) as u8);
    let mmsi = Mmsi::from_raw(vessel.mmsi);
    let longitude = Longitude::from_raw((fix.place.longitude * 600_000.0).round() as i32);
    let latitude = Latitude::from_raw((fix.place.latitude * 600_000.0).round() as i32);
    let sog = Sog::from_raw((fix.speed_knots * 10.0).round().clamp(0.0, 1_021.0) as u16);
    let cog = Cog::from_raw((fix.course_degrees * 10.0).round().rem_euclid(3_600.0) as u16);
    let heading = Heading::from_raw(fix.course_degrees.round().rem_euclid(360.0) as u16);
    if vessel.class_b {
        return AisMessage::PositionReportClassB(PositionReportClassB {
            repeat_indicator: 0,
            mmsi,
            reserved: 0,
            sog,
            position_accuracy: false,
            longitude,
            latitude,
            cog,
            heading: Heading::from_raw(Heading::NOT_AVAILABLE_RAW),
            timestamp: second,
            regional_reserved: 0,
            cs_unit: true,
            display_flag: false,
            dsc_flag: true,
            band_flag: true,
            message22_flag: true,
            assigned: false,
            raim: false,
            radio_status: 0xe0006,
        });
    }
    AisMessage::PositionReportClassA(PositionReportClassA {
        message_type: 1,
        repeat_indicator: 0,
        mmsi,
        navigation_status: status,
        rate_of_turn: RateOfTurn::from_raw(0),
        sog,
        position_accuracy: true,
        longitude,
        latitude,
        cog,
        heading,
        timestamp: second,
        maneuver_indicator: ManeuverIndicator::from_raw(0),
        raim: true,
        radio_status: 0,
    })
}

/// A coarse position for satellites (type 27).
pub(crate) fn long_range(vessel: &Vessel, fix: Fix, status: NavigationStatus) -> AisMessage {
    AisMessage::LongRangeBroadcast(LongRangeBroadcast {
        repeat_indicator: 3,
        mmsi: Mmsi::from_raw(vessel.mmsi),
        position_accuracy: false,
        raim: false,
        navigation_status: status,
        longitude_raw: (fix.place.longitude * 600.0).round() as i32,
        latitude_raw: (fix.place.latitude * 600.0).round() as i32,
        sog_knots: fix.speed_knots.round().clamp(0.0, 62.0) as u8,
        cog_degrees: fix.course_degrees.round().rem_euclid(360.0) as u16,
        position_latency_high: false,
    })
}

/// What the ship says of itself: type 5 from class A; both parts of type 24 from class B.
pub(crate) fn identity(vessel: &Vessel, destination: &str) -> Vec<AisMessage> {
    let mmsi = Mmsi::from_raw(vessel.mmsi);
    let (to_bow, to_port) = (vessel.length_m / 3, vessel.beam_m / 2);
    if vessel.class_b {
        return vec![
            AisMessage::StaticDataReport(StaticDataReport::A(StaticDataReportPartA { mmsi, name: text(&vessel.name) })),
            AisMessage::StaticDataReport(StaticDataReport::B(StaticDataReportPartB {
                mmsi,
                ship_type: vessel.trade.ship_type(),
                vendor_id: text("OIK"),
                call_sign: text(&vessel.call_sign),
                dimension_to_bow: to_bow,
                dimension_to_stern: vessel.length_m - to_bow,
                dimension_to_port: to_port,
                dimension_to_starboard: vessel.beam_m - to_port,
            })),
        ];
    }
    vec![AisMessage::StaticVoyageData(StaticVoyageData {
        repeat_indicator: 0,
        mmsi,
        ais_version: 1,
        imo_number: vessel.imo.unwrap_or(0),
        call_sign: text(&vessel.call_sign),
        name: text(&vessel.name),
        ship_type: vessel.trade.ship_type(),
        dimension_to_bow: to_bow,
        dimension_to_stern: vessel.length_m - to_bow,
        dimension_to_port: to_port,
        dimension_to_starboard: vessel.beam_m - to_port,
        epfd_type: EpfdType::from_raw(1),
        eta_month: 0,
        eta_day: 0,
        eta_hour: 24,
        eta_minute: 60,
        draught_decimeters: (vessel.length_m / 3).min(150) as u8,
        destination: text(destination),
        dte_not_ready: false,
    })]
}

/// Text of a field, cut to its length.
fn text<const N: usize>(words: &str) -> FixedStr<N> {
    let mut field = [b'@'; N];
    for (place, byte) in field.iter_mut().zip(words.bytes()) {
        *place = byte;
    }
    FixedStr::from_raw(field, N)
}

/// Writes messages as lines. It counts groups and sequence numbers as a receiver does.
#[derive(Debug, Default)]
pub(crate) struct Sentences {
    written: u32,
}

impl Sentences {
    /// The lines of one message as one receiver heard it, each ending with a line feed, and how many they are.
    pub(crate) fn lines(&mut self, message: &AisMessage, station: &str, at: Timestamp) -> Result<(String, u64), ScenarioError> {
        let failed =
            |problem: &dyn std::fmt::Debug| ScenarioError::Encode { mmsi: message.mmsi().raw(), problem: format!("{problem:?}") };
        let mut buffer = [0u8; 256];
        let (payload, fill_bits) = aivdm::encode_payload(message, &mut buffer).map_err(|error| failed(&error))?;
        let parts: Vec<&[u8]> = payload.chunks(PAYLOAD_CHARACTERS).collect();
        let count = parts.len();
        self.written = self.written.wrapping_add(1);
        let (group, channel) = (1 + self.written % 9_999, if self.written.is_multiple_of(2) { Channel::A } else { Channel::B });
        let mut lines = String::with_capacity(100 * count);
        for (index, payload) in parts.into_iter().enumerate() {
            let last = index + 1 == count;
            let sentence = Sentence {
                is_own_ship: false,
                fragment_count: count as u8,
                fragment_number: index as u8 + 1,
                seq_id: (count > 1).then_some((group % 10) as u8),
                channel,
                payload,
                fill_bits: if last { fill_bits } else { 0 },
            };
            let mut line = [0u8; 128];
            let line = sentence.format(&mut line).map_err(|error| failed(&error))?;
            let together = if count > 1 { format!("g:{}-{count}-{group},", index + 1) } else { String::new() };
            let fields = format!("{together}s:{station},c:{}", at.as_second());
            let checksum = fields.bytes().fold(0, |sum, byte| sum ^ byte);
            // Writing to a string cannot fail.
            _ = writeln!(lines, "\\{fields}*{checksum:02X}\\{}", String::from_utf8_lossy(line));
        }
        Ok((lines, count as u64))
    }
}
