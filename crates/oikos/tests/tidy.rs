//! Tidy: what the documents name exists, dependencies point downwards, and what belongs to one room stays in it.
#![expect(clippy::unwrap_used, reason = "a helper of tests stops the test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders and files that are built, or belong to version control.
const NOT_OURS: &[&str] = &[".git", "target", "node_modules", ".venv"];

/// Workspaces of their own, with their own manifests.
const OTHER_WORKSPACES: &[&str] = &["lab/spikes/", "fuzz/"];

/// Documents in which every name of a test must be one.
const NAME_TESTS: &[&str] = &["docs/seeds.md", "docs/security.md"];

/// The phrases of the mission in its order: the rows of docs/seeds.md.
const PHRASES: &[&str] = &[
    "information sharing and coordinated action",
    "prevent, detect, respond; common response to political and economic shifts",
    "integrating security considerations into policies",
    "research and innovation campus, incubator of technologies",
    "border management, laboratory that develops and tests, external borders",
    "cyber-threat intelligence",
    "detection of online criminality",
    "anti-money-laundering technology",
    "digital identity wallets against fraud",
    "decryption for law enforcement",
    "post-quantum cryptography",
    "counter-drone technologies with a laboratory",
    "secure satellite constellation (IRIS²)",
    "quantum communication infrastructure backbone (EuroQCI)",
    "quantum computing and sensors",
    "protocols for a scalable, efficient, secure internet",
    "protecting minors online from sexual abuse, trafficking, criminal recruitment",
    "whole-of-society framework for hybrid threats",
    "digital resilience of energy, transport, digital infrastructure",
    "Knowledge Hub on public spaces",
    "training for chemical, biological, radiological and nuclear threats; nuclear security",
    "crisis management",
    "space",
    "foreign investors' ownership structure, links with foreign governments, anomalous investment patterns",
    "trade dependencies",
    "sanction circumvention",
    "EU Customs Data Hub",
    "foreign information manipulation, disinformation on elections and crises",
    "foresight, risks of emerging technologies",
    "\"common home\", \"ecosystem\"",
    "values and rule of law",
    "online and offline as one",
    "protection of critical interconnected infrastructure",
    "public-private cooperation in public spaces",
    "Joint Cyber Unit; cooperation platform on cybercrime and dark web",
    "illegal content",
    "root causes of terrorism, radicalisation, discrimination",
    "effective prosecution of terrorists",
    "organised crime; drugs; firearms",
    "better use of existing databases",
    "cooperation with non-EU countries and international organisations",
    "innovation",
];

/// The floors of the house from the ground up, as ARCHITECTURE.md has them. A crate uses only what lies on a lower floor.
/// Desks (`oikos-desk-…`) stand on the floor of `oikos-lake`.
const FLOORS: &[&[&str]] = &[
    &["oikos-model"],
    &["oikos-registry", "oikos-desk", "oikos-matching"],
    &["oikos-lake", "oikos-policy", "oikos-registry-sqlite", "oikos-registry-postgres", "oikos-scenario", "oikos-screening"],
    &["oikos-exchange", "oikos-picture", "oikos-journal", "oikos-desks"],
    &["oikos-exchange-transport"],
    &["oikos-node"],
    &["oikos", "oikos-lab", "xtask"],
];

/// Crates that use less than their floor allows.
const NARROW: &[(&str, &[&str])] = &[
    ("oikos-matching", &["oikos-model"]),
    ("oikos-policy", &["oikos-model"]),
    ("oikos-scenario", &["oikos-model"]),
    ("oikos-screening", &["oikos-model", "oikos-matching"]),
    ("oikos-registry-sqlite", &["oikos-model", "oikos-registry"]),
    ("oikos-registry-postgres", &["oikos-model", "oikos-registry"]),
    ("oikos-exchange-transport", &["oikos-model", "oikos-exchange"]),
    ("xtask", &[]),
];

/// What a desk uses, whichever it is.
const DESKS_USE: &[&str] = &["oikos-desk", "oikos-model", "oikos-matching"];

/// A text file: its path below the repository's root, and what it says.
struct Text {
    path: String,
    text: String,
}

