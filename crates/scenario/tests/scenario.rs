//! What the scenario promises: the same bytes for the same options, real formats, the sizes, and a truth that the files bear out.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use aivdm::{AisMessage, FragmentAssembler, Sentence};
use oikos_matching::normalise;
use oikos_model::SelectorKind;
use oikos_scenario::{GroundTruth, ScenarioOptions, generate};
use serde_json::Value;

fn small(seed: u64) -> (tempfile::TempDir, GroundTruth) {
    let folder = tempfile::tempdir().unwrap();
    let truth = generate(folder.path(), &ScenarioOptions::small(seed)).unwrap();
    (folder, truth)
}

/// A received message: the second of reception and what it says.
struct Heard {
    second: i64,
    message: AisMessage,
}

/// Reads one file of AIS: the messages, how many lines were whole and how many were not.
fn read_ais(path: &Path) -> (Vec<Heard>, u64, u64) {
    let text = fs::read_to_string(path).unwrap();
    let mut assembler = FragmentAssembler::<512>::new();
    let (mut heard, mut whole, mut damaged) = (Vec::new(), 0, 0);
    for line in text.lines() {
        let (block, sentence) = line.strip_prefix('\\').unwrap().split_once('\\').unwrap();
        let (fields, checksum) = block.rsplit_once('*').unwrap();
        let computed = fields.bytes().fold(0u8, |sum, byte| sum ^ byte);
        assert_eq!(u8::from_str_radix(checksum, 16).unwrap(), computed, "{line}");
        let second = fields.split(',').find_map(|field| field.strip_prefix("c:")).unwrap().parse().unwrap();
        let Ok(sentence) = Sentence::parse(sentence) else {
            damaged += 1;
            continue;
        };
        whole += 1;
        let message = if sentence.fragment_count == 1 {
            Some(aivdm::decode_payload(sentence.payload, sentence.fill_bits).unwrap())
        } else {
            let complete = assembler.push(&sentence).unwrap();
            complete.map(|complete| aivdm::decode_payload(complete.armored, complete.fill_bits).unwrap())
        };
        heard.extend(message.map(|message| Heard { second, message }));
    }
    (heard, whole, damaged)
}

fn all_ais(folder: &Path, truth: &GroundTruth) -> Vec<Heard> {
    let files = truth.files.iter().filter(|file| file.format == "ais-nmea");
    files.flat_map(|file| read_ais(&folder.join(&file.path)).0).collect()
}

