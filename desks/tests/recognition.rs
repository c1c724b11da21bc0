//! A file is recognised by the reader it is for, before any other reader of the house: an import without `--format` takes the first one.

use std::path::{Path, PathBuf};

use oikos_desks::DESKS;
use serde_json::Value;

/// Two desks watch the same assets in texts and read them from one layout: whoever imports for the second says so with `--format`.
const ONE_LAYOUT: (Option<&str>, Option<&str>) = (Some("influence-watched-assets"), Some("online-watched-assets"));

/// The cases of a desk whose files are in order.
fn cases(desk: &str) -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join(desk).join("corpus");
    // A desk without detectors has no corpus.
    let Ok(folders) = std::fs::read_dir(corpus) else { return Vec::new() };
    let folders = folders.map(|entry| entry.unwrap().path());
    let files =
        folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>());
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    files.filter(|path| name(path).ends_with(".in.json") && !name(path).starts_with("malformed")).collect()
}

#[test]
fn every_file_of_the_corpus_is_recognised_by_its_own_reader_first() {
    let (mut checked, mut wrong) = (0, Vec::new());
    for desk in DESKS {
        for path in cases(desk.name) {
            let case: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            for file in case["files"].as_array().into_iter().flatten() {
                let bytes = match file["text"].as_str() {
                    Some(text) => text.as_bytes().to_vec(),
                    None => std::fs::read(path.with_file_name(file["path"].as_str().unwrap())).unwrap(),
                };
                let beginning = &bytes[..bytes.len().min(64 * 1_024)];
                let mut readers = DESKS.iter().flat_map(|desk| desk.readers);
                let first = readers.find(|reader| reader.recognises(beginning)).map(|reader| reader.format().name);
                checked += 1;
                if first != file["reader"].as_str() && (file["reader"].as_str(), first) != ONE_LAYOUT {
                    wrong.push(format!("{}: {} is taken for {first:?}", path.display(), file["reader"]));
                }
            }
        }
    }
    assert!(checked > 0 && wrong.is_empty(), "{}", wrong.join("\n"));
}
