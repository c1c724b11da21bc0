//! Files that come in over the API: what they are, that they wait and go, and what was imported and refused.

use std::sync::Arc;

use crate::house::{House, config};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use oikos_model::{Clock, SimulatedClock, Timestamp};
use oikos_node::NodeConfig;
use serde_json::{Value, json};

const GOOD: &str = "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A\n";
const BAD: &str = "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4B\n";

fn upload(house: &House, who: &str, name: &str, bytes: &[u8]) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/api/v1/uploads?name={name}"))
        .header(header::AUTHORIZATION, format!("Bearer {who}"))
        .header(header::CONTENT_TYPE, "application/octet-stream");
    let (status, _, answer) = house.send(request.body(Body::from(bytes.to_vec())).unwrap());
    (status, answer)
}

fn import(house: &House, who: &str, upload: &Value) -> Value {
    let (status, job) = house.call(Method::POST, "/imports", Some(who), Some(&json!({ "uploads": [upload["id"]] })));
    assert_eq!(status, StatusCode::OK, "{job}");
    house.finished(&job)[0].clone()
}

fn get(house: &House, who: &str, path: &str) -> (StatusCode, Value) {
    house.call(Method::GET, path, Some(who), None)
}

/// Files that wait in the node's folder.
fn waiting(house: &House) -> usize {
    std::fs::read_dir(house.folder.uploads()).unwrap().count()
}

#[test]
fn a_file_says_what_it_is_before_anything_of_it_lands() {
    let house = House::new();
    let anna = house.person("anna", &["analyst", "desk:sea"]);
    let (status, view) = upload(&house, &anna, "..%2F..%2Fpositions.nmea", format!("{GOOD}{BAD}").as_bytes());
    assert_eq!(status, StatusCode::OK, "{view}");
    assert_eq!((&view["name"], &view["bytes"]), (&json!("positions.nmea"), &json!(GOOD.len() + BAD.len())));
    let reader = &view["readers"][0];
    assert_eq!(
        (&reader["desk"], &reader["recognised"], &reader["problem"]),
        (&json!("sea"), &json!(true), &Value::Null),
        "{view}"
    );
    let table = &reader["first"]["tables"][0];
    assert_eq!((&table["table"], table["rows"].as_array().unwrap().len()), (&json!("ais_positions"), 1));
    assert_eq!(reader["first"]["rejects"][0]["position"], 2, "{reader}");
    assert_eq!(house.sql("SELECT count(*) AS n FROM ais_positions")[0]["n"], 0);
    let outcome = import(&house, &anna, &view);
    assert_eq!((&outcome["report"]["records"], &outcome["report"]["file"]), (&json!(1), &json!("positions.nmea")), "{outcome}");
    assert_eq!(waiting(&house), 0, "an imported file is gone");
    assert_eq!(get(&house, &anna, &format!("/uploads/{}", view["id"].as_str().unwrap())).0, StatusCode::NOT_FOUND);
}

#[test]
fn the_same_bytes_are_recognised_whatever_they_are_called() {
    let house = House::new();
    let anna = house.person("anna", &["analyst", "desk:sea"]);
    let (_, first) = upload(&house, &anna, "one.nmea", GOOD.as_bytes());
    assert_eq!(first["known"], json!([]));
    let number = import(&house, &anna, &first)["report"]["import_number"].clone();
    let (_, again) = upload(&house, &anna, "two.nmea", GOOD.as_bytes());
    assert_eq!(again["known"][0]["number"], number, "{again}");
    assert_eq!(import(&house, &anna, &again)["report"]["unchanged"], true);
    let (_, page) = get(&house, &anna, "/imports");
    assert_eq!((&page["total"], &page["imports"][0]["file"]), (&json!(1), &json!("one.nmea")), "{page}");
}

#[test]
fn what_no_reader_recognises_is_said_and_can_be_discarded() {
    let house = House::new();
    let anna = house.person("anna", &["analyst", "desk:sea"]);
    let (status, view) = upload(&house, &anna, "noise.bin", &[0xde, 0xad, 0xbe, 0xef]);
    assert_eq!(status, StatusCode::OK, "{view}");
    let readers = view["readers"].as_array().unwrap();
    assert!(readers.len() > 2 && readers.iter().all(|one| one["recognised"] == false && one["problem"].is_string()), "{view}");
    assert!(import(&house, &anna, &view)["error"].as_str().unwrap().contains("noise.bin: no reader recognises"));
    assert_eq!(waiting(&house), 2, "it can be tried in another format: the file and its note");
    let path = format!("/uploads/{}", view["id"].as_str().unwrap());
    assert_eq!(house.call(Method::DELETE, &path, Some(&anna), None).0, StatusCode::OK);
    assert_eq!(waiting(&house), 0);
    let (status, answer) = upload(&house, &anna, "empty.bin", b"");
    assert_eq!((status, waiting(&house)), (StatusCode::UNPROCESSABLE_ENTITY, 0), "{answer}");
}

