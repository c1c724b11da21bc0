//! Desks as people work with them: how they do, how a detector is set and tried, and detectors of one's own.

use crate::house::House;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

const POSITION: &str = "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A";

/// A detector as an analyst would write it: ships that moved.
const MOVED: &str = r#"---
id: sea.moved
finds: A ship that moved.
why: For a test.
legal_basis: Dir. 2002/59/EC Art. 6
tables: [ais_positions]
lookback_hours: 24
lateness_hours: 0
false_positives: [All of them.]
references: []
parameters:
  speed_knots: { default: 0, unit: kn, minimum: 0, maximum: 200, description: The least speed. }
  weight_bits: { default: 1, unit: bits, description: What it weighs. }
finding:
  key: [mmsi]
  title: "{mmsi} moved"
  from: at
  to: at
  prior_bits: 0
  reasons:
    - { name: moved, bits: moved_bits, text: It moved. }
  facts: []
  evidence:
    - { table: ais_positions, column: record_id }
---
# Ships that moved

```sql recent
SELECT mmsi, at, record_id, speed_knots
FROM ais_positions WHERE at >= $read_from AND at < $span_to
```

```sql moved
SELECT mmsi, max(at) AS at, max(record_id) AS record_id, $weight_bits AS moved_bits
FROM recent GROUP BY mmsi HAVING max(speed_knots) >= $speed_knots
```
"#;

struct Desk {
    house: House,
    analyst: String,
    supervisor: String,
}

impl Desk {
    /// A node with one position of one ship, which moved.
    fn new() -> Self {
        let house = House::new();
        let outcome = house.import(&house.file("one.nmea", format!("{POSITION}\n").as_bytes()));
        assert_eq!(outcome["report"]["records"], 1, "{outcome}");
        let analyst = house.person("anna", &["analyst", "desk:sea"]);
        let supervisor = house.person("sari", &["supervisor", "desk:sea"]);
        Self { house, analyst, supervisor }
    }

    fn call(&self, method: Method, path: &str, who: &str, body: Value) -> (StatusCode, Value) {
        let body = if body.is_null() { None } else { Some(body) };
        self.house.call(method, path, Some(who), body.as_ref())
    }

