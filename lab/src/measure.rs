//! Runs one piece of work as a process and measures it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::{Failure, machine};

/// A position as a decoder reports it: MMSI, message type, latitude and longitude in 1/600,000 of a degree.
pub(crate) type Position = [i64; 4];

/// What a process says of its work, in one line of JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Report {
    /// The program and its version.
    pub(crate) version: String,
    /// The most memory it held, in KiB.
    pub(crate) peak_kib: Option<u64>,
    /// What it found. Two that did the same work say the same under the same names.
    pub(crate) facts: BTreeMap<String, i64>,
    /// The positions, where they were asked for.
    #[serde(default)]
    pub(crate) positions: Vec<Position>,
}

/// A report with what it cost.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    /// What the process said.
    pub(crate) report: Report,
    /// CPU seconds, user and system, all threads, from the start of the program to its end.
    pub(crate) cpu_seconds: f64,
}

impl Measured {
    /// The most memory it held, in MiB.
    pub(crate) fn peak_mebibytes(&self) -> Option<f64> {
        self.report.peak_kib.map(|kibibytes| kibibytes as f64 / 1024.0)
    }

    /// What it found under this name.
    pub(crate) fn fact(&self, name: &str) -> Option<i64> {
        self.report.facts.get(name).copied()
    }
}

/// Runs a process to its end.
///
/// # Errors
/// When it cannot be started, fails, or its last line is no report.
pub(crate) fn run(mut command: Command) -> Result<Measured, Failure> {
    let cpu = || machine::children_cpu_seconds().ok_or("CPU time cannot be measured on this system: there is no /proc/self/stat");
    let before = cpu()?;
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    let cpu_seconds = cpu()? - before;
    if !output.status.success() {
        return Err(format!("{command:?} failed ({})", output.status).into());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().unwrap_or_default();
    let words: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    crate::say(&format!("{cpu_seconds:.1} CPU s: {}", words.join(" ")));
    let report = serde_json::from_str(line).map_err(|error| format!("{command:?} did not end with a report: {error}"))?;
    Ok(Measured { report, cpu_seconds })
}

/// Runs a task of ours as a process of its own.
///
/// # Errors
/// As [`run`].
pub(crate) fn ours<S: AsRef<OsStr>>(task: &str, arguments: impl IntoIterator<Item = S>) -> Result<Measured, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["work", task]).args(arguments);
    run(command)
}
