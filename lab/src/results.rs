//! `lab/RESULTS.md`: a section per benchmark, replaced when the benchmark runs.

use std::path::Path;

use crate::row::{Benchmark, Row};
use crate::{Failure, machine};

const HEAD: &str = "# Results of the lab

Written by `cargo xtask bench`; do not edit. A ratio above 1 means ours is better: it is the peer's cost over ours. Costs are CPU seconds
(user and system, all threads, of a whole process), peak memory (VmHWM of that process) and bytes on disk. No wall time is given
but in `exchange`, so other load on the machine distorts little. Accuracy is the share of a known truth, where there is one. Oikos is built with the development
profile: `opt-level` 1, and 3 for Arrow, Parquet, SQLite, `aivdm`, `curve25519-dalek`, the exchange and the desks.
";

/// Writes the benchmark's section and keeps the others.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn write(root: &Path, name: &str, benchmark: &Benchmark) -> Result<(), Failure> {
    let path = root.join("lab").join("RESULTS.md");
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    std::fs::write(&path, with_section(&before, name, &section(name, benchmark)))?;
    Ok(())
}

fn section(name: &str, benchmark: &Benchmark) -> String {
    let mut text = format!("## {name}\n\nMachine: {}. Command: `cargo xtask bench {name}`.\n\n", machine::describe());
    text.push_str(
        "| measure | input | ours | peer | unit | ratio | accuracy ours | accuracy peer |\n|---|---|--:|--:|---|--:|--:|--:|\n",
    );
    for row in &benchmark.rows {
        text.push_str(&table_line(row));
    }
    for (title, lines) in [("", &benchmark.notes), ("**Failed**: ", &benchmark.failures)] {
        for line in lines {
            text.push_str(&format!("\n- {title}{line}"));
        }
    }
    text.push('\n');
    text
}

fn table_line(row: &Row) -> String {
    let number = |value: Option<f64>, digits: usize| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"));
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
        row.name,
        row.input,
        number(row.ours, 2),
        number(row.peer, 2),
        row.unit,
        number(row.ratio, 2),
        number(row.accuracy_ours, 4),
        number(row.accuracy_peer, 4)
    )
}

/// The file with this section in place of the one with the same name, in the order of names.
fn with_section(before: &str, name: &str, section: &str) -> String {
    let mut sections: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    for old in before.split("\n## ").skip(1) {
        let title = old.lines().next().unwrap_or_default().to_owned();
        sections.insert(title, format!("## {}\n", old.trim_end()));
    }
    sections.insert(name.to_owned(), format!("{}\n", section.trim_end()));
    sections.values().fold(HEAD.to_owned(), |text, section| format!("{text}\n{section}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_and_the_others_stay() {
        let first = with_section("", "sea", "## sea\n\nold\n");
        let second = with_section(&first, "lake", "## lake\n\nx\n");
        let third = with_section(&second, "sea", "## sea\n\nnew\n");
        assert!(third.starts_with(HEAD) && third.ends_with("## lake\n\nx\n\n## sea\n\nnew\n"), "{third}");
    }
}
