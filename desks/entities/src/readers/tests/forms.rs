//! What each form says, on the fixtures.

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn the_union_list_as_xml() {
    let (kept, summary) = read("eu-fsf-xml", &fixture("eu-fsf.xml"));
    assert_eq!(kept.values("eu-900001", "name"), ["Pavel Examplov"]);
    assert_eq!(kept.values("eu-900001", "alias"), ["Павел Экземплов"]);
    assert_eq!(kept.values("eu-900001", "weak_alias"), ["Pasha"]);
    assert_eq!(kept.values("eu-900001", "birth_date"), ["1961~", "1962-04-28"]);
    assert_eq!(kept.values("eu-900001", "nationality"), ["RU"]);
    assert_eq!(kept.values("eu-900001", "birth_country"), ["RU"]);
    assert_eq!(kept.values("eu-900001", "position"), ["Director of Tarn Works"]);
    // A document that is known to be false identifies nobody.
    assert_eq!(kept.values("eu-900001", "document_number"), ["EX123456"]);
    assert_eq!(kept.values("eu-900001", "address"), ["Main Street 1, 10000, Anytown, RUSSIAN FEDERATION"]);
    assert_eq!(kept.values("eu-900001/listing/1", "programme"), ["XYZ"]);
    assert_eq!(kept.values("eu-900001/listing/2", "legal_act"), ["2024/9002 (OJ L901)"]);
    assert_eq!(kept.values("eu-900001/listing/1", "party"), ["eu-900001"]);
    assert_eq!(kept.values("eu-900001/listing/1", "listed_on"), ["2022-03-15"]);
    assert_eq!(kept.values("eu-900002", "name"), ["Tarn Works & Sons LLC"]);
    assert_eq!(kept.values("eu-900002", "registration_number"), ["1027700000000"]);
    assert_eq!(kept.values("eu-900002/listing/1", "reference"), ["EU.9002.2", "XYe.001"]);
    assert_eq!(kept.values("eu-900002/listing/1", "listed_on"), ["2023-01-11"]);
    let made_at = Some(at("2026-06-05T13:51:25.849Z"));
    assert_eq!(summary.coverage, Coverage::Whole { tables: &["entity_entries"], made_at });
}

#[test]
fn the_union_list_as_csv_says_the_same() {
    let (xml, _) = read("eu-fsf-xml", &fixture("eu-fsf.xml"));
    let (csv, summary) = read("eu-fsf-csv", &fixture("eu-fsf.csv"));
    for property in ["name", "alias", "nationality", "position", "document_number", "address", "birth_country"] {
        assert_eq!(csv.values("eu-900001", property), xml.values("eu-900001", property), "{property}");
    }
    assert_eq!(csv.values("eu-900001/listing/2", "programme"), xml.values("eu-900001/listing/2", "programme"));
    assert_eq!(csv.values("eu-900002", "name"), ["Tarn Works & Sons; LLC"]);
    assert_eq!(csv.rows["entity_entries"], 2);
    assert_eq!(summary.coverage, Coverage::Unsaid { tables: &["entity_entries"] });
}

#[test]
fn the_security_councils_list() {
    let (kept, _) = read("un-sc-xml", &fixture("un.xml"));
    assert_eq!(kept.values("un-111", "name"), ["ANNA BEISPIEL"]);
    assert_eq!(kept.values("un-111", "alias"), ["A. Beispiel", "Анна Бейспил"]);
    assert_eq!(kept.values("un-111", "weak_alias"), ["Eagle"]);
    assert_eq!(kept.values("un-111", "birth_date"), ["1960/1962", "1965~"]);
    assert_eq!(kept.values("un-111", "nationality"), ["CD"]);
    assert_eq!(kept.values("un-111/listing", "reason"), ["First line second & last."]);
    assert_eq!(kept.values("un-222", "previous_name"), ["OLD FRONT"]);
    let listing = kept.one("un-111/listing", "programme");
    assert_eq!(listing.valid_from, Some(at("2012-12-31T00:00:00Z")));
    assert_eq!(listing.stated_at, Some(at("2020-02-19T00:00:00Z")));
    assert_ne!(listing.person_category, oikos_model::PersonCategory::NotAPerson);
    assert_eq!(kept.one("un-222/listing", "programme").person_category, oikos_model::PersonCategory::NotAPerson);
}