impl Text {
    /// Its lines, each with its place as an editor opens it.
    fn lines(&self) -> Vec<(String, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (format!("{}:{}", self.path, index + 1), line)).collect()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every text file of the repository. Links are not followed.
fn repository() -> Vec<Text> {
    let root = root();
    let mut texts = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            let name = entry.file_name().to_string_lossy().into_owned();
            if NOT_OURS.contains(&name.as_str()) || path == root.join("demo") {
                continue;
            }
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file()
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                texts.push(Text { path: path.strip_prefix(&root).unwrap().display().to_string(), text });
            }
        }
    }
    assert!(texts.len() > 100, "the repository must be at {}", root.display());
    texts.sort_by(|one, other| one.path.cmp(&other.path));
    texts
}

/// The documents people read first, and everything in docs/.
fn documents(repository: &[Text]) -> Vec<&Text> {
    let front = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];
    let is_document = |path: &str| front.contains(&path) || (path.starts_with("docs/") && path.ends_with(".md"));
    repository.iter().filter(|file| is_document(&file.path)).collect()
}

fn file<'a>(repository: &'a [Text], path: &str) -> &'a Text {
    let found = repository.iter().find(|file| file.path == path);
    assert!(found.is_some(), "{path} is missing");
    found.unwrap()
}

/// What a document shows as code, with its place: lines of code blocks, and what stands between backticks.
fn code_of(document: &Text) -> Vec<(String, String)> {
    let mut code = Vec::new();
    // How many backticks opened the code block; 0 outside of one.
    let mut fence = 0;
    for (place, line) in document.lines() {
        let ticks = line.trim_start().chars().take_while(|letter| *letter == '`').count();
        if fence == 0 && ticks >= 3 {
            fence = ticks;
        } else if fence > 0 && ticks >= fence {
            fence = 0;
        } else if fence > 0 {
            code.push((place, line.trim().trim_start_matches("$ ").to_owned()));
        } else {
            code.extend(line.split('`').skip(1).step_by(2).map(|span| (place.clone(), span.to_owned())));
        }
    }
    code
}

/// The words behind a program's name, wherever a document shows it with a command. What follows a `#` is a comment.
fn mentioned(repository: &[Text], program: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for (place, code) in documents(repository).into_iter().flat_map(code_of) {
        let Some(rest) = code.strip_prefix(program) else { continue };
        let line = rest.split(" #").next().unwrap_or_default();
        if line.starts_with(|letter: char| letter.is_ascii_lowercase()) {
            found.push((place, line.split_whitespace().map(str::to_owned).collect()));
        }
    }
    found
}

