//! The real files of the shared data, with what is in them counted.

use super::*;

/// Reads a file that has no bad row, and checks that only its reader recognises it.
fn whole(format: &str, path: &str) -> Option<(Kept, ReadSummary)> {
    let bytes = shared(path)?;
    let beginning = &bytes[..bytes.len().min(65_536)];
    let by: Vec<&str> =
        ENTITIES.readers.iter().filter(|reader| reader.recognises(beginning)).map(|reader| reader.format().name).collect();
    assert_eq!(by, [format], "{path}");
    let (kept, summary) = read(format, &bytes);
    assert_eq!(kept.rejects, [], "{path}");
    Some((kept, summary))
}

fn ignored(summary: &ReadSummary) -> Vec<(&str, u64)> {
    summary.ignored.iter().map(|(what, count)| (what.as_str(), *count)).collect()
}

#[test]
fn ofac() {
    let Some((kept, summary)) = whole("ofac-sdn-csv", "matching/ofac/static__sdn.csv") else { return };
    assert_eq!(summary.rows, 7379);
    let kinds = kept.kinds();
    assert_eq!((kinds["person"], kinds["organisation"], kinds["vessel"], kinds["aircraft"]), (3845, 2994, 323, 217));
    assert_eq!((kinds["listing"], kinds["association"]), (7379, 2406));
    let counts = ["name", "weak_alias", "birth_date", "nationality", "document_number", "imo", "wallet", "to_name"]
        .map(|name| kept.count(name));
    assert_eq!(counts, [7379, 2037, 4274, 2356, 2707, 316, 2, 2406]);
    // Two ships have numbers that fail the check, and a few countries no longer exist.
    let expected =
        [("birth_date that is none", 1), ("flag that is none", 4), ("imo that is none", 2), ("nationality that is none", 3)];
    assert_eq!(ignored(&summary), expected);
    // This copy lost its end mark.
    assert!(matches!(summary.coverage, Coverage::Unsaid { .. }));
    assert_eq!(kept.values("ofac-24309", "name"), ["PATRUSHEV, Nikolai Platonovich"]);
    assert_eq!(kept.values("ofac-24309", "birth_date"), ["1951-07-11"]);
    let Some((names, summary)) = whole("ofac-alt-csv", "matching/ofac/static__alt.csv") else { return };
    // The row of the end mark is none.
    assert_eq!((summary.rows, names.count("alias"), names.count("previous_name")), (17_091, 16_524, 567));
    assert!(matches!(summary.coverage, Coverage::Whole { .. }));
    let known: std::collections::BTreeSet<&str> = kept.statements.iter().map(|one| one.entity.as_str()).collect();
    let unknown = names.statements.iter().filter(|one| !known.contains(one.entity.as_str())).count();
    println!(
        "{unknown} of {} alternates are of entries that the other file, of another day, does not have",
        names.statements.len()
    );
}

#[test]
fn the_united_nations() {
    let Some((kept, summary)) = whole("un-sc-xml", "matching/un/UN_consolidated.xml") else { return };
    let kinds = kept.kinds();
    assert_eq!((summary.rows, kinds["person"], kinds["organisation"], kinds["listing"]), (1003, 730, 273, 1003));
    // 378 names in their own script and 2,752 aliases, of which 615 are low and 19 former; two are empty.
    let counts = ["name", "alias", "weak_alias", "previous_name", "listed_on", "document_number"].map(|name| kept.count(name));
    assert_eq!(counts, [1003, 2496, 615, 19, 1003, 454]);
    assert_eq!(ignored(&summary), [("nationality that is none", 1)]);
    let made_at = Some("2026-02-27T00:00:09.554Z".parse().unwrap());
    assert_eq!(summary.coverage, Coverage::Whole { tables: &["entity_entries"], made_at });
    assert_eq!(kept.values("un-6907994", "alias"), ["AIGLE BLANC", "FRANK KAKORERE", "FRANK KAKORERE BWAMBALE"]);
}

