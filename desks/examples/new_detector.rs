//! `cargo xtask new detector DESK NAME`: writes a detector that runs as it is, with its four corpus cases. Nothing is overwritten.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.as_slice() {
        [desk, name] => scaffold(desk, name),
        _ => Err("usage: new_detector DESK NAME, for example: sea slow-steaming".to_owned()),
    };
    let (text, code) = match outcome {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(text) => (text, ExitCode::FAILURE),
    };
    // A closed terminal is no reason to fail differently.
    let _ = writeln!(std::io::stderr(), "{text}");
    code
}

fn scaffold(desk: &str, name: &str) -> Result<String, String> {
    let known: Vec<&str> = oikos_desks::DESKS.iter().map(|desk| desk.name).collect();
    let desk = oikos_desks::DESKS
        .iter()
        .find(|known| known.name == desk)
        .ok_or_else(|| format!("there is no desk {desk:?}; known are {}", known.join(", ")))?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files = oikos_desk::render::detector_template(desk, name).map_err(|error| error.to_string())?;
    if let Some((path, _)) = files.iter().find(|(path, _)| folder.join(path).exists()) {
        return Err(format!("{path} is there already; choose another name"));
    }
    let mut told = Vec::new();
    for (name, text) in files {
        let path = folder.join(&name);
        let write = || {
            path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            std::fs::write(&path, &text)
        };
        write().map_err(|error| format!("{name}: {error}"))?;
        told.push(name);
    }
    told.push(format!(
        "Next: add (\"{name}.md\", include_str!(\"../detectors/{name}.md\")) to the detectors in desks/{}/src/lib.rs,\nthen docs/adding-a-detector.md",
        desk.name
    ));
    Ok(told.join("\n"))
}
