use oikos_desk::Reader;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Ed269Zones, Ed318Zones};
use crate::readers::test_file::{read, shared};

fn ed269(change: impl FnOnce(&mut Value)) -> String {
    let mut zone = json!({
        "identifier": "PL-Z7", "country": "POL", "name": "Substation 7", "type": "COMMON", "restriction": "REQ_AUTHORISATION",
        "reason": ["SENSITIVE"], "applicability": [{"permanent": "YES"}], "zoneAuthority": [{"name": "Grid"}],
        "geometry": [{"uomDimensions": "FT", "lowerLimit": "0", "lowerVerticalReference": "AGL", "upperLimit": 1000,
            "upperVerticalReference": "AMSL", "horizontalProjection": {"type": "Circle", "center": [21.2, 52.1], "radius": 1000}}],
    });
    change(&mut zone);
    json!({"UASZoneList": [zone]}).to_string()
}

fn ed318(change: impl FnOnce(&mut Value)) -> String {
    let mut zone = json!({
        "type": "Feature",
        "properties": {"identifier": "PL-Z7", "country": "POL", "type": "PROHIBITED", "variant": "COMMON", "reason": ["SENSITIVE"],
            "name": [{"text": "Stacja 7", "lang": "pl-PL"}, {"text": "Substation 7", "lang": "en-GB"}],
            "limitedApplicability": [{"startDateTime": "2026-01-01T00:00:00Z",
                "schedule": [{"day": ["SAT", "SUN"], "startTime": "17:00:00.00Z", "endTime": "23:59:59Z"}, {"day": ["ANY"], "startEvent": "SR", "endTime": "20:00Z"}]}]},
        "geometry": {"type": "GeometryCollection", "geometries": [
            {"type": "Point", "coordinates": [21.2, 52.1], "extent": {"subType": "Circle", "radius": 800.0},
             "layer": {"lower": 0, "lowerReference": "AGL", "upper": 120, "upperReference": "AGL", "uom": "m"}},
            {"type": "Polygon", "coordinates": [[[21.2, 52.1], [21.3, 52.1], [21.3, 52.2], [21.2, 52.1]]], "layer": {}}]},
    });
    change(&mut zone);
    json!({"type": "FeatureCollection", "features": [zone]}).to_string()
}

#[test]
fn a_circle_of_ed269_with_feet_and_texts_for_numbers() {
    let (sink, summary) = read(&Ed269Zones, ed269(|_| {}).as_bytes());
    assert_eq!(summary.unwrap().rows, 1);
    let zone = &sink.rows("air_zones")[0];
    assert_eq!((zone["zone"].as_str(), zone["restriction"].as_str()), (Some("PL-Z7"), Some("authorisation")));
    assert_eq!((zone["upper_limit_m"].as_f64(), zone["upper_reference"].as_str()), (Some(304.8), Some("AMSL")));
    assert_eq!((zone["center_latitude"].as_f64(), zone["radius_m"].as_f64()), (Some(52.1), Some(304.8)));
    assert!(sink.rows("air_zone_periods").is_empty());
}

#[test]
fn volumes_and_periods_of_ed318() {
    let (sink, summary) = read(&Ed318Zones, ed318(|_| {}).as_bytes());
    summary.unwrap();
    let zones = sink.rows("air_zones");
    assert_eq!((zones.len(), zones[0]["name"].as_str(), zones[0]["radius_m"].as_f64()), (2, Some("Substation 7"), Some(800.0)));
    assert!(zones[1]["rings"].as_str().unwrap().starts_with("[[[21.2,52.1]") && !zones[1].contains_key("upper_limit_m"));
    let periods = sink.rows("air_zone_periods");
    assert_eq!((periods[0]["days"].as_str(), periods[0]["from_seconds"].as_i64()), (Some("SAT,SUN"), Some(61_200)));
    assert_eq!((periods[1].get("days"), periods[1]["by_sun"].as_bool(), periods[1].get("to_seconds")), (None, Some(true), None));
}