    fn get(&self, path: &str) -> Value {
        let (status, answer) = self.call(Method::GET, path, &self.analyst, Value::Null);
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    fn supervise(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, &self.supervisor, body);
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    /// Keeps the detector, enables it and runs it.
    fn moved(&self) {
        let (status, page) = self.call(Method::POST, "/detectors", &self.analyst, json!({ "text": MOVED, "reason": "a test" }));
        assert_eq!((status, &page["enabled"]), (StatusCode::OK, &json!(false)), "{page}");
        self.supervise("/detectors/sea.moved/switch", json!({ "enabled": true, "reason": "a test" }));
        self.run();
    }

    fn run(&self) -> Value {
        self.house.detect(&json!({ "detector": "sea.moved" }))
    }

    fn findings(&self, state: &str) -> Value {
        self.get(&format!("/findings?state={state}"))
    }

    fn detector_of_list(&self, id: &str) -> Option<Value> {
        let desks = self.get("/desks");
        let detectors = desks.as_array().unwrap().iter().flat_map(|desk| desk["detectors"].as_array().unwrap());
        detectors.clone().find(|detector| detector["id"] == id).cloned()
    }

    fn preview(&self, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, "/previews", &self.analyst, body);
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    /// Tries parameters and gives the job with its report.
    fn trial(&self, values: Value) -> (String, Value) {
        let (status, job) = self.call(Method::POST, "/detectors/sea.moved/trials", &self.analyst, json!({ "values": values }));
        assert_eq!(status, StatusCode::OK, "{job}");
        let outcome = self.house.finished(&job);
        assert!(outcome["code"].is_null(), "{outcome}");
        assert!(outcome["new"].is_null(), "the job itself says numbers only: {outcome}");
        let id = job["id"].as_str().unwrap().to_owned();
        let report = self.get(&format!("/trials/{id}"));
        (id, report)
    }
}

#[test]
fn desks_say_what_came_in_how_detectors_did_and_how_many_alerts_there_are() {
    let desk = Desk::new();
    desk.moved();
    let desks = desk.get("/desks");
    let sea = desks.as_array().unwrap().iter().find(|one| one["name"] == "sea").unwrap();
    let ais = sea["datasets"].as_array().unwrap().iter().find(|one| one["records"] == 1).unwrap();
    assert_eq!((&ais["imports"], &ais["rejects"]), (&json!(1), &json!(0)));
    assert!(ais["last_import_at"].is_string() && ais["newest_record_at"].is_string(), "{ais}");
    let moved = desk.detector_of_list("sea.moved").unwrap();
    assert_eq!((&moved["own"], &moved["enabled"], &moved["alerts"]), (&json!(true), &json!(true), &json!(1)));
    assert_eq!((&moved["last_run"]["new"], &moved["last_run"]["failed"]), (&json!(1), &Value::Null));
    assert_eq!(moved["alerts_by_day"].as_array().unwrap().len(), 1);
    // Whoever sees no case data sees that there are detectors, and no count of what is not marked for their purpose.
    let administrator = desk.house.person("olga", &["administrator"]);
    assert_eq!(desk.call(Method::GET, "/desks", &administrator, Value::Null).0, StatusCode::OK);
}

#[test]
fn parameters_are_saved_with_a_reason_used_by_runs_and_undone() {
    let desk = Desk::new();
    desk.moved();
    let before = desk.get("/detectors/sea.moved");
    let change = json!({ "values": { "weight_bits": 3 }, "reason": "it weighs more" });
    let (status, refusal) = desk.call(Method::POST, "/detectors/sea.moved/parameters", &desk.analyst, change.clone());
    assert_eq!(status, StatusCode::FORBIDDEN, "{refusal}");
    let page = desk.supervise("/detectors/sea.moved/parameters", change);
    assert_ne!(page["parameter_hash"], before["parameter_hash"]);
    assert_eq!(page["changes"][0]["kind"], "parameters");
    assert_eq!(page["changes"][0]["reason"], "it weighs more");
    assert_eq!((&page["changes"][0]["before"], &page["changes"][0]["after"]), (&json!({}), &json!({ "weight_bits": 3.0 })));
    let entry = desk.house.newest_entries(1).pop().unwrap();
    assert_eq!(entry["act"]["action"], "change_detector", "{entry}");
    assert_eq!(entry["detail"]["after"]["weight_bits"], 3.0, "{entry}");
    // What was found stays until the next run, which uses the new value.
    assert_eq!(desk.findings("open")["findings"][0]["score_bits"], 1.0);
    desk.run();
    assert_eq!(desk.findings("open")["findings"][0]["score_bits"], 3.0);
    let number = page["changes"][0]["number"].clone();
    let page = desk.supervise("/detectors/sea.moved/parameters", json!({ "undoes": number, "reason": "it does not" }));
    assert_eq!(page["parameter_hash"], before["parameter_hash"]);
    assert_eq!(page["changes"][0]["undoes"], number);
    let refused = |body: Value| desk.call(Method::POST, "/detectors/sea.moved/parameters", &desk.supervisor, body);
    let (status, answer) = refused(json!({ "values": { "speed_knots": 500 }, "reason": "faster" }));
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer["message"].as_str().unwrap().contains("at most 200 kn"), "{answer}");
    assert_eq!(refused(json!({ "values": { "weight_bits": 2 }, "reason": "  " })).0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused(json!({ "values": {}, "reason": "as it is" })).0, StatusCode::CONFLICT);
    assert_eq!(refused(json!({ "undoes": 999, "reason": "none" })).0, StatusCode::NOT_FOUND);
}

#[test]
fn a_trial_compares_and_keeps_nothing() {
    let desk = Desk::new();
    desk.moved();
    let before = desk.findings("all");
    let (id, report) = desk.trial(json!({ "weight_bits": 2 }));
    assert_eq!((&report["now"], &report["tried"], &report["unchanged"]), (&json!(1), &json!(1), &json!(0)), "{report}");
    let changed = &report["changed"]["first"][0];
    assert_eq!((&changed["bits_now"], &changed["bits_tried"], &changed["state"]), (&json!(1.0), &json!(2.0), &json!("open")));
    assert_eq!(report["parameters"][0]["name"], "weight_bits");
    assert_eq!(report["cost"]["records"], 1);
    let (_, report) = desk.trial(json!({ "speed_knots": 200 }));
    assert_eq!((&report["vanished"]["count"], &report["new"]["count"], &report["tried"]), (&json!(1), &json!(0), &json!(0)));
    let (_, report) = desk.trial(json!({}));
    assert_eq!((&report["unchanged"], &report["changed"]["count"]), (&json!(1), &json!(0)));
    assert_eq!(desk.findings("all"), before);
    assert_eq!(desk.get("/detectors/sea.moved")["changes"].as_array().unwrap().len(), 2, "written and enabled, nothing else");
    // It is for whoever asked; those who may not run detectors see no result of any job.
    let (status, _) = desk.call(Method::GET, &format!("/trials/{id}"), &desk.supervisor, Value::Null);
    assert_eq!(status, StatusCode::NOT_FOUND);
    let auditor = desk.house.person("nora", &["auditor"]);
    let (status, job) = desk.call(Method::GET, &format!("/jobs/{id}"), &auditor, Value::Null);
    assert_eq!((status, &job["result"]), (StatusCode::OK, &Value::Null));
}

