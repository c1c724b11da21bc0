//! The decoded fields equal what gpsd and libais expect of the same sentences.
//!
//! gpsd deviates in two ways, and nothing else is left out of the comparison:
//! 1. it holds part A of message type 24 back until part B of the same ship comes and prints both as one object, and drops a
//!    part that stays alone; here each part is a row, so the parts are put together before they are compared, and the parts
//!    that gpsd dropped are there too;
//! 2. of the message that was cut to 163 bits it prints the radio state as the 14 bits that came (1,076); here the five missing
//!    bits of the 19 read as zero (34,432).

use std::collections::HashMap;

use aivdm::AisMessage;
use aivdm::message::StaticDataReport;
use serde_json::{Map, Value, json};

use super::AisNmea;
use super::decode::{StaticDataExtra, decode_message};
use super::fragments::{Fragments, Part};
use crate::readers::test_sink::{read, shared};

const SAMPLE: &str = "sea/gpsd_sample.aivdm";
const READ_TYPES: [i64; 8] = [1, 2, 3, 5, 18, 19, 24, 27];

/// Every message of the types that are read, with its payload, in the order of the file.
fn messages(text: &str) -> Vec<(AisMessage, Vec<u8>, u8)> {
    let mut fragments = Fragments::default();
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines().filter(|line| !line.starts_with('#'))) {
        let Ok(sentence) = aivdm::Sentence::parse(line) else { continue };
        let (payload, fill_bits) = if sentence.fragment_count == 1 {
            (sentence.payload.to_vec(), sentence.fill_bits)
        } else {
            match fragments.push(&sentence, Part { line: number, ..Part::default() }) {
                Some(whole) => (whole.payload, whole.fill_bits),
                None => continue,
            }
        };
        if let Ok(message) = decode_message(&payload, fill_bits) {
            found.push((message, payload, fill_bits));
        }
    }
    found
}

