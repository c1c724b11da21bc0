//! Files that commands write and read: what a node gives out is written by the command, never over something else.

use std::io::{Read, Write};
use std::path::{Component, Path};
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::show;

/// The largest file of text that a command reads.
const LARGEST_TEXT_BYTES: u64 = 4 << 20;

/// Writes a file that must not exist yet.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = std::fs::File::create_new(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

/// Reads a file of text.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(LARGEST_TEXT_BYTES).read_to_string(&mut text));
    read.map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    Ok(text)
}

/// Writes a folder as a node gave it out. The folder must not exist yet.
pub(crate) fn write_folder(folder: &Path, answer: &Value, json: bool) -> Result<ExitCode, Failure> {
    let failed = |path: &Path, error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", path.display()));
    std::fs::create_dir(folder).map_err(|error| failed(folder, &error))?;
    let files = show::items(&answer["files"]);
    for file in files {
        let (name, bytes) = (show::text(file, "path"), BASE64.decode(file["base64"].as_str().unwrap_or_default()));
        let path = folder.join(&name);
        if !Path::new(&name).components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(failed(&path, &"the node named a file outside the folder"));
        }
        let bytes = bytes.map_err(|error| failed(&path, &error))?;
        std::fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(|error| failed(&path, &error))?;
        write_new(&path, &bytes)?;
    }
    if json {
        show::json(&json!({ "folder": folder, "files": files.len() }));
    } else {
        show::line(&format!("Wrote {} files to {}.", files.len(), folder.display()));
    }
    Ok(ExitCode::SUCCESS)
}