#[test]
fn a_trial_without_end_is_stopped() {
    let desk = Desk::new();
    let endless = MOVED.replace("FROM ais_positions WHERE", "FROM ais_positions CROSS JOIN (WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n) SELECT max(x) AS x FROM n) AS never WHERE x > 0 AND");
    let (status, page) = desk.call(Method::POST, "/detectors", &desk.analyst, json!({ "text": endless, "reason": "a test" }));
    assert_eq!(status, StatusCode::OK, "{page}");
    let (_, job) = desk.call(Method::POST, "/detectors/sea.moved/trials", &desk.analyst, json!({}));
    let path = format!("/trials/{}", job["id"].as_str().unwrap());
    assert_eq!(desk.call(Method::DELETE, &path, &desk.supervisor, Value::Null).0, StatusCode::NOT_FOUND, "it is not theirs");
    // The job's row is there a moment before its work begins.
    while desk.call(Method::DELETE, &path, &desk.analyst, Value::Null).0 != StatusCode::OK {
        std::thread::yield_now();
    }
    assert_eq!(desk.house.finished(&job)["code"], "stopped");
    assert_eq!(desk.call(Method::GET, &path, &desk.analyst, Value::Null).0, StatusCode::NOT_FOUND);
}

#[test]
fn a_preview_shows_rows_or_the_place_of_what_is_wrong() {
    let desk = Desk::new();
    let preview = desk.preview(json!({ "text": MOVED }));
    assert_eq!((&preview["problem"], &preview["step"]), (&Value::Null, &json!("moved")), "{preview}");
    assert_eq!(preview["steps"], json!(["recent", "moved"]));
    assert_eq!((preview["rows"].as_array().unwrap().len(), &preview["columns"][0]), (1, &json!("mmsi")));
    let preview = desk.preview(json!({ "text": MOVED, "step": "recent", "parameters": { "weight_bits": 4 } }));
    assert_eq!(preview["columns"], json!(["mmsi", "at", "record_id", "speed_knots"]));
    let line = |of: &str| MOVED.lines().position(|line| line.contains(of)).unwrap() + 1;
    for (from, to, at, column, says) in [
        ("record_id, speed_knots\n", "record_id, speed_nots\n", "SELECT mmsi, at", 29, "speed_nots"),
        ("FROM recent GROUP BY", "FROM recent GROUP BUY", "FROM recent", 13, "found: GROUP"),
        ("FROM ais_positions WHERE", "FROM vessel_register WHERE", "FROM ais_positions", 6, "there is no table"),
        ("max(at) AS at,", "max(at) AS at2,", "SELECT mmsi, max", 1, "at"),
        ("finds:", "find:", "finds:", 1, "unknown field"),
        ("unit: kn", "unit: km", "speed_knots:", 3, "the name must end in"),
        ("```sql moved", "```kernel moved", "SELECT mmsi, max", 1, ""),
    ] {
        let preview = desk.preview(json!({ "text": MOVED.replacen(from, to, 1) }));
        let problem = &preview["problem"];
        assert_eq!((&problem["line"], &problem["column"]), (&json!(line(at)), &json!(column)), "{to}: {problem}");
        assert!(problem["message"].as_str().unwrap().contains(says), "{problem}");
    }
    // Earlier steps can be looked at while a later one is wrong.
    let broken = MOVED.replacen("FROM recent GROUP", "FROM recents GROUP", 1);
    let preview = desk.preview(json!({ "text": broken, "step": "recent" }));
    assert_eq!((preview["rows"].as_array().unwrap().len(), preview["problem"].is_object()), (1, true), "{preview}");
}

#[test]
fn a_preview_shows_no_restricted_column_and_no_other_desks_records() {
    let desk = Desk::new();
    let all = MOVED.replacen("tables: [ais_positions]", "tables: [ais_positions, vessel_register]", 1);
    let all = all.replacen(
        "SELECT mmsi, at, record_id, speed_knots\nFROM ais_positions WHERE at >= $read_from AND at < $span_to",
        "SELECT owner_name FROM vessel_register",
        1,
    );
    let preview = desk.preview(json!({ "text": all, "step": "recent" }));
    assert!(preview["problem"]["message"].as_str().unwrap().contains("owner_name"), "{preview}");
    let stranger = desk.house.person("otto", &["analyst", "desk:ownership"]);
    let (_, preview) = desk.call(Method::POST, "/previews", &stranger, json!({ "text": MOVED }));
    assert_eq!(preview["rows"], json!([]), "{preview}");
}