#[test]
fn the_american_list_as_csv() {
    let (kept, summary) = read("ofac-sdn-csv", &fixture("ofac-sdn.csv"));
    assert_eq!(kept.values("ofac-99001", "name"), ["EXAMPLOV, Pavel"]);
    assert_eq!(kept.values("ofac-99001", "weak_alias"), ["PASHA"]);
    assert_eq!(kept.values("ofac-99001", "birth_date"), ["1961", "1962-04-28"]);
    assert_eq!(kept.values("ofac-99001", "birth_country"), ["RU"]);
    assert_eq!(kept.values("ofac-99001", "document_number"), ["EX123456"]);
    assert_eq!(kept.values("ofac-99001/listing", "programme"), ["CYBER9", "XYZ-EO1"]);
    assert_eq!(kept.values("ofac-99001/linked-to/1", "to_name"), ["TARN WORKS"]);
    assert_eq!(kept.values("ofac-99001/linked-to/1", "from"), ["ofac-99001"]);
    assert_eq!(kept.values("ofac-99003", "imo"), ["9074729"]);
    assert_eq!(kept.values("ofac-99003", "tonnage"), ["8015"]);
    assert_eq!(kept.values("ofac-99003", "flag"), ["IR"]);
    assert_eq!(summary.coverage, Coverage::Whole { tables: &["entity_entries", "entity_relations"], made_at: None });
    let (names, _) = read("ofac-alt-csv", &fixture("ofac-alt.csv"));
    assert_eq!(names.values("ofac-99001", "alias"), ["EXEMPLOV, Pavel"]);
    assert_eq!(names.values("ofac-99002", "previous_name"), ["TARN FACTORY"]);
    let (addresses, _) = read("ofac-add-csv", &fixture("ofac-add.csv"));
    assert_eq!(addresses.values("ofac-99001", "address"), ["Main Street 1, Anytown 10000, Russia"]);
    assert_eq!(addresses.values("ofac-99003", "address"), [""; 0]);
}

#[test]
fn the_american_list_as_xml_says_the_same() {
    let (csv, _) = read("ofac-sdn-csv", &fixture("ofac-sdn.csv"));
    let (xml, summary) = read("ofac-sdn-xml", &fixture("ofac-sdn.xml"));
    for property in ["name", "weak_alias", "nationality", "birth_country", "document_number", "position"] {
        assert_eq!(xml.values("ofac-99001", property), csv.values("ofac-99001", property), "{property}");
    }
    assert_eq!(xml.values("ofac-99003", "imo"), csv.values("ofac-99003", "imo"));
    assert_eq!(xml.values("ofac-99001", "alias"), ["EXEMPLOV, Pavel"]);
    assert_eq!(xml.values("ofac-99001", "wallet"), ["1ExampleWalletAddress"]);
    assert_eq!(xml.values("ofac-99002", "previous_name"), ["TARN FACTORY"]);
    assert_eq!(xml.values("ofac-99002", "weak_alias"), ["TW"]);
    assert_eq!(summary.ignored["identification Gender"], 1);
    assert!(matches!(summary.coverage, Coverage::Whole { made_at: Some(made_at), .. } if made_at == at("2026-06-11T00:00:00Z")));
}

#[test]
fn follow_the_money_in_three_forms() {
    let (kept, summary) = read("ftm", &fixture("ftm.jsonl"));
    assert_eq!(kept.values("NK-person", "name"), ["Pavel Examplov", "Павел Экземплов"]);
    assert_eq!(kept.values("NK-person", "weak_alias"), ["Pasha"]);
    assert_eq!(kept.values("NK-person", "address"), ["Main Street 1, Anytown"]);
    assert_eq!(kept.values("NK-person", "political_exposure"), ["isPep"]);
    assert_eq!(kept.values("NK-person", "source_list"), ["eu_fsf", "us_ofac_sdn"]);
    assert_eq!(kept.one("NK-person", "name").stated_at, Some(at("2024-02-23T10:00:00Z")));
    // Nested: a sanction, a holding with its company, and a directorship.
    assert_eq!(kept.values("ofac-s1", "party"), ["NK-person"]);
    assert_eq!(kept.values("ofac-s1", "programme"), ["XYZ-EO1"]);
    let share = kept.one("own-1", "share");
    assert_eq!((share.value.as_str(), share.kind.as_str()), ("51", "ownership"));
    assert_eq!((share.valid_from, share.valid_to), (Some(at("2020-01-01T00:00:00Z")), Some(at("2023-01-01T00:00:00Z"))));
    assert_eq!((kept.values("own-1", "owner"), kept.values("own-1", "owned")), (vec!["NK-person"], vec!["NK-company"]));
    assert_eq!(kept.values("NK-company", "registration_number"), ["HE 1"]);
    assert_eq!(kept.values("dir-1", "role"), ["chair"]);
    assert_eq!(kept.values("NK-family", "role"), ["sibling"]);
    assert_eq!(kept.one("NK-other", "name").kind, "party");
    // Statements.
    assert_eq!(kept.values("NK-stated", "country"), ["GB"]);
    assert_eq!(kept.values("NK-single", "name"), ["Anna Beispiel"]);
    assert_eq!(kept.values("NK-single", "source_list"), ["un_sc_sanctions"]);
    assert_eq!(kept.values("NK-own", "owner"), ["NK-single"]);
    assert_eq!(summary.ignored["schema Payment"], 1);
    assert_eq!(summary.ignored["property notes"], 1);
}

