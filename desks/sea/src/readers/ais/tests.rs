//! What the reader must do with whole files, good and bad.

use std::fmt::Write;

use oikos_desk::{ReadError, Reader};
use proptest::prelude::*;

use super::AisNmea;
use crate::readers::test_sink::{TestSink, read, shared};

const CLASS_A: &str = "!AIVDM,1,1,,B,15M67FC000G?ufbE`FepT@3n00Sa,0*5C";
const TYPE_5: [&str; 2] =
    ["!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C", "!AIVDM,2,2,1,A,88888888880,2*25"];

fn block(fields: &str) -> String {
    format!("\\{fields}*{:02X}\\", fields.bytes().fold(0, |sum, byte| sum ^ byte))
}

fn read_text(text: &str) -> (TestSink, oikos_desk::ReadSummary) {
    let (sink, summary) = read(&AisNmea, text.as_bytes());
    (sink, summary.unwrap())
}

#[test]
fn times_are_taken_from_where_they_stand() {
    let text =
        format!("{CLASS_A}\n{}{CLASS_A}\n{CLASS_A},b003669794,1272412827\n{CLASS_A}\n", block("s:rORBCOMM008,c:1418169601250"));
    let (sink, _) = read_text(&text);
    let rows = sink.rows("ais_positions");
    let at: Vec<_> = rows.iter().map(|row| row["at"].as_str().unwrap()).collect();
    // The first has none: the import's. The last has none: that of the line before it.
    assert_eq!(at, ["2026-03-01T12:00:00Z", "2014-12-10T00:00:01.25Z", "2010-04-28T00:00:27Z", "2010-04-28T00:00:27Z"]);
    let stations: Vec<_> = rows.iter().map(|row| row.get("station").and_then(|station| station.as_str())).collect();
    assert_eq!(stations, [None, Some("rORBCOMM008"), Some("b003669794"), None]);
    let ids: Vec<_> = rows.iter().map(|row| row["record_id"].as_i64().unwrap() & 0xffff_ffff).collect();
    assert_eq!(ids, [1, 2, 3, 4]);
}

#[test]
fn a_group_shares_its_time_and_joins_its_sentences() {
    let text = format!(
        "{}{}\n{}{CLASS_A}\n{}{}\n",
        block("g:1-2-1604,s:r1,c:1418169601"),
        TYPE_5[0],
        block("s:r2,c:1418172113"),
        block("g:2-2-1604"),
        TYPE_5[1]
    );
    let (sink, _) = read_text(&text);
    let row = &sink.rows("ais_static")[0];
    assert_eq!((row["at"].as_str(), row["station"].as_str()), (Some("2014-12-10T00:00:01Z"), Some("r1")));
    assert_eq!(row["name"], "EVER DIADEM");
    assert!(sink.rejects.is_empty());
}

#[test]
fn real_dirt_lands_what_is_good_and_names_what_is_bad() {
    let long = "x".repeat(3_000);
    let mut bytes = format!(
        "\u{feff}# a comment with 53°\r\n\r\n{CLASS_A}\r\n!AIVDM,1,1,,B,15M67FC000G?ufbE`FepT@3n00Sa,0*5D\n$GPZDA,1,2,3*00\n\
         {long}\n!AIVDM,1,1,,A,403OviQuMGCqWrRO9>E6fE700@GO,0*4D\nnonsense\n\\s:x*00\\{CLASS_A}\n{}\n",
        TYPE_5[0]
    )
    .into_bytes();
    bytes.extend_from_slice(b"!AIVDM,1,1,,B,\xff\xfe,0*00\n");
    let (sink, summary) = read(&AisNmea, &bytes);
    let summary = summary.unwrap();
    assert_eq!(sink.rows("ais_positions").len(), 1);
    let found: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref())).collect();
    assert_eq!(
        found,
        [(4, Some("sentence")), (6, None), (8, Some("sentence")), (9, Some("tag_block")), (11, None), (10, Some("fragments"))]
    );
    assert!(sink.rejects[0].reason.contains("checksum"), "{}", sink.rejects[0].reason);
    assert_eq!(summary.ignored["sentence GPZDA"], 1);
    assert_eq!(summary.ignored["message type 4"], 1);
    // Every line that is no comment is landed, ignored, refused or waits for its other half.
    assert_eq!(summary.rows, 9);
}