/// What `oikos <arguments> --help` prints; nothing if there is no such command.
fn help(arguments: &[&str]) -> Option<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_oikos")).args(arguments).arg("--help").output().unwrap();
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The commands a help text lists.
fn subcommands(help: &str) -> Vec<String> {
    let list = help.split_once("\nCommands:\n").map_or("", |(_, list)| list);
    let entries =
        list.lines().take_while(|line| !line.is_empty()).filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    entries.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The flags among these words that a help text does not list. Its examples do not count.
fn unknown_flags(help: &str, words: &[String]) -> Vec<String> {
    let options = help.split("\nExample").next().unwrap_or_default();
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let known: BTreeSet<&str> = options.split(|letter: char| !is_part(letter)).collect();
    let flags = words.iter().filter(|word| word.starts_with("--")).filter_map(|word| word.split('=').next());
    flags.filter(|flag| !known.contains(flag)).map(str::to_owned).collect()
}

/// The names of all functions that are marked as tests.
fn test_names(repository: &[Text]) -> BTreeSet<&str> {
    let of_the_code = |path: &str| ["crates/", "desks/", "lab/", "xtask/"].iter().any(|folder| path.starts_with(folder));
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for file in repository.iter().filter(|file| of_the_code(&file.path) && file.path.ends_with(".rs")) {
        let mut marked = false;
        for line in file.text.lines().map(str::trim) {
            if line.starts_with("#[") {
                marked |= line.contains("test]") || line.contains("test(");
            } else if !line.starts_with("//") {
                let name =
                    line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ").and_then(|rest| rest.split('(').next());
                names.extend(name.filter(|_| marked));
                marked = false;
            }
        }
    }
    names
}

/// Rows of a document's only table, without its heading: the place, and the cells.
fn rows(document: &Text) -> Vec<(String, Vec<&str>)> {
    let lines = document.lines().into_iter().filter(|(_, line)| line.starts_with("| "));
    lines.skip(1).map(|(place, line)| (place, line.trim().trim_matches('|').split('|').map(str::trim).collect())).collect()
}

/// Manifests of the workspace's crates, each with the crate's name.
fn manifests(repository: &[Text]) -> Vec<(&str, &Text)> {
    let elsewhere = |path: &str| path == "Cargo.toml" || OTHER_WORKSPACES.iter().any(|folder| path.starts_with(folder));
    let ours = repository.iter().filter(|file| file.path.ends_with("Cargo.toml") && !elsewhere(&file.path));
    ours.filter(|manifest| manifest.text.contains("[package]"))
        .map(|manifest| {
            let line = manifest.text.lines().find_map(|line| line.strip_prefix("name = "));
            (line.unwrap_or_default().trim_matches('"'), manifest)
        })
        .collect()
}

/// The crates of this house that a manifest depends on, each with its place. Dependencies of tests are free.
fn dependencies(manifest: &Text) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    let mut counts = false;
    for (place, line) in manifest.lines() {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            counts = section.ends_with("dependencies") && !section.ends_with("dev-dependencies");
        } else if counts && line.starts_with("oikos-") {
            found.push((place, line.split(['.', ' ', '=']).next().unwrap_or_default()));
        }
    }
    found
}

fn floor_of(name: &str) -> Option<usize> {
    let name = if name.starts_with("oikos-desk-") { "oikos-lake" } else { name };
    FLOORS.iter().position(|floor| floor.contains(&name))
}

fn may_use(user: &str, used: &str) -> bool {
    let narrow = NARROW.iter().find(|(name, _)| *name == user).map(|(_, names)| *names);
    match narrow.or_else(|| user.starts_with("oikos-desk-").then_some(DESKS_USE)) {
        Some(names) => names.contains(&used),
        None => floor_of(used).is_some_and(|below| floor_of(user).is_some_and(|floor| below < floor)),
    }
}

/// The lines of a Rust file that are no tests: up to its module of tests.
fn lines_without_tests(file: &Text) -> Vec<(String, &str)> {
    let lines = file.lines();
    let begins_tests =
        |pair: &[(String, &str)]| pair[0].1 == "#[cfg(test)]" && pair[1].1.starts_with("mod ") && pair[1].1.ends_with('{');
    let end = lines.windows(2).position(begins_tests).unwrap_or(lines.len());
    lines.into_iter().take(end).collect()
}

fn is_test_file(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("_tests.rs")
}

/// Places outside `allowed` where the code, tests aside, says one of `needles`.
fn said_outside(repository: &[Text], needles: &[&str], allowed: &[&str]) -> Vec<String> {
    let elsewhere =
        |path: &str| path.ends_with(".rs") && !is_test_file(path) && !allowed.iter().any(|folder| path.starts_with(folder));
    let files = repository.iter().filter(|file| elsewhere(&file.path));
    let lines = files.flat_map(lines_without_tests);
    lines
        .filter(|(_, line)| needles.iter().any(|needle| line.contains(needle)))
        .map(|(place, line)| format!("{place}: {}", line.trim()))
        .collect()
}

fn assert_none(problems: &[String], what_to_do: &str) {
    assert!(problems.is_empty(), "\n{}\n\n{what_to_do}\n", problems.join("\n"));
}