#[test]
fn a_file_beyond_the_limit_leaves_nothing() {
    let settings = NodeConfig { upload_bytes_maximum: 1_000, ..config() };
    let house = House::with(&settings, Arc::new(oikos_model::SystemClock));
    let anna = house.person("anna", &["analyst", "desk:sea"]);
    assert_eq!(upload(&house, &anna, "fits.bin", &[b'x'; 1_000]).0, StatusCode::OK);
    assert_eq!(waiting(&house), 2);
    let (status, answer) = upload(&house, &anna, "large.bin", &[b'x'; 1_001]);
    assert_eq!((status, &answer["code"], waiting(&house)), (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large"), 2), "{answer}");
}

#[test]
fn a_file_belongs_to_whoever_sent_it() {
    let house = House::new();
    let anna = house.person("anna", &["analyst", "desk:sea"]);
    let bert = house.person("bert", &["analyst", "desk:sea"]);
    let (_, view) = upload(&house, &anna, "one.nmea", GOOD.as_bytes());
    let path = format!("/uploads/{}", view["id"].as_str().unwrap());
    assert_eq!(get(&house, &bert, &path).0, StatusCode::NOT_FOUND);
    assert_eq!(house.call(Method::DELETE, &path, Some(&bert), None).0, StatusCode::NOT_FOUND);
    assert!(import(&house, &bert, &view)["error"].is_string());
    for id in ["..%2Fregistry.sqlite", "%2Fetc%2Fpasswd", "0"] {
        assert_eq!(get(&house, &anna, &format!("/uploads/{id}")).0, StatusCode::NOT_FOUND, "{id}");
    }
    let nora = house.person("nora", &["auditor"]);
    assert_eq!(upload(&house, &nora, "one.nmea", GOOD.as_bytes()).0, StatusCode::FORBIDDEN);
}

#[test]
fn a_file_waits_a_day() {
    let clock = Arc::new(SimulatedClock::new(Timestamp::from_second(1_800_000_000).unwrap()));
    let as_clock: Arc<dyn Clock> = clock.clone();
    let house = House::with(&config(), as_clock);
    let operator = house.operator();
    assert_eq!(upload(&house, &operator, "one.nmea", GOOD.as_bytes()).0, StatusCode::OK);
    clock.advance_to(Timestamp::from_second(1_800_000_000 + 86_399).unwrap());
    house.node.sweep_uploads().unwrap();
    assert_eq!(waiting(&house), 2);
    clock.advance_to(Timestamp::from_second(1_800_000_000 + 86_400).unwrap());
    house.node.sweep_uploads().unwrap();
    assert_eq!(waiting(&house), 0);
}

#[test]
fn refused_rows_are_shown_in_parts_and_go_with_the_import() {
    let house = House::new();
    let anna = house.person("anna", &["analyst", "desk:sea"]);
    let (_, view) = upload(&house, &anna, "mixed.nmea", format!("{GOOD}{BAD}{BAD}{BAD}").as_bytes());
    let number = import(&house, &anna, &view)["report"]["import_number"].as_u64().unwrap();
    let (status, page) = get(&house, &anna, &format!("/imports/{number}/rejects?offset=1&limit=1"));
    assert_eq!((status, &page["total"], &page["gone"]), (StatusCode::OK, &json!(3), &json!(false)), "{page}");
    assert_eq!((page["rejects"].as_array().unwrap().len(), &page["rejects"][0]["position"]), (1, &json!(3)));
    assert!(page["rejects"][0]["reason"].as_str().unwrap().contains("checksum"), "{page}");
    let request = Request::builder()
        .uri(format!("/api/v1/imports/{number}/rejects/file"))
        .header(header::AUTHORIZATION, format!("Bearer {anna}"));
    let (status, headers, _) = house.send(request.body(Body::empty()).unwrap());
    assert_eq!(status, StatusCode::OK);
    assert!(headers[header::CONTENT_DISPOSITION].to_str().unwrap().contains("rejects-000001.jsonl"));
    // Whoever is of no such desk does not even know of the import.
    let otto = house.person("otto", &["analyst", "desk:ownership"]);
    assert_eq!(get(&house, &otto, "/imports").1["total"], 0);
    assert_eq!(get(&house, &otto, &format!("/imports/{number}/rejects")).0, StatusCode::NOT_FOUND);
    // Whoever erases sees which imports there are, and not what they refused.
    let officer = house.person("dora", &["data-protection-officer"]);
    assert_eq!(get(&house, &officer, "/imports").1["total"], 1);
    assert_eq!(get(&house, &officer, &format!("/imports/{number}/rejects")).0, StatusCode::NOT_FOUND);
    let (status, report) = house.call(Method::POST, "/erasures", Some(&officer), Some(&json!({ "import": number })));
    assert_eq!(status, StatusCode::OK, "{report}");
    let (_, page) = get(&house, &anna, &format!("/imports/{number}/rejects"));
    assert_eq!((&page["gone"], &page["rejects"]), (&json!(true), &json!([])), "the rows quoted what was erased");
    assert_eq!(get(&house, &anna, &format!("/imports/{number}")).1["erased"], true);
}