#[test]
fn follow_the_money() {
    for (path, things) in [("matching/yente/parteispenden.ftm.json", 96), ("matching/nomenklatura/donations.ijson", 95)] {
        let Some((kept, summary)) = whole("ftm", path) else { continue };
        assert_eq!((summary.rows as usize, kept.count("name")), (things + 290 + 89, things), "{path}");
        let kinds = kept.kinds();
        assert_eq!((kinds["person"], kinds["company"], kinds["organisation"]), (22, 56, things - 78), "{path}");
        assert_eq!(
            ignored(&summary),
            [("property addressEntity", 103), ("schema Address", 89), ("schema Payment", 290)],
            "{path}"
        );
    }
}

#[test]
fn the_lei_index() {
    for (path, records) in [
        ("ownership/gleif/lei-data.xml", 13),
        ("ownership/gleif/lei-updates-data2.xml", 12),
        ("ownership/gleif/lei-updates-data2-new.xml", 12),
    ] {
        let Some((kept, summary)) = whole("gleif-lei-xml", path) else { continue };
        assert_eq!(
            (summary.rows, kept.count("lei"), kept.count("name"), kept.count("address")),
            (records, records as usize, records as usize, 2 * records as usize),
            "{path}"
        );
        assert!(summary.ignored.is_empty(), "{path}: {:?}", summary.ignored);
        // The headers say two million records: these are cuts.
        assert_eq!(summary.coverage, Coverage::Part, "{path}");
    }
    for (path, holdings, associations, ended) in [
        ("ownership/gleif/rr-data.xml", 2, 8, 0),
        ("ownership/gleif/rr-updates-data2.xml", 7, 4, 0),
        ("ownership/gleif/rr-updates-data2-new.xml", 5, 5, 1),
    ] {
        let Some((kept, _)) = whole("gleif-rr-xml", path) else { continue };
        let kinds = kept.kinds();
        assert_eq!((kinds["ownership"], kinds["association"]), (holdings, associations), "{path}");
        assert_eq!(kept.rows["entity_relations"], holdings + associations, "{path}");
        let of_owners = kept.statements.iter().filter(|one| matches!(one.property.as_str(), "owner" | "from"));
        assert_eq!(of_owners.filter(|one| one.valid_to.is_some()).count(), ended, "{path}");
    }
}

#[test]
fn people_with_significant_control() {
    let folder = format!("{}/../../../shared/data/ownership/psc", env!("CARGO_MANIFEST_DIR"));
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("SKIPPED: there is no {folder}; the shared test data is missing");
        return;
    };
    let mut totals = std::collections::BTreeMap::<&str, usize>::new();
    for path in files.map(|file| file.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("company") {
            continue; // The register of companies itself is another format.
        }
        let (kept, summary) = read("uk-psc", &std::fs::read(&path).unwrap());
        assert_eq!(kept.rejects, [], "{name}");
        *totals.entry("rows").or_default() += summary.rows as usize;
        *totals.entry("holdings").or_default() += kept.count("owned");
        *totals.entry("owners").or_default() += kept.count("owner");
        *totals.entry("statements").or_default() += kept.count("beneficial_owner_statement");
        *totals.entry("ignored kinds").or_default() += summary.ignored.keys().filter(|key| key.starts_with("kind ")).count();
        assert!(
            kept.count("owned") == 0
                || kept.count("interest") + kept.count("unspecified_reason") > 0
                || !name.starts_with("psc-data"),
            "{name}"
        );
        // Each of the cuts has the totals of the whole snapshot.
        assert_eq!(summary.coverage, Coverage::Part, "{name}");
    }
    println!("{totals:?}");
    assert_eq!(totals["holdings"], totals["owners"]);
    let expected = [("rows", 48), ("holdings", 26), ("statements", 4), ("ignored kinds", 1)];
    for (what, count) in expected {
        assert_eq!(totals[what], count, "{what}");
    }
}