#[test]
fn every_oikos_command_in_the_documents_exists() {
    let repository = repository();
    let mentioned = mentioned(&repository, "oikos ");
    assert!(mentioned.len() > 10, "README.md and docs/guide.md show commands");
    let mut problems = Vec::new();
    for (place, words) in &mentioned {
        let command = words[0].as_str();
        let Some(own) = help(&[command]) else {
            problems.push(format!("{place}: there is no command `oikos {command}`"));
            continue;
        };
        let parts = subcommands(&own);
        let part_at = words.iter().position(|word| parts.contains(word)).unwrap_or(words.len());
        let (before, after) = words.split_at(part_at);
        let is_name = |word: &String| word.starts_with(|letter: char| letter.is_ascii_lowercase());
        if after.is_empty() && !parts.is_empty() && words.get(1).is_some_and(is_name) {
            problems.push(format!("{place}: there is no command `oikos {command} {}`", words[1]));
        }
        let mut unknown = unknown_flags(&own, before);
        if let Some(part) = after.first() {
            unknown.extend(unknown_flags(&help(&[command, part.as_str()]).unwrap_or_default(), after));
        }
        problems.extend(unknown.iter().map(|flag| format!("{place}: `oikos {}` has no {flag} there", words.join(" "))));
    }
    assert_none(&problems, "Correct the document: `oikos COMMAND --help` lists commands and flags.");
}

#[test]
fn every_xtask_command_in_the_documents_exists() {
    let repository = repository();
    let arms = file(&repository, "xtask/src/main.rs").text.lines().filter_map(|line| line.trim().strip_prefix("[\""));
    let known: BTreeSet<&str> = arms.filter_map(|arm| arm.split('"').next()).collect();
    assert!(known.contains("demo"), "xtask/src/main.rs matches on the words of a command");
    let demo = help(&["demo"]).unwrap();
    let mut problems = Vec::new();
    for (place, words) in mentioned(&repository, "cargo xtask ") {
        // A document may also list commands: `cargo xtask demo, test`.
        let named = if words[0].ends_with(',') { words.len() } else { 1 };
        let names = words[..named].iter().map(|word| word.trim_end_matches(','));
        problems
            .extend(names.filter(|name| !known.contains(name)).map(|name| format!("{place}: there is no `cargo xtask {name}`")));
        if words[0] == "demo" {
            problems.extend(unknown_flags(&demo, &words).iter().map(|flag| format!("{place}: the demo has no {flag}")));
        }
    }
    assert_none(&problems, "Correct the document: `cargo xtask help` lists commands.");
}

#[test]
fn every_help_text_has_an_example() {
    let commands = subcommands(&help(&[]).unwrap());
    assert!(commands.len() > 10, "`oikos --help` lists the commands, but here only {commands:?}");
    let without = commands.iter().filter(|command| !help(&[command.as_str()]).unwrap_or_default().contains("\nExample"));
    let problems: Vec<String> =
        without.map(|command| format!("crates/oikos/src/commands/{command}.rs:1: no Example in its help")).collect();
    assert_none(&problems, "Give the command an after_help that begins with \"Example\".");
}

#[test]
fn every_phrase_of_the_mission_has_its_row() {
    let repository = repository();
    let seeds = file(&repository, "docs/seeds.md");
    let rows = rows(seeds);
    let mut problems = Vec::new();
    for (place, cells) in &rows {
        let &[_, command, test, state] = cells.as_slice() else {
            problems.push(format!("{place}: a row has four cells: phrase, command, test, state"));
            continue;
        };
        let gap = command == "*gap*" && test == "*gap*" && state.starts_with("gap");
        let covered = (command.starts_with("`oikos ") || command.starts_with("`cargo xtask "))
            && test.starts_with('`')
            && (state.starts_with("covered") || state.starts_with("partly: "));
        if !gap && !covered {
            problems
                .push(format!("{place}: name a command and a test and say `covered` or `partly: …`; or *gap*, *gap* and gap"));
        }
    }
    let phrases: Vec<&str> = rows.iter().filter_map(|(_, cells)| cells.first().copied()).collect();
    problems.extend(
        PHRASES.iter().filter(|phrase| !phrases.contains(phrase)).map(|phrase| format!("docs/seeds.md: no row for {phrase:?}")),
    );
    assert_none(
        &problems,
        "docs/seeds.md says for every phrase which command shows it and which test holds it, or that it is a gap.",
    );
    assert_eq!(phrases, PHRASES, "docs/seeds.md has one row per phrase, in the mission's order");
}