#[test]
fn the_lei_index_in_both_forms() {
    let lei = "506700GE1G29325QX363";
    for (format, file) in [("gleif-lei-xml", "gleif-lei.xml"), ("gleif-lei-csv", "gleif-lei.csv")] {
        let (kept, _) = read(format, &fixture(file));
        assert_eq!(kept.values(lei, "name"), ["Tarn Works, Limited"]);
        assert_eq!(kept.values(lei, "previous_name"), ["Tarn Factory Limited"]);
        assert_eq!(kept.values(lei, "company_number"), ["GB-COH:01234567"]);
        assert_eq!(kept.values(lei, "address"), ["Quay 2, Harbour, AB1 2CD, GB"], "{format}");
        assert_eq!(kept.values(lei, "founded_on"), ["2001-02-03"]);
    }
    let (kept, _) = read("gleif-lei-csv", &fixture("gleif-lei.csv"));
    assert_eq!(kept.one("001GPB6A9XPE8XJICC14", "name").kind, "party");
    assert_eq!(kept.values("001GPB6A9XPE8XJICC14", "alias"), ["Erga Paradeigma"]);
    for (format, file) in [("gleif-rr-xml", "gleif-rr.xml"), ("gleif-rr-csv", "gleif-rr.csv")] {
        let (kept, _) = read(format, &fixture(file));
        let id = format!("001GPB6A9XPE8XJICC14:IS_DIRECTLY_CONSOLIDATED_BY:{lei}");
        assert_eq!((kept.values(&id, "owner"), kept.values(&id, "owned")), (vec![lei], vec!["001GPB6A9XPE8XJICC14"]));
        assert_eq!(kept.values(&id, "share"), ["51.5"]);
        assert_eq!(kept.one(&id, "owner").valid_from, Some(at("2019-05-06T00:00:00Z")));
    }
    let (kept, _) = read("gleif-rr-csv", &fixture("gleif-rr.csv"));
    let managed = kept.one(&format!("{lei}:IS_FUND-MANAGED_BY:001GPB6A9XPE8XJICC14"), "role");
    assert_eq!((managed.kind.as_str(), managed.valid_to), ("association", Some(at("2015-01-01T00:00:00Z"))));
}

#[test]
fn people_with_significant_control() {
    let (kept, summary) = read("uk-psc", &fixture("psc.jsonl"));
    let person = "/company/01234567/persons-with-significant-control/individual/abc";
    assert_eq!(kept.values(person, "nationality"), ["GB", "IE"]);
    assert_eq!(kept.values(person, "birth_date"), ["1961-12"]);
    let holding = format!("{person}/control");
    assert_eq!(kept.values(&holding, "interest"), ["shareholding", "votingRights"]);
    assert_eq!((kept.values(&holding, "share_minimum"), kept.values(&holding, "share_maximum")), (vec!["75"], vec!["100"]));
    assert_eq!(kept.values(&holding, "owned"), ["GB-COH-01234567"]);
    assert_eq!(kept.one(&holding, "owner").valid_to, Some(at("2023-01-01T00:00:00Z")));
    let company = "/company/01234567/persons-with-significant-control/corporate-entity/def";
    assert_eq!(kept.values(company, "company_number"), ["GB-COH:00686734"]);
    assert_eq!(kept.values("GB-COH-01234567", "beneficial_owner_statement"), ["no-individual-or-entity-with-signficant-control"]);
    let secret = "/company/02443921/persons-with-significant-control/super-secure/ghi";
    assert_eq!(kept.values(secret, "unspecified_reason"), ["protected from disclosure by the register"]);
    assert!(matches!(summary.coverage, Coverage::Whole { made_at: Some(_), .. }), "the totals are those of the file");
}