fn statements(path: &Path) -> Vec<Value> {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_does_not() {
    let hashes = |seed| small(seed).1.files.into_iter().map(|file| (file.path, file.sha256)).collect::<BTreeMap<_, _>>();
    let (one, again, other) = (hashes(7), hashes(7), hashes(8));
    assert_eq!(one, again);
    let changed = other.iter().filter(|(path, hash)| one[*path] != **hash).count();
    // Only the cables lie where they always lie.
    assert_eq!(changed, other.len() - 1);
}

#[test]
fn ais_files_decode_with_the_counts_of_the_truth() {
    let (folder, truth) = small(7);
    let mut types = BTreeMap::new();
    for file in truth.files.iter().filter(|file| file.format == "ais-nmea") {
        let (heard, whole, damaged) = read_ais(&folder.path().join(&file.path));
        assert_eq!((whole, damaged), (file.entries, file.damaged), "{}", file.path);
        for pair in heard.windows(2) {
            assert!(pair[0].second <= pair[1].second, "{} is in the order of reception", file.path);
        }
        heard.iter().for_each(|heard| *types.entry(heard.message.message_type()).or_insert(0) += 1);
    }
    assert_eq!(types.keys().copied().collect::<Vec<_>>(), [1, 5, 18, 24, 27], "{types:?}");
    assert!(truth.files.iter().map(|file| file.damaged).sum::<u64>() > 0, "real files have dirt");
}

#[test]
fn grey_petrel_loiters_and_goes_silent_while_others_are_heard() {
    for seed in [7, 21] {
        let (folder, truth) = small(seed);
        let event = truth.event(5).unwrap();
        let petrel: u32 = event.vessel.as_ref().unwrap().mmsi.parse().unwrap();
        let heard = all_ais(folder.path(), &truth);
        let of_petrel: Vec<i64> =
            heard.iter().filter(|heard| heard.message.mmsi().raw() == petrel).map(|heard| heard.second).collect();
        let mut seconds = of_petrel.clone();
        seconds.sort_unstable();
        let (start, gap) = seconds.windows(2).map(|pair| (pair[0], pair[1] - pair[0])).max_by_key(|(_, gap)| *gap).unwrap();
        assert!(gap >= 12 * 3_600, "seed {seed}: silent for {gap} s");
        let during = |heard: &&Heard| heard.second > start && heard.second < start + gap;
        let near = |heard: &&Heard| {
            heard.message.position().is_some_and(|at| (at.latitude - 59.8).abs() < 0.2 && (at.longitude - 25.48).abs() < 0.4)
        };
        let neighbours = heard.iter().filter(during).filter(near).count();
        assert!(neighbours > 20, "seed {seed}: {neighbours} reports of neighbours during the silence");
        let slow = |heard: &&Heard| {
            let AisMessage::PositionReportClassA(report) = &heard.message else { return false };
            heard.second >= event.from.as_second() && heard.second <= start && report.sog.knots().is_some_and(|knots| knots < 2.0)
        };
        let slow: Vec<&Heard> = heard.iter().filter(|heard| heard.message.mmsi().raw() == petrel).filter(slow).collect();
        let hours = (slow.last().unwrap().second - slow[0].second) as f64 / 3_600.0;
        assert!(hours >= 6.0 && slow.len() > 40, "seed {seed}: {hours} h in {} reports", slow.len());
    }
}

#[test]
fn the_ferry_of_the_decoy_does_not_fall_silent() {
    let (folder, truth) = small(7);
    let ferry: u32 = truth.decoys[0].selectors[0].value.parse().unwrap();
    let heard = all_ais(folder.path(), &truth);
    let mut seconds: Vec<i64> =
        heard.iter().filter(|heard| heard.message.mmsi().raw() == ferry).map(|heard| heard.second).collect();
    seconds.sort_unstable();
    let (from, to) = (truth.decoys[0].from.as_second() - 3_600, truth.decoys[0].to.as_second() + 3_600);
    seconds.retain(|second| (from..to).contains(second));
    assert!(seconds.len() > 60 && seconds.windows(2).all(|pair| pair[1] - pair[0] < 2_400));
    let stopped = heard.iter().filter(|heard| {
        let status = heard.message.navigation_status();
        heard.message.mmsi().raw() == ferry && status == Some(aivdm::NavigationStatus::NotUnderCommand)
    });
    assert!(stopped.count() > 40);
}

#[test]
fn the_register_of_ships_has_its_columns_and_valid_identifiers() {
    let (folder, truth) = small(7);
    let mut table = csv::Reader::from_path(folder.path().join("fi/vessel_register.csv")).unwrap();
    let header = "imo,mmsi,name,call_sign,flag,ship_type,owner_name,owner_lei,owner_country,valid_from,valid_to";
    assert_eq!(table.headers().unwrap().iter().collect::<Vec<_>>().join(","), header);
    let mut ships = BTreeSet::new();
    for row in table.records().map(Result::unwrap) {
        for (column, kind) in [(0, SelectorKind::Imo), (1, SelectorKind::Mmsi), (7, SelectorKind::Lei)] {
            if !row[column].is_empty() {
                normalise(kind, &row[column]).unwrap();
            }
        }
        ships.insert(row[1].to_owned());
    }
    assert_eq!(ships.len(), truth.options.vessels);
    let petrel = truth.event(5).unwrap().vessel.clone().unwrap();
    assert!(ships.contains(&petrel.mmsi) && petrel.imo.is_some() && petrel.owner.name == "Tarn Shipping Ltd");
}

#[test]
fn statements_have_what_bods_requires() {
    let (folder, truth) = small(7);
    for path in ["at/register.json", "at/notified_deals.json"] {
        let statements = statements(&folder.path().join(path));
        let file = truth.files.iter().find(|file| file.path == path).unwrap();
        assert_eq!(statements.len() as u64, file.entries);
        let (mut ids, mut records) = (BTreeSet::new(), BTreeSet::new());
        for statement in &statements {
            let id = text(statement, "/statementId");
            assert!((32..=64).contains(&id.len()) && ids.insert(id.to_owned()), "{id}");
            assert!(records.insert(text(statement, "/recordId").to_owned()));
            for field in ["/declarationSubject", "/statementDate", "/publicationDetails/publicationDate", "/recordStatus"] {
                assert!(!text(statement, field).is_empty(), "{path} {id} {field}");
            }
            assert_eq!(text(statement, "/publicationDetails/bodsVersion"), "0.4");
            assert_eq!(statement.pointer("/recordDetails/isComponent"), Some(&Value::Bool(false)));
        }
        for statement in &statements {
            match text(statement, "/recordType") {
                "relationship" => {
                    for end in ["/recordDetails/subject", "/recordDetails/interestedParty"] {
                        assert!(records.contains(text(statement, end)), "{end} of {statement}");
                    }
                    assert!(!text(statement, "/recordDetails/interests/0/startDate").is_empty(), "stakes are dated");
                }
                "entity" => assert!(!text(statement, "/recordDetails/entityType/type").is_empty()),
                "person" => assert_eq!(text(statement, "/recordDetails/personType"), "knownPerson"),
                other => panic!("record type {other}"),
            }
            let identifiers = statement.pointer("/recordDetails/identifiers").and_then(Value::as_array);
            for identifier in identifiers.into_iter().flatten().filter(|identifier| identifier["scheme"] == "XI-LEI") {
                normalise(SelectorKind::Lei, identifier["id"].as_str().unwrap()).unwrap();
            }
        }
    }
}

/// Who holds whom in the register, by LEI.
fn owners_by_lei(statements: &[Value]) -> BTreeMap<String, BTreeSet<String>> {
    let lei = |statement: &Value| text(statement, "/recordDetails/identifiers/0/id").to_owned();
    let leis: BTreeMap<&str, String> =
        statements.iter().map(|statement| (text(statement, "/recordId"), lei(statement))).collect();
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for holding in statements.iter().filter(|statement| text(statement, "/recordType") == "relationship") {
        let end = |pointer| leis[text(holding, pointer)].clone();
        owners.entry(end("/recordDetails/subject")).or_default().insert(end("/recordDetails/interestedParty"));
    }
    owners
}

#[test]
fn the_register_joins_the_story_and_no_decoy() {
    let (folder, truth) = small(7);
    let owners = owners_by_lei(&statements(&folder.path().join("at/register.json")));
    let path: Vec<&str> = truth.expected_lead.path.iter().map(|company| company.lei.as_str()).collect();
    for (owned, owner) in [(path[0], path[1]), (path[1], path[2]), (path[3], path[2]), (path[4], path[3])] {
        assert!(owners[owned].contains(owner), "{owner} holds {owned}");
    }
    let above = |lei: &str| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![lei.to_owned()]);
        while let Some(lei) = open.pop() {
            if !lei.is_empty() && seen.insert(lei.clone()) {
                open.extend(owners.get(&lei).into_iter().flatten().cloned());
            }
        }
        seen
    };
    let story = above(path[0]).union(&above(path[4])).cloned().collect::<BTreeSet<_>>();
    for selector in truth.decoys.iter().flat_map(|decoy| &decoy.selectors).filter(|selector| selector.kind == SelectorKind::Lei) {
        assert!(above(&selector.value).is_disjoint(&story), "{selector} is related to the story");
    }
}