#[test]
fn every_test_the_documents_name_exists() {
    let repository = repository();
    let known = test_names(&repository);
    assert!(known.len() > 100, "the code has tests, but here only {} are found", known.len());
    let mut problems = Vec::new();
    let seeds = file(&repository, "docs/seeds.md");
    for (place, cells) in rows(seeds) {
        let names = cells.get(2).copied().unwrap_or_default().split('`').skip(1).step_by(2);
        problems.extend(names.filter(|name| !known.contains(name)).map(|name| format!("{place}: there is no test {name}")));
    }
    // Elsewhere a name with three words or more is a test's.
    let is_test_name = |code: &str| {
        code.matches('_').count() >= 2
            && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    for (place, code) in NAME_TESTS.iter().flat_map(|path| code_of(file(&repository, path))) {
        if is_test_name(&code) && !known.contains(code.as_str()) {
            problems.push(format!("{place}: there is no test {code}"));
        }
    }
    problems.sort();
    problems.dedup();
    assert_none(&problems, "Name a test that exists, or say that it is a gap.");
}

#[test]
fn dependencies_point_downwards() {
    let repository = repository();
    let manifests = manifests(&repository);
    assert!(manifests.iter().any(|(name, _)| *name == "oikos-model"), "the workspace has its crates");
    let mut problems = Vec::new();
    for (name, manifest) in manifests {
        if floor_of(name).is_none() {
            problems.push(format!("{}:1: {name} has no floor; add it to FLOORS in crates/oikos/tests/tidy.rs", manifest.path));
            continue;
        }
        let wrong = dependencies(manifest).into_iter().filter(|(_, used)| !may_use(name, used));
        problems.extend(wrong.map(|(place, used)| format!("{place}: {name} must not depend on {used}")));
    }
    assert_none(&problems, "Data goes one way: ARCHITECTURE.md, \"Code map\". Move what is needed down, or hand it in.");
}

#[test]
fn sql_is_written_only_in_the_registrys_backends() {
    // The spikes are programs outside the workspace that measured a decision.
    let allowed = ["crates/registry/sqlite/", "crates/registry/postgres/", "lab/spikes/"];
    let problems = said_outside(&repository(), &["CREATE TABLE", "INSERT INTO"], &allowed);
    assert_none(&problems, "The registry's SQL lives in its two backends: add a method to the Store trait.");
}

#[test]
fn only_the_transport_connects_to_other_nodes() {
    // An identity provider is no node: people sign in there, and no data of the house goes to it. The lab's relay only slows bytes down
    // between two nodes of its own on this machine.
    let allowed = ["crates/exchange/transport/", "crates/node/src/oidc/", "lab/"];
    let problems = said_outside(&repository(), &["TcpStream::connect", "rustls::"], &allowed);
    assert_none(&problems, "Only crates/exchange/transport opens connections to other nodes.");
}

#[test]
fn no_file_names_a_folder_of_somebodys_machine() {
    // Put together here, so that this file does not name them either.
    let needles = [concat!("/", "work/"), concat!("/", "farm/")];
    let repository = repository();
    let lines = repository.iter().flat_map(Text::lines);
    let wrong = lines.filter(|(_, line)| needles.iter().any(|needle| line.contains(needle)));
    let problems: Vec<String> = wrong.map(|(place, _)| format!("{place}: an absolute path of one machine")).collect();
    assert_none(&problems, "Name files relative to the repository's root.");
}

#[test]
fn every_crate_has_the_licence_and_the_lints_of_the_workspace() {
    let repository = repository();
    let mut problems = Vec::new();
    for (_, manifest) in manifests(&repository) {
        for needed in ["\nlicense.workspace = true\n", "\n[lints]\nworkspace = true\n"] {
            if !manifest.text.contains(needed) {
                problems.push(format!("{}:1: no {:?}", manifest.path, needed.trim()));
            }
        }
    }
    assert_none(&problems, "Every crate takes its licence and its lints from the workspace.");
}