/// A message as gpsd prints it unscaled, without the fields that only repeat others in words.
fn as_gpsd(message: &AisMessage, payload: &[u8], fill_bits: u8) -> Value {
    match message {
        AisMessage::PositionReportClassA(m) => json!({
            "type": m.message_type, "repeat": m.repeat_indicator, "mmsi": m.mmsi.raw(), "status": m.navigation_status.to_raw(),
            "turn": m.rate_of_turn.raw(), "speed": m.sog.raw(), "accuracy": m.position_accuracy, "lon": m.longitude.raw(),
            "lat": m.latitude.raw(), "course": m.cog.raw(), "heading": m.heading.raw(), "second": m.timestamp.to_raw(),
            "maneuver": m.maneuver_indicator.to_raw(), "raim": m.raim, "radio": m.radio_status,
        }),
        AisMessage::PositionReportClassB(m) => json!({
            "type": 18, "repeat": m.repeat_indicator, "mmsi": m.mmsi.raw(), "reserved": m.reserved, "speed": m.sog.raw(),
            "accuracy": m.position_accuracy, "lon": m.longitude.raw(), "lat": m.latitude.raw(), "course": m.cog.raw(),
            "heading": m.heading.raw(), "second": m.timestamp.to_raw(), "regional": m.regional_reserved, "cs": m.cs_unit,
            "display": m.display_flag, "dsc": m.dsc_flag, "band": m.band_flag, "msg22": m.message22_flag, "raim": m.raim,
            "radio": m.radio_status,
        }),
        AisMessage::PositionReportClassBExtended(m) => json!({
            "type": 19, "repeat": m.repeat_indicator, "mmsi": m.mmsi.raw(), "reserved": m.reserved, "speed": m.sog.raw(),
            "accuracy": m.position_accuracy, "lon": m.longitude.raw(), "lat": m.latitude.raw(), "course": m.cog.raw(),
            "heading": m.heading.raw(), "second": m.timestamp.to_raw(), "regional": m.regional_reserved,
            "shipname": m.name.as_str(), "shiptype": m.ship_type, "to_bow": m.dimension_to_bow, "to_stern": m.dimension_to_stern,
            "to_port": m.dimension_to_port, "to_starboard": m.dimension_to_starboard, "epfd": m.epfd_type.to_raw(),
            "raim": m.raim, "dte": u8::from(m.dte_not_ready), "assigned": m.assigned,
        }),
        AisMessage::StaticVoyageData(m) => json!({
            "type": 5, "repeat": m.repeat_indicator, "mmsi": m.mmsi.raw(), "imo": m.imo_number, "ais_version": m.ais_version,
            "callsign": m.call_sign.as_str(), "shipname": m.name.as_str(), "shiptype": m.ship_type, "to_bow": m.dimension_to_bow,
            "to_stern": m.dimension_to_stern, "to_port": m.dimension_to_port, "to_starboard": m.dimension_to_starboard,
            "epfd": m.epfd_type.to_raw(), "draught": m.draught_decimeters, "destination": m.destination.as_str(),
            "eta": format!("{:02}-{:02}T{:02}:{:02}Z", m.eta_month, m.eta_day, m.eta_hour, m.eta_minute),
            "dte": u8::from(m.dte_not_ready),
        }),
        AisMessage::StaticDataReport(m) => {
            let extra = StaticDataExtra::read(payload, fill_bits).unwrap();
            match m {
                StaticDataReport::A(part) => json!({
                    "type": 24, "repeat": extra.repeat_indicator, "mmsi": part.mmsi.raw(), "shipname": part.name.as_str(),
                }),
                StaticDataReport::B(part) => json!({
                    "type": 24, "repeat": extra.repeat_indicator, "mmsi": part.mmsi.raw(), "shiptype": part.ship_type,
                    "vendorid": part.vendor_id.as_str(), "model": extra.unit_model, "serial": extra.unit_serial,
                    "callsign": part.call_sign.as_str(), "to_bow": part.dimension_to_bow, "to_stern": part.dimension_to_stern,
                    "to_port": part.dimension_to_port, "to_starboard": part.dimension_to_starboard,
                }),
                other => panic!("{other:?}"),
            }
        }
        AisMessage::LongRangeBroadcast(m) => json!({
            "type": 27, "repeat": m.repeat_indicator, "mmsi": m.mmsi.raw(), "status": m.navigation_status.to_raw(),
            "accuracy": m.position_accuracy, "lon": m.longitude_raw, "lat": m.latitude_raw, "speed": m.sog_knots,
            "course": m.cog_degrees, "raim": m.raim, "gnss": m.position_latency_high,
        }),
        other => panic!("{other:?}"),
    }
}

/// What gpsd prints of the types that are read, without its wrapping and the fields in words.
fn expected(json_lines: &str) -> Vec<Map<String, Value>> {
    let objects = json_lines.lines().map(|line| serde_json::from_str::<Map<String, Value>>(line).unwrap());
    objects
        .filter(|object| READ_TYPES.contains(&object["type"].as_i64().unwrap()))
        .map(|mut object| {
            object.retain(|name, _| !name.ends_with("_text") && !["class", "device", "scaled"].contains(&name.as_str()));
            object
        })
        .collect()
}

#[test]
fn unscaled_fields_equal_gpsds() {
    let (Some(text), Some(json_lines)) = (shared(SAMPLE), shared("sea/gpsd_sample.aivdm.ju.chk")) else { return };
    let mut part_a: HashMap<u64, Map<String, Value>> = HashMap::new();
    let mut found = Vec::new();
    for (message, payload, fill_bits) in messages(&text) {
        let Value::Object(mut object) = as_gpsd(&message, &payload, fill_bits) else { panic!("an object") };
        let mmsi = object["mmsi"].as_u64().unwrap();
        if object["type"] == 24 && object.contains_key("shipname") {
            part_a.insert(mmsi, object);
            continue;
        }
        if object["type"] == 24 {
            // Deviation 1.
            let Some(first) = part_a.remove(&mmsi) else { continue };
            object.extend(first);
        }
        if payload.len() * 6 - usize::from(fill_bits) == 163 {
            // Deviation 2.
            assert_eq!(object["radio"], 34_432);
            object.insert("radio".into(), json!(34_432 >> 5));
        }
        found.push(object);
    }
    let expected = expected(&json_lines);
    assert_eq!(expected.len(), 17);
    for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert_eq!(found, expected, "message {index}");
    }
    assert_eq!(found.len(), expected.len());
}