#[test]
fn an_own_detector_arrives_disabled_and_runs_only_after_a_second_act() {
    let desk = Desk::new();
    let kept = desk.call(Method::POST, "/detectors", &desk.analyst, json!({ "text": MOVED, "reason": "a test" })).1;
    assert_eq!((&kept["enabled"], &kept["own"], &kept["changes"][0]["kind"]), (&json!(false), &json!(true), &json!("written")));
    desk.house.detect(&json!({}));
    assert_eq!(desk.findings("all")["total"], 0);
    assert_eq!(desk.run()["code"], "conflict");
    let enable = json!({ "enabled": true, "reason": "tried on a month" });
    assert_eq!(desk.call(Method::POST, "/detectors/sea.moved/switch", &desk.analyst, enable.clone()).0, StatusCode::FORBIDDEN);
    desk.supervise("/detectors/sea.moved/switch", enable);
    desk.house.detect(&json!({}));
    assert_eq!(desk.findings("open")["total"], 1);
    // A new version is a new question: it waits again.
    let newer = MOVED.replace("A ship that moved.", "A ship that moved at all.");
    let page = desk.call(Method::POST, "/detectors", &desk.analyst, json!({ "text": newer, "reason": "clearer" })).1;
    assert_eq!((&page["enabled"], &page["finds"]), (&json!(false), &json!("A ship that moved at all.")));
    let file = desk.get("/detectors/sea.moved/file");
    assert_eq!((&file["text"], &file["name"]), (&json!(newer), &json!("sea.moved.md")));
    // The finding still has its manual page.
    let key = desk.findings("open")["findings"][0]["key"].as_str().unwrap().to_owned();
    assert_eq!(desk.get(&format!("/findings/test.node/{key}"))["detector"]["id"], "sea.moved");
}

#[test]
fn the_question_travels_and_what_cannot_run_is_refused() {
    let (one, other) = (Desk::new(), Desk::new());
    one.moved();
    let file = one.get("/detectors/sea.moved/file");
    let taken = json!({ "text": file["text"], "from": "test.node", "reason": "asked by the partner" });
    let page = other.call(Method::POST, "/detectors", &other.analyst, taken.clone()).1;
    assert_eq!((&page["enabled"], &page["changes"][0]["kind"]), (&json!(false), &json!("taken_in")));
    assert_eq!(page["text_hash"], one.get("/detectors/sea.moved")["text_hash"]);
    let refused = |text: String| {
        let (status, answer) =
            other.call(Method::POST, "/detectors", &other.analyst, json!({ "text": text, "reason": "a test" }));
        assert!(status.is_client_error(), "{answer}");
        answer["message"].as_str().unwrap().to_owned()
    };
    assert!(refused(MOVED.to_owned()).contains("very text"));
    assert!(refused(MOVED.replace("id: sea.moved", "id: sea.gap")).contains("came with the program"));
    assert!(
        refused(MOVED.replace("id: sea.moved", "id: space.moved")).contains("line 2, column 1: id: there is no desk \"space\"")
    );
    let kernel = "```kernel moved\nrun: rm_rf\ninputs: [recent]\n```";
    let unknown = format!("{}{kernel}\n", MOVED.split("```sql moved").next().unwrap());
    assert!(refused(unknown).contains("the desk has no kernel \"rm_rf\""));
}

#[test]
fn a_disabled_detector_does_not_run_and_a_removed_one_takes_its_findings_with_it() {
    let desk = Desk::new();
    desk.moved();
    let remove = |desk: &Desk| desk.call(Method::DELETE, "/detectors/sea.moved?reason=over", &desk.supervisor, Value::Null);
    assert_eq!(remove(&desk).0, StatusCode::CONFLICT, "it is enabled");
    desk.supervise("/detectors/sea.moved/switch", json!({ "enabled": false, "reason": "too many" }));
    assert_eq!(desk.findings("open")["total"], 1, "what was found stays");
    assert_eq!(remove(&desk).0, StatusCode::OK);
    assert_eq!(desk.findings("open")["total"], 0);
    assert!(desk.detector_of_list("sea.moved").is_none());
    let (status, _) = desk.call(Method::DELETE, "/detectors/sea.gap?reason=over", &desk.supervisor, Value::Null);
    assert_eq!(status, StatusCode::NOT_FOUND, "it came with the program");
    desk.supervise("/detectors/sea.gap/switch", json!({ "enabled": false, "reason": "no receiver" }));
    let reports = desk.house.detect(&json!({}));
    assert!(reports.as_array().unwrap().iter().all(|report| report["detector"] != "sea.gap"), "{reports}");
}