#[test]
fn a_ship_says_each_thing_once() {
    let text = format!("{0}\n{1}\n{0}\n{1}\n", TYPE_5[0], TYPE_5[1]);
    let (sink, _) = read_text(&text);
    assert_eq!(sink.rows("ais_static").len(), 2);
    let entity = "mmsi-351759000";
    assert_eq!(
        sink.said(),
        [
            (entity, "vessel", "mmsi", "351759000"),
            (entity, "vessel", "name", "EVER DIADEM"),
            (entity, "vessel", "imo", "9134270"),
            (entity, "vessel", "call_sign", "3FOF8"),
            (entity, "vessel", "ship_type", "cargo"),
            (entity, "vessel", "length", "295"),
        ]
    );
}

#[test]
fn other_files_are_refused_as_a_whole() {
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(CLASS_A.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [utf16, vec![0; 100]] {
        assert!(matches!(read(&AisNmea, &bytes).1, Err(ReadError::Format { .. })));
    }
    let prose = "a line of prose\n".repeat(20_000);
    let (sink, result) = read(&AisNmea, prose.as_bytes());
    assert!(result.unwrap_err().to_string().contains("NMEA sentence"));
    assert!(sink.rejects.len() < 10_000);
    assert!(read(&AisNmea, b"").1.is_ok());
}

#[test]
fn recognises_its_own() {
    assert!(AisNmea.recognises(format!("# comment\n{CLASS_A}").as_bytes()));
    assert!(AisNmea.recognises(b"\\s:x*00\\!BSVDM,1,1"));
    assert!(!AisNmea.recognises(b"{\"type\": \"FeatureCollection\"}"));
    assert!(!AisNmea.recognises(b"imo,mmsi,name\n"));
}

#[test]
fn a_million_lines_need_no_more_memory_than_a_batch() {
    let mut text = String::new();
    for second in 0..20_000 {
        writeln!(text, "{}{CLASS_A}", block(&format!("c:{}", 1_418_169_601 + second))).unwrap();
    }
    let (sink, _) = read_text(&text);
    assert!(sink.batches.iter().all(|(_, batch)| batch.num_rows() <= 8_192));
    assert_eq!(sink.batches.iter().map(|(_, batch)| batch.num_rows()).sum::<usize>(), 20_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..4_096)) {
        let _ = read(&AisNmea, &bytes);
    }

    #[test]
    fn arbitrary_payloads_never_panic(
        payload in "[0-W`-w]{0,80}", fill_bits in 0..6u8, total in 0..12u8, number in 0..12u8, sequence in 0..10u8,
    ) {
        let body = format!("AIVDM,{total},{number},{sequence},A,{payload},{fill_bits}");
        let checksum = body.bytes().fold(0, |sum, byte| sum ^ byte);
        let line = format!("!{body}*{checksum:02X}");
        let (_, summary) = read(&AisNmea, line.as_bytes());
        prop_assert!(summary.is_ok());
    }

    #[test]
    fn mutated_real_lines_never_panic_and_every_line_is_accounted_for(
        place in 0..240usize, byte in any::<u8>(), cut in 0..240usize,
    ) {
        let mut bytes = format!("{}{}\n{}{CLASS_A}\n{}\n", block("g:1-2-7,c:1418169601"), TYPE_5[0], block("s:r1"), TYPE_5[1]).into_bytes();
        let place = place % bytes.len();
        bytes[place] = byte;
        bytes.truncate(bytes.len() - cut % bytes.len());
        let (sink, summary) = read(&AisNmea, &bytes);
        if let Ok(summary) = summary {
            let ignored: u64 = summary.ignored.values().sum();
            let landed = sink.rows("ais_positions").len() as u64 + sink.rows("ais_static").len() as u64;
            // A message in two lines is one row; a comment is no row.
            prop_assert!(landed + ignored + sink.rejects.len() as u64 + 1 >= summary.rows);
        }
    }
}

#[test]
fn the_shared_samples_read_to_their_ends() {
    for (file, least_positions) in [("sea/libais_test.aivdm", 14), ("sea/amsa_samples.txt", 5)] {
        let Some(text) = shared(file) else { return };
        let (sink, summary) = read_text(&text);
        let positions = sink.rows("ais_positions");
        assert!(positions.len() >= least_positions, "{file}: {} positions", positions.len());
        assert!(summary.rows > 50, "{file}");
        for row in &positions {
            let (latitude, longitude) = (row["latitude"].as_f64().unwrap(), row["longitude"].as_f64().unwrap());
            assert!(latitude.abs() <= 90.0 && longitude.abs() <= 180.0, "{file}: {row:?}");
        }
    }
}