#[test]
fn rows_equal_gpsds_scaled_fields() {
    let (Some(text), Some(json_lines)) = (shared(SAMPLE), shared("sea/gpsd_sample.aivdm.js.chk")) else { return };
    let (sink, summary) = read(&AisNmea, text.as_bytes());
    summary.unwrap();
    let expected = expected(&json_lines);
    let with_position: Vec<_> = expected.iter().filter(|object| object.contains_key("lat")).collect();
    let positions = sink.rows("ais_positions");
    assert_eq!(positions.len(), with_position.len());
    for (row, object) in positions.iter().zip(with_position) {
        assert_eq!((&row["mmsi"], &row["message_type"]), (&object["mmsi"], &object["type"]));
        // gpsd prints six decimals, and one of type 27.
        let precision = if row["message_type"] == 27 { 0.05 } else { 5e-7 };
        for (column, field) in [("latitude", "lat"), ("longitude", "lon")] {
            let (ours, theirs) = (row[column].as_f64().unwrap(), object[field].as_f64().unwrap());
            assert!((ours - theirs).abs() <= precision + 1e-12, "{column}: {ours} and {theirs}");
        }
        for (column, field, not_available) in
            [("speed_knots", "speed", 102.3), ("course_degrees", "course", 360.0), ("heading_degrees", "heading", 511.0)]
        {
            let ours = row.get(column).map(|value| value.as_f64().unwrap());
            let theirs = object.get(field).map(|value| value.as_f64().unwrap()).filter(|value| *value != not_available);
            let close = ours.zip(theirs).is_some_and(|(ours, theirs)| (ours - theirs).abs() < 1e-4);
            assert!(close || (ours.is_none() && theirs.is_none()), "{column}: {ours:?} and {theirs:?}");
        }
        assert_eq!(row["high_accuracy"], object["accuracy"]);
        assert_eq!(row["integrity_monitored"], object["raim"]);
    }
    let names: Vec<_> = sink.rows("ais_static").iter().filter_map(|row| row.get("name").cloned()).collect();
    for object in expected.iter().filter_map(|object| object.get("shipname")) {
        assert!(names.contains(object), "{object} is missing");
    }
}

/// The sentences whose decoded fields libais' `tagblock` test expects, rebuilt from those fields.
#[test]
fn tag_blocks_give_libais_times_and_stations() {
    let Some(json_lines) = shared("sea/libais_tagblock.json") else { return };
    let mut text = String::new();
    let mut expected = Vec::new();
    for line in json_lines.lines() {
        let object: Map<String, Value> = serde_json::from_str(line).unwrap();
        let station = object["tagblock_station"].as_str().unwrap();
        let at: oikos_model::Timestamp = object["timestamp"].as_str().unwrap().parse().unwrap();
        let fields = format!("s:{station},q:u,c:{},T:{}", at.as_second(), object["tagblock_T"].as_str().unwrap());
        let checksum = fields.bytes().fold(0, |sum, byte| sum ^ byte);
        text += &format!("\\{fields}*{checksum:02X}\\!AIVDM,1,1,,B,15M67FC000G?ufbE`FepT@3n00Sa,0*5C\n");
        expected.push((at.to_string(), station.to_owned()));
    }
    let (sink, _) = read(&AisNmea, text.as_bytes());
    let rows = sink.rows("ais_positions");
    let found: Vec<_> =
        rows.iter().map(|row| (row["at"].as_str().unwrap().to_owned(), row["station"].as_str().unwrap().to_owned())).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_copy_in_amsa_s_samples_gives_the_same_ships() {
    let (Some(sample), Some(copy)) = (shared(SAMPLE), shared("sea/amsa_samples.txt")) else { return };
    let ships = |text: &str| {
        let (sink, _) = read(&AisNmea, text.as_bytes());
        sink.rows("ais_positions").iter().map(|row| row["mmsi"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let of_sample = ships(&sample);
    let of_copy = ships(&copy);
    assert!(!of_copy.is_empty());
    assert!(of_copy.iter().all(|mmsi| of_sample.contains(mmsi)), "{of_copy:?}");
}
