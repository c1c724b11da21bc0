use proptest::prelude::*;
use serde_json::Value;

use super::message::{BadMessage, Content, MESSAGE_BYTES, Message, messages, sent_at};
use super::{COLUMNS, RemoteId};
use crate::readers::test_file::{read, shared};
use oikos_desk::Reader;

fn one(hex: &str) -> Message {
    messages(&hex::decode(hex).unwrap()).unwrap().remove(0)
}

/// A message of 25 bytes that begins with these.
fn padded(beginning: &[u8]) -> Vec<u8> {
    let mut bytes = beginning.to_vec();
    bytes.resize(MESSAGE_BYTES, 0);
    bytes
}

/// The vectors write "unknown" as the standard's reference implementation does.
fn location_as_the_vectors_say(location: &super::Location) -> Value {
    let (latitude, longitude) = location.place.unwrap_or((0.0, 0.0));
    serde_json::json!({
        "type": "location", "status": location.status, "direction": location.direction_degrees.unwrap_or(361.0),
        "speed_h": location.speed_m_per_s.unwrap_or(255.0), "speed_v": location.vertical_speed_m_per_s.unwrap_or(63.0),
        "lat": latitude, "lon": longitude, "alt_baro": location.altitude_pressure_m.unwrap_or(-1000.0),
        "alt_geo": location.altitude_ellipsoid_m.unwrap_or(-1000.0), "height_type": location.height_type,
        "height": location.height_m.unwrap_or(-1000.0), "hacc": location.horizontal_accuracy, "vacc": location.vertical_accuracy,
        "bacc": location.pressure_accuracy, "sacc": location.speed_accuracy, "tsacc": location.time_accuracy,
        "timestamp": location.tenths_after_hour.map_or(65_535.0, |tenths| f64::from(tenths) / 10.0),
    })
}

fn same(one: &Value, other: &Value) -> bool {
    one.as_f64().zip(other.as_f64()).map_or(one == other, |(one, other)| one == other)
}

#[test]
fn the_five_hundred_vectors_are_decoded_exactly() {
    let Some(text) = shared("air/remote_id_vectors.jsonl") else { return };
    let mut checked = 0;
    for line in text.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let decoded = match one(vector["hex"].as_str().unwrap()).content {
            Content::BasicId(basic) => serde_json::json!({
                "type": "basic_id", "ua_type": basic.aircraft_type, "id_type": basic.id_type, "uas_id": basic.aircraft_id,
            }),
            Content::Location(location) => location_as_the_vectors_say(&location),
            other => panic!("{other:?}"),
        };
        let expected = vector.as_object().unwrap();
        for (field, value) in expected.iter().filter(|(field, _)| *field != "hex") {
            assert!(same(value, &decoded[field]), "{field} of {line}: {}", decoded[field]);
        }
        assert_eq!(decoded.as_object().unwrap().len() + 1, expected.len());
        checked += 1;
    }
    assert_eq!(checked, 500);
    println!("Remote ID vectors: {checked} of 500 exact");
}

#[test]
fn self_id_operator_and_authentication() {
    let Content::SelfId(said) = one(&hex::encode(padded(b"\x32\x00survey"))).content else { panic!() };
    assert_eq!((said.description_type, said.description.as_deref()), (0, Some("survey")));
    let Content::OperatorId(operator) = one(&hex::encode(padded(b"\x52\x00FIN87astrdge12k8"))).content else { panic!() };
    assert_eq!((operator.id_type, operator.operator_id.as_deref()), (0, Some("FIN87astrdge12k8")));
    let first = padded(&[0x22, 0x10, 2, 63, 0, 0, 0, 1, 0xaa]);
    let Content::Authentication(page) = one(&hex::encode(&first)).content else { panic!() };
    let (last_page, length, at) = page.first.unwrap();
    assert_eq!((page.authentication_type, page.page, last_page, length, page.data.len()), (1, 0, 2, 63, 17));
    assert_eq!(at.as_second(), 1_546_300_800 + (1 << 24));
    let Content::Authentication(page) = one(&hex::encode(padded(&[0x22, 0x11, 0xbb]))).content else { panic!() };
    assert_eq!((page.first, page.data[0], page.data.len()), (None, 0xbb, 23));
    assert_eq!(one(&hex::encode(padded(&[0x62]))).content, Content::Other(6));
}

#[test]
fn the_system_message_says_where_the_operator_stands() {
    let mut bytes = vec![0x42, 0b0000_0101];
    bytes.extend(521_000_000i32.to_le_bytes());
    bytes.extend(212_000_000i32.to_le_bytes());
    bytes.extend(3u16.to_le_bytes());
    bytes.push(25);
    bytes.extend(2_400u16.to_le_bytes());
    bytes.extend(0u16.to_le_bytes());
    bytes.push(0x13);
    bytes.extend(2_240u16.to_le_bytes());
    bytes.extend(1u32.to_le_bytes());
    bytes.push(0);
    let Content::System(system) = one(&hex::encode(bytes)).content else { panic!() };
    assert_eq!((system.operator_location_type, system.operator_place), (1, Some((52.1, 21.2))));
    assert_eq!((system.area_count, system.area_radius_m), (3, 250.0));
    assert_eq!((system.area_ceiling_m, system.area_floor_m, system.operator_altitude_m), (Some(200.0), None, Some(120.0)));
    assert_eq!(system.european, Some((1, 3)));
    assert_eq!(system.sent_at.unwrap().to_string(), "2019-01-01T00:00:01Z");
}

