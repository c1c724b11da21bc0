//! Lists the built page (`web/dist/page`, written by `npm run build`), so that it is embedded in the program. Without it the program builds
//! too, and serves a note that says how to build the page.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    println!("cargo::rerun-if-changed={}", web.display());
    let mut files = Vec::new();
    list(&web.join("page"), &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in files.iter().filter(|file| file.extension().is_none_or(|extension| extension != "gz")) {
        let Ok(name) = file.strip_prefix(web.join("page")) else { continue };
        let mut zipped = file.clone().into_os_string();
        zipped.push(".gz");
        let zipped = PathBuf::from(zipped);
        let compressed = if zipped.is_file() { format!("Some(include_bytes!({zipped:?}))") } else { "None".to_owned() };
        // Writing to a string does not fail.
        let _ = writeln!(
            table,
            "File {{ path: \"/{}\", content: include_bytes!({file:?}), compressed: {compressed} }},",
            name.display()
        );
    }
    table.push(']');
    let out = std::env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    std::fs::write(out.join("page.rs"), table)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { list(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