#[test]
fn two_deals_lie_just_below_the_step_and_the_secrets_name_all_of_them() {
    let (folder, truth) = small(7);
    let deals = statements(&folder.path().join("at/notified_deals.json"));
    let share = |statement: &Value| statement.pointer("/recordDetails/interests/0/share/exact").and_then(Value::as_f64);
    let shares: Vec<f64> = deals.iter().filter_map(share).collect();
    assert_eq!(shares.len(), 12);
    assert_eq!(shares.iter().filter(|share| (24.0..25.0).contains(*share)).count(), 2);
    for statement in &deals {
        for id in ["/statementId", "/recordId"] {
            assert!(truth.secrets.contains(&text(statement, id).to_owned()));
        }
    }
    assert!(truth.secrets.iter().any(|secret| secret == "Danuva Port Data GmbH"));
    let finnish = fs::read_to_string(folder.path().join("fi/vessel_register.csv")).unwrap();
    assert!(truth.secrets.iter().all(|secret| secret.len() >= 8 && !finnish.contains(secret)), "Finland knows no secret");
    let register: Vec<Value> = statements(&folder.path().join("at/register.json"));
    let ids: BTreeSet<&str> = register.iter().map(|statement| text(statement, "/statementId")).collect();
    assert!(truth.secrets.iter().all(|secret| !ids.contains(secret.as_str())), "no id of a deal is one of the register");
}

#[test]
fn the_truth_is_written_beside_the_files() {
    let (folder, truth) = small(7);
    let written: GroundTruth = serde_json::from_slice(&fs::read(folder.path().join("truth.json")).unwrap()).unwrap();
    assert_eq!(written, truth);
    assert_eq!(truth.outages.len(), 2);
}

#[test]
fn the_standard_scenario_has_the_promised_sizes() {
    let folder = tempfile::tempdir().unwrap();
    let truth = generate(folder.path(), &ScenarioOptions::standard(11)).unwrap();
    let entries = |format: &str| truth.files.iter().filter(|file| file.format == format).map(|file| file.entries).sum::<u64>();
    assert!((800_000..=1_200_000).contains(&entries("ais-nmea")), "{} sentences", entries("ais-nmea"));
    assert_eq!(truth.files.iter().filter(|file| file.format == "ais-nmea").count(), 30);
    assert!(truth.options.vessels >= 200);
    let register = statements(&folder.path().join("at/register.json"));
    let of = |kind: &str| register.iter().filter(|statement| text(statement, "/recordType") == kind).count();
    assert!(of("entity") >= 2_000 && of("person") >= 1_000 && of("relationship") >= 2_500);
    let mut held_by_one: BTreeMap<&str, usize> = BTreeMap::new();
    for holding in register.iter().filter(|statement| text(statement, "/recordType") == "relationship") {
        *held_by_one.entry(text(holding, "/recordDetails/interestedParty")).or_default() += 1;
    }
    assert!(held_by_one["at-register-lindhof-treuhand"] >= 200, "a nominee holds hundreds");
}
