//! The peers: scripts in `lab/peers`, run in the environment that `lab/peers/setup.sh` makes.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use crate::measure::{self, Measured};
use crate::{root, say};

/// Runs a peer's script. `None`, with a loud note, where the peer is not there or fails: its row then has no peer.
pub(crate) fn run<S: AsRef<OsStr>>(script: &str, arguments: impl IntoIterator<Item = S>) -> Option<Measured> {
    let folder: PathBuf = root().join("lab").join("peers");
    let python = std::env::var_os("OIKOS_LAB_PYTHON").map_or_else(|| folder.join(".venv/bin/python"), PathBuf::from);
    if !python.exists() {
        say(&format!("NO PEER: {script} was not run, {} is not there; run lab/peers/setup.sh", python.display()));
        return None;
    }
    let mut command = Command::new(python);
    command.arg(folder.join(script)).args(arguments).env("PYTHONDONTWRITEBYTECODE", "1");
    match measure::run(command) {
        Ok(measured) => Some(measured),
        Err(failure) => {
            say(&format!("NO PEER: {failure}; was it installed by lab/peers/setup.sh?"));
            None
        }
    }
}
