//! Importing as a user would: real samples, garbage, the same file twice, and erasing again.

use std::collections::BTreeSet;

use crate::house::{House, shared};
use oikos_model::DatasetId;
use oikos_registry::{StatementQuery, Store};
use serde_json::json;

#[test]
fn a_real_ais_sample_lands_and_a_second_import_changes_nothing() {
    let Some(sample) = shared("sea/gpsd_sample.aivdm") else { return };
    let house = House::new();
    let first = house.import(&sample);
    assert!(first["error"].is_null(), "{first}");
    let records = first["report"]["records"].as_u64().unwrap();
    assert!(records > 10, "{first}");
    let counted = house.sql("SELECT count(*) AS n FROM ais_positions")[0]["n"].as_u64().unwrap();
    let second = house.import(&sample);
    assert_eq!(second["report"]["unchanged"], true);
    assert_eq!(house.sql("SELECT count(*) AS n FROM ais_positions")[0]["n"].as_u64().unwrap(), counted);
}

#[test]
fn running_again_changes_nothing() {
    let Some(sample) = shared("sea/gpsd_sample.aivdm") else { return };
    let house = House::new();
    house.import(&sample);
    house.detect(&json!({}));
    let before = house.call(axum::http::Method::GET, "/findings?state=all", Some(&house.operator()), None).1;
    for report in house.detect(&json!({ "from": "2001-01-01T00:00:00Z" })).as_array().unwrap() {
        assert_eq!((report["new"].as_u64(), report["revised"].as_u64()), (Some(0), Some(0)), "{report}");
    }
    assert_eq!(house.call(axum::http::Method::GET, "/findings?state=all", Some(&house.operator()), None).1, before);
}

#[test]
fn every_ownership_example_lands() {
    let Some(folder) = shared("ownership/bods/examples") else { return };
    let house = House::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let outcome = house.import(&path);
        assert!(outcome["error"].is_null(), "{}: {outcome}", path.display());
        assert!(outcome["report"]["records"].as_u64().unwrap() > 0, "{}: {outcome}", path.display());
    }
    house.detect(&json!({}));
}

#[test]
fn garbage_is_refused_with_a_reason_and_leaves_nothing() {
    let house = House::new();
    let deep = format!("[{}{}]", "[".repeat(100_000), "]".repeat(100_000));
    let files: &[(&str, &[u8])] = &[
        ("empty.bin", b""),
        ("noise.bin", &[0xde, 0xad, 0xbe, 0xef, 0x00, 0xff, 0xfe]),
        ("utf16.json", b"\xff\xfe[\x00{\x00"),
        ("deep.json", deep.as_bytes()),
    ];
    for (name, bytes) in files {
        let outcome = house.import(&house.file(name, bytes));
        let landed = outcome["report"]["records"].as_u64().unwrap_or_default();
        assert_eq!(landed, 0, "{name}: {outcome}");
        let said = outcome["error"].is_string() || outcome["report"]["rejects"].as_u64().unwrap_or_default() > 0;
        assert!(said, "{name}: nobody is told why: {outcome}");
    }
    assert_eq!(house.sql("SELECT count(*) AS n FROM ownership_entities")[0]["n"], 0);
}

#[test]
fn good_rows_land_and_bad_ones_go_to_the_reject_file_with_place_and_reason() {
    let good = "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A";
    let bad = "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4B";
    let house = House::new();
    let outcome = house.import(&house.file("mixed.nmea", format!("{good}\n{bad}\n!AIVDM,1,1\n").as_bytes()));
    let report = &outcome["report"];
    assert_eq!((report["records"].as_u64(), report["rejects"].as_u64()), (Some(1), Some(2)), "{outcome}");
    let rejects = std::fs::read_to_string(report["reject_file"].as_str().unwrap()).unwrap();
    assert_eq!(rejects.lines().count(), 2);
    assert!(rejects.contains("\"position\":2") && rejects.contains("checksum"), "{rejects}");
}

#[test]
fn what_one_import_brought_can_be_erased_for_good() {
    let Some(sample) = shared("sea/gpsd_sample.aivdm") else { return };
    let house = House::new();
    let number = house.import(&sample)["report"]["import_number"].as_u64().unwrap();
    let officer = house.person("nora", &["data-protection-officer"]);
    let (status, report) = house.call(axum::http::Method::POST, "/erasures", Some(&officer), Some(&json!({ "import": number })));
    assert!(status.is_success() && report["records"].as_u64().unwrap() > 10, "{report}");
    assert_eq!(house.sql("SELECT count(*) AS n FROM ais_positions")[0]["n"], 0);
    let left: Vec<_> =
        walk(house.folder.lake()).into_iter().filter(|path| path.extension().is_some_and(|e| e == "parquet")).collect();
    assert!(left.is_empty(), "{left:?}");
    // The same bytes can be imported again afterwards.
    assert_eq!(house.import(&sample)["report"]["unchanged"], false);
}

fn walk(folder: std::path::PathBuf) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(path)) } else { found.push(path) }
    }
    found
}

/// A list in the form of the United Nations', as it was made on a day, with these people.
fn consolidated_list(day: &str, people: &[&str]) -> String {
    let individual =
        |name: &&str| format!("<INDIVIDUAL><DATAID>{}</DATAID><FIRST_NAME>{name}</FIRST_NAME></INDIVIDUAL>", name.len());
    let people: String = people.iter().map(individual).collect();
    format!(
        "<CONSOLIDATED_LIST dateGenerated=\"2026-06-{day}T00:00:00.000Z\"><INDIVIDUALS>{people}</INDIVIDUALS></CONSOLIDATED_LIST>"
    )
}

#[test]
fn a_list_that_is_whole_ends_who_is_gone_and_takes_up_who_is_back() {
    let house = House::new();
    let names = |house: &House| {
        let dataset = DatasetId::new("entities.un-sanctions").unwrap();
        let query = StatementQuery { dataset: Some(&dataset), property: Some("name"), ..StatementQuery::default() };
        let store = house.store();
        let statements = store.snapshot(&crate::house::act()).unwrap().statements(&query).unwrap();
        statements.into_iter().map(|statement| statement.content.value).collect::<BTreeSet<String>>()
    };
    let import = |name: &str, text: &str| {
        let path = house.file(name, text.as_bytes());
        let outcome = house.import(&path);
        assert!(outcome["error"].is_null(), "{outcome}");
        outcome["report"]["ended"].as_u64().unwrap()
    };
    assert_eq!(import("first.xml", &consolidated_list("01", &["ARMAN", "MARTA B"])), 0);
    assert_eq!(names(&house), ["ARMAN", "MARTA B"].map(str::to_owned).into());
    assert!(import("second.xml", &consolidated_list("02", &["ARMAN"])) > 0);
    assert_eq!(names(&house), ["ARMAN".to_owned()].into());
    import("third.xml", &consolidated_list("03", &["ARMAN", "MARTA B", "ZOE QQQ"]));
    assert_eq!(names(&house), ["ARMAN", "MARTA B", "ZOE QQQ"].map(str::to_owned).into());
    let cut = consolidated_list("04", &["ARMAN", "ELSE WHERE"]);
    let path = house.file("cut.xml", &cut.as_bytes()[..cut.len() - 20]);
    house.import(&path);
    assert!(names(&house).contains("MARTA B"), "what is cut off says nothing of who is gone");
}