#[test]
fn packs_hold_messages_and_a_counter_may_come_first() {
    let mut pack = vec![0xf2, 25, 2];
    pack.extend(padded(b"\x02\x121581F5FJC246400D1234"));
    pack.extend(padded(&[0x12]));
    let types = |bytes: &[u8]| -> Vec<&str> {
        messages(bytes).unwrap().iter().filter_map(|message| message.content.type_name()).collect()
    };
    assert_eq!(types(&pack), ["basic-id", "location"]);
    let counted = [vec![7], pack.clone()].concat();
    assert_eq!(types(&counted), ["basic-id", "location"]);
    assert_eq!(types(&[vec![7], padded(&[0x12])].concat()), ["location"]);
    let twice = [vec![0xf2, 25, 2], padded(&[0x12]), padded(&[0x12])].concat();
    let nested = [vec![0xf2, 25, 1], padded(&[0xf2])].concat();
    let sizes = [vec![0xf2, 24, 2], pack[3..].to_vec()].concat();
    let counts = [vec![0xf2, 25, 3], pack[3..].to_vec()].concat();
    for bad in [twice, nested, sizes, counts, vec![], vec![0; 24], vec![0xf2, 25, 0]] {
        assert!(messages(&bad).is_err(), "{bad:?}");
    }
    assert!(matches!(messages(&padded(b"\x32\x00\xff\xfe")), Err(BadMessage(problem)) if problem.contains("UTF-8")));
}

#[test]
fn an_aircrafts_time_is_that_of_the_nearest_hour() {
    let at = |text: &str| text.parse().unwrap();
    let said = |tenths, heard| sent_at(tenths, at(heard)).unwrap().to_string();
    assert_eq!(said(17_995, "2026-03-01T12:30:00Z"), "2026-03-01T12:29:59.5Z");
    assert_eq!(said(35_995, "2026-03-01T13:00:00Z"), "2026-03-01T12:59:59.5Z");
    assert_eq!(said(5, "2026-03-01T12:59:59.9Z"), "2026-03-01T13:00:00.5Z");
}

fn line(hex: &str) -> String {
    format!("2026-03-01T12:00:00Z,mast-1,AA:BB:CC:DD:EE:01,bluetooth-legacy,{hex}\n")
}

#[test]
fn messages_go_to_their_tables_and_what_names_the_operator_to_one_alone() {
    let mut text = COLUMNS.join(",") + "\n";
    text += &line(&hex::encode(padded(b"\x02\x129QX7CK7A412009311")));
    text += &line("1223b5ff7e000000000000000000001eb2723950 43ffff0800".replace(' ', "").as_str());
    text += &line("122373a0c34cd83d34f41aa234365dd5837cc92b6019640500");
    text += &line(&hex::encode(padded(b"\x52\x00FIN87astrdge12k8")));
    text += &line("zz");
    text += &line("0203");
    let (sink, summary) = read(&RemoteId, text.as_bytes());
    let summary = summary.unwrap();
    assert_eq!((summary.rows, summary.ignored["location without a position"]), (6, 1));
    assert_eq!(sink.rows("remote_id_messages").len(), 4);
    let identity = &sink.rows("remote_id_identities")[0];
    assert_eq!(
        (identity["serial_number"].as_str(), identity["serial_batch"].as_str()),
        (Some("9QX7CK7A412009311"), Some("9QX7:K7"))
    );
    let location = &sink.rows("remote_id_locations")[0];
    assert_eq!((location["height_above_takeoff_m"].as_f64(), location.get("height_above_ground_m")), (Some(24_790.0), None));
    assert_eq!(sink.rows("remote_id_operators")[0]["operator_id"], "FIN87astrdge12k8");
    for (table, batch) in &sink.batches {
        let said = serde_json::to_string(&oikos_desk::collected::json_rows(batch)).unwrap();
        assert_eq!(said.contains("87astr"), *table == "remote_id_operators", "{table}");
    }
    assert!(sink.statements.is_empty());
    let reasons: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref().unwrap())).collect();
    assert_eq!(reasons, [(6, "message_hex"), (7, "message_hex")]);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..240)) {
        if let Ok(found) = messages(&bytes) {
            prop_assert!((1..=9).contains(&found.len()));
        }
    }

    #[test]
    fn any_message_of_an_assigned_type_is_read_or_refused(kind in 0u8..6, rest in prop::array::uniform24(any::<u8>())) {
        let bytes = [&[kind << 4 | 2][..], &rest].concat();
        if let Ok(found) = messages(&bytes) {
            prop_assert_eq!(found[0].version, 2);
        }
    }

    #[test]
    fn mutated_files_never_panic(place in 0..150usize, byte: u8, cut in 0..150usize) {
        let mut file = (COLUMNS.join(",") + "\n" + &line(&"12".repeat(25))).into_bytes();
        let length = file.len();
        file[place % length] = byte;
        file.truncate(length - cut % length);
        let _ = read(&RemoteId, &file);
        let _ = RemoteId.recognises(&file);
    }
}
