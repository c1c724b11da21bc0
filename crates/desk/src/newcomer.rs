//! Follows `docs/adding-a-detector.md` as a newcomer would, as far as that goes without a query engine.

use std::collections::BTreeMap;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use crate::corpus::{CaseInput, CaseKind, rows_and_rejects};
use crate::render::detector_template;
use crate::{Column, ColumnType, Desk, Detector, TableDefinition, testing, units};

const PAGE: &str = include_str!("../../../docs/adding-a-detector.md");

/// The page's code blocks: info string and content.
fn blocks() -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for event in Parser::new(PAGE) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                inside = true;
                blocks.push((info.to_string(), String::new()));
            }
            Event::End(TagEnd::CodeBlock) => inside = false,
            Event::Text(text) if inside => blocks.last_mut().unwrap().1.push_str(&text),
            _ => {}
        }
    }
    blocks
}

/// The files the page has the newcomer write.
fn files() -> BTreeMap<String, String> {
    let named = |(info, text): (String, String)| info.split_once(" file=").map(|(_, path)| (path.to_owned(), text));
    blocks().into_iter().filter_map(named).collect()
}

const fn column(name: &'static str, column_type: ColumnType, nullable: bool) -> Column {
    Column { name, column_type, nullable, description: "As at the sea desk." }
}

/// What the page needs of the sea desk.
fn sea() -> Desk {
    const POSITIONS: TableDefinition = TableDefinition {
        name: "ais_positions",
        description: "One position report of one ship.",
        columns: &[
            column("record_id", ColumnType::Integer, false),
            column("at", ColumnType::Time, false),
            column("mmsi", ColumnType::Integer32, false),
            column("message_type", ColumnType::Integer32, false),
            column("repeat_indicator", ColumnType::Integer32, false),
            column("latitude", ColumnType::Float, false),
            column("longitude", ColumnType::Float, false),
            column("speed_knots", ColumnType::Float32, true),
            column("high_accuracy", ColumnType::Boolean, false),
            column("integrity_monitored", ColumnType::Boolean, false),
        ],
        time_column: Some("at"),
        restricted_columns: &[],
    };
    Desk { name: "sea", tables: &[POSITIONS], datasets: &[], readers: &[], kernels: &[], detectors: &[], ..testing::desk() }
}

fn detector() -> Detector {
    Detector::parse("impossible-speed.md", &files()["desks/sea/detectors/impossible-speed.md"]).unwrap()
}

#[test]
fn the_scaffold_writes_the_files_the_page_names() {
    let command = blocks().into_iter().find(|(info, _)| info == "console").unwrap().1;
    let words: Vec<&str> = command.split_whitespace().collect();
    let ["cargo", "xtask", "new", "detector", desk, name] = words[..] else { panic!("{command}") };
    assert_eq!(desk, "sea");
    let scaffold = detector_template(&sea(), name).unwrap();
    let listed = blocks().into_iter().find(|(info, _)| info == "text").unwrap().1;
    let written: Vec<&str> = scaffold.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(written, listed.lines().collect::<Vec<_>>());
    let mut replaced: Vec<String> = files().into_keys().collect();
    let mut written: Vec<String> = written.into_iter().map(str::to_owned).collect();
    replaced.sort();
    written.sort();
    assert_eq!(replaced, written, "the page replaces every file of the scaffold");
}

#[test]
fn the_line_for_the_desks_list_names_the_file() {
    let line = blocks().into_iter().find(|(info, _)| info == "rust").unwrap().1;
    assert_eq!(line.trim(), "(\"impossible-speed.md\", include_str!(\"../detectors/impossible-speed.md\")),");
}

#[test]
fn the_detector_parses_and_fits_the_desk() {
    detector().check(&sea()).unwrap();
    let text: &'static str = Box::leak(files()["desks/sea/detectors/impossible-speed.md"].clone().into_boxed_str());
    let listed: &'static [(&str, &str)] = Box::leak(Box::new([("impossible-speed.md", text)]));
    crate::check(&Desk { detectors: listed, ..sea() }).unwrap();
}

#[test]
fn the_cases_are_of_their_kinds() {
    for kind in CaseKind::ALL {
        let text = &files()[&format!("desks/sea/corpus/impossible-speed/{}.in.json", kind.name())];
        let input = CaseInput::parse(text, &detector()).unwrap();
        let (rows, rejects) = rows_and_rejects(&sea(), &input);
        let expected = match kind {
            CaseKind::Positive => (3, 0),
            CaseKind::Negative => (1, 0),
            CaseKind::Empty => (0, 0),
            CaseKind::Malformed => (1, 1),
        };
        assert_eq!((rows, rejects), expected, "{}", kind.name());
    }
}

#[test]
fn the_page_lists_every_unit() {
    for (unit, endings) in units::ENDINGS {
        let row = format!("| {unit} | {} |", endings.join(" or "));
        assert!(PAGE.contains(&row), "{row} is not on the page");
    }
}