#[test]
fn a_zone_that_could_be_misread_is_refused_with_its_member() {
    let refused = |reader: &dyn Reader, text: String| {
        let (sink, _) = read(reader, text.as_bytes());
        assert!(sink.batches.is_empty(), "{text}");
        sink.rejects[0].field.clone().unwrap()
    };
    let changed = |pointer: &'static str, value: Value| move |zone: &mut Value| *zone.pointer_mut(pointer).unwrap() = value;
    for (pointer, value, field) in [
        ("/identifier", json!(""), "identifier"),
        ("/country", json!("PL"), "country"),
        ("/restriction", json!("MAYBE"), "restriction"),
        ("/geometry", json!([]), "geometry"),
        ("/geometry/0/uomDimensions", json!("FL"), "uom"),
        ("/geometry/0/lowerLimit", json!("ground"), "lowerLimit"),
        ("/geometry/0/upperVerticalReference", json!("GND"), "upperLimit"),
        ("/geometry/0/horizontalProjection/radius", json!(-5), "radius"),
        ("/geometry/0/horizontalProjection/center", json!([52.1, 121.2]), "coordinates"),
        ("/geometry/0/horizontalProjection/type", json!("Ellipse"), "horizontalProjection"),
        ("/applicability", json!([{"permanent": "NO", "startDateTime": "tomorrow"}]), "applicability"),
        ("/applicability", json!([{"schedule": [{"day": ["MONDAY"]}]}]), "applicability"),
        ("/applicability", json!([{"schedule": [{"day": [], "startTime": "17:00:00+02:00"}]}]), "applicability"),
    ] {
        assert_eq!(refused(&Ed269Zones, ed269(changed(pointer, value))), field, "{pointer}");
    }
    for (pointer, value, field) in [
        ("/properties/type", json!("COMMON"), "type"),
        ("/geometry/geometries/0/layer/upper", json!(-1), "upper"),
        ("/geometry/geometries/1/coordinates", json!([[[21.2, 52.1], [21.3, 52.1]]]), "coordinates"),
        ("/geometry/geometries/1/type", json!("LineString"), "geometry"),
        ("/geometry/geometries", json!([]), "geometry"),
    ] {
        assert_eq!(refused(&Ed318Zones, ed318(changed(pointer, value))), field, "{pointer}");
    }
}

#[test]
fn a_file_without_zones_is_refused() {
    for text in ["{}", "{\"type\":\"FeatureCollection\",\"features\":[]}", "[", "{\"UASZoneList\": 7}"] {
        assert!(read(&Ed269Zones, text.as_bytes()).1.is_err(), "{text}");
    }
    assert!(Ed269Zones.recognises(ed269(|_| {}).as_bytes()) && !Ed269Zones.recognises(ed318(|_| {}).as_bytes()));
    assert!(Ed318Zones.recognises(ed318(|_| {}).as_bytes()) && !Ed318Zones.recognises(ed269(|_| {}).as_bytes()));
}

#[test]
fn published_files_are_read_whole() {
    let counts = |reader: &dyn Reader, path: &str| -> Option<(usize, usize, usize)> {
        let (sink, summary) = read(reader, shared(path)?.as_bytes());
        summary.unwrap();
        Some((sink.rows("air_zones").len(), sink.rows("air_zone_periods").len(), sink.rejects.len()))
    };
    let Some(sample) = counts(&Ed269Zones, "air/geozones/cis_source_sample_ed269.json") else { return };
    assert_eq!(sample, (1, 0, 0));
    assert_eq!(counts(&Ed269Zones, "air/geozones/geo-awareness-che-1.json"), Some((10, 2, 0)));
    assert_eq!(counts(&Ed318Zones, "air/geozones/cis_source_sample_ed318.json"), Some((3, 0, 0)));
}

proptest! {
    #[test]
    fn mutated_files_never_panic(place in 0..900usize, byte: u8, cut in 0..900usize) {
        for (reader, text) in [(&Ed269Zones as &dyn Reader, ed269(|_| {})), (&Ed318Zones, ed318(|_| {}))] {
            let mut file = text.into_bytes();
            let length = file.len();
            file[place % length] = byte;
            let _ = read(reader, &file);
            file.truncate(length - cut % length);
            let _ = read(reader, &file);
        }
    }
}