/// A bad row goes to the rejects with its place and its field, the good ones land, and a file with a bad row is never whole.
#[test]
fn a_bad_entry_does_not_take_its_neighbours_along() {
    let text = String::from_utf8(fixture("un.xml")).unwrap();
    for (from, to, problem) in [
        ("<FIRST_NAME>ANNA</FIRST_NAME>", "<FIRST_NAME>ANNA</FIRST>", "a tag does not match"),
        ("<DATAID>111</DATAID>", "", "is missing"),
        ("second &amp; last", "second &bogus; last", "stands for nothing"),
        ("</INDIVIDUAL>\n", "\n", "the document ends before this record does"),
    ] {
        let broken = text.replacen(from, to, 1);
        let (kept, summary) = read("un-sc-xml", broken.as_bytes());
        assert_eq!(kept.rejects.len(), 1, "{problem}: {:?}", kept.rejects);
        let is_about = kept.rejects[0].reason.contains(problem) || problem.starts_with("the document");
        assert!(is_about, "{:?}", kept.rejects[0]);
        assert_eq!(kept.values("un-222", "name"), ["EXAMPLE FRONT"], "{problem}");
        assert_eq!(kept.values("un-111", "name"), [""; 0]);
        assert_eq!(summary.coverage, Coverage::Part);
    }
}

#[test]
fn a_bad_line_does_not_take_its_neighbours_along() {
    let text = String::from_utf8(fixture("psc.jsonl")).unwrap();
    for (from, to) in [
        ("\"etag\":\"a\"", "\"etag\":\"a"),
        ("\"etag\":\"a\"", "\"etag\":"),
        ("{\"month\":12,", "{\"month\":12"),
        ("2023-01-01\"}}", "2023-01-01\"}"),
    ] {
        let (kept, summary) = read("uk-psc", text.replacen(from, to, 1).as_bytes());
        assert_eq!(kept.rejects.len(), 1, "{to}: {:?}", kept.rejects);
        assert_eq!(kept.rejects[0].position, 1);
        assert_eq!(kept.values("GB-COH-02443921", "country"), ["GB"], "{to}");
        assert_eq!(summary.coverage, Coverage::Part);
    }
}

/// What ends a listing is that a whole file does not say it. A cut file must never do that.
#[test]
fn a_truncated_file_is_never_whole() {
    for (format, bytes) in seeds() {
        for length in (0..bytes.len().saturating_sub(3)).step_by(7) {
            let (_, summary) = read_from(format, &bytes[..length]);
            let Ok(summary) = summary else { continue };
            assert!(!matches!(summary.coverage, Coverage::Whole { .. }), "{format} cut at {length}");
        }
    }
}

#[test]
fn other_encodings_and_other_files_are_refused_with_what_to_do() {
    for format in ["un-sc-xml", "ftm", "gleif-lei-csv"] {
        let (_, summary) = read_from(format, &b"\xff\xfe<\0x\0"[..]);
        assert!(summary.unwrap_err().to_string().contains("UTF-16"), "{format}");
        let (_, summary) = read_from(format, &b"PK\x03\x04zip"[..]);
        assert!(summary.unwrap_err().to_string().contains("unpack"), "{format}");
        let (_, summary) = read_from(format, &b""[..]);
        assert!(summary.unwrap_err().to_string().contains("empty"), "{format}");
    }
    let (_, summary) = read_from("eu-fsf-xml", &b"<other/>"[..]);
    assert!(summary.unwrap_err().to_string().contains("expected <export>"));
}

/// Declared entities are not expanded, however often they name each other.
#[test]
fn a_document_cannot_blow_up() {
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<CONSOLIDATED_LIST><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>&b;</FIRST_NAME></INDIVIDUAL>
<INDIVIDUAL><DATAID>2</DATAID><FIRST_NAME>GOOD</FIRST_NAME></INDIVIDUAL></CONSOLIDATED_LIST>"#;
    let (kept, _) = read("un-sc-xml", bomb.as_bytes());
    assert_eq!(kept.rejects.len(), 1);
    assert_eq!(kept.values("un-2", "name"), ["GOOD"]);
}
