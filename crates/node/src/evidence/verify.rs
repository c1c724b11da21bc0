//! Verifying a bundle without a node and without a network: file by file, what is right and what is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use oikos_exchange::{AttestationKind, Attested, IdentityCard};
use oikos_journal::{DisclosedEntry, Entry, NoteVerifier, OfflineProof};
use oikos_model::{Action, Actor, ContentHash, UserName};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::manifest::{AUTHORISATION, CARD, FORMAT, JOURNAL_KEYS, MANIFEST, Manifest, PREPARATION, SEAL, Sealed};
use crate::witness::StatedKeys;

const MOST_FILES: usize = 10_000;
const LARGEST_FILE_BYTES: u64 = 512 << 20;

/// What verifying found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BundleCheck {
    /// What is right.
    pub right: Vec<String>,
    /// What is wrong; empty where the bundle holds.
    pub wrong: Vec<String>,
    /// The fingerprint of the card the bundle was checked with.
    pub fingerprint: Option<String>,
}

impl BundleCheck {
    /// Whether the bundle is what the node sealed.
    pub const fn holds(&self) -> bool {
        self.wrong.is_empty()
    }

    fn note(&mut self, what: &str, verdict: Result<(), String>) {
        match verdict {
            Ok(()) => self.right.push(what.to_owned()),
            Err(problem) => self.wrong.push(format!("{what}: {problem}")),
        }
    }
}

/// Checks the bundle in `folder` against the card of the node that is said to have sealed it; without one, against its own, whose
/// fingerprint people must then compare.
pub fn verify_bundle(folder: &Path, card: Option<&IdentityCard>) -> BundleCheck {
    let mut check = BundleCheck::default();
    if let Err(problem) = check_all(folder, card, &mut check) {
        check.wrong.push(problem);
    }
    check
}

fn check_all(folder: &Path, given: Option<&IdentityCard>, check: &mut BundleCheck) -> Result<(), String> {
    let files = read_files(folder)?;
    let bytes = |path: &str| files.get(path).ok_or_else(|| format!("{path}: it is missing"));
    let own = std::str::from_utf8(bytes(CARD)?).map_err(|error| format!("{CARD}: {error}"))?;
    let own = IdentityCard::from_json(own).map_err(|error| format!("{CARD}: {error}"))?;
    let card = given.unwrap_or(&own);
    check.fingerprint = Some(card.fingerprint());
    let same = card.node() == own.node() && card.content.keys == own.content.keys;
    let other = || "the bundle was sealed by another node, or with other keys, than the card you gave".to_owned();
    check.note(CARD, if same { Ok(()) } else { Err(other()) });
    let sealed: Attested<Sealed> = parse(SEAL, bytes(SEAL)?)?;
    check.note(SEAL, sealed.verify(AttestationKind::EvidenceManifest, card).map_err(|error| error.to_string()));
    let manifest_bytes = bytes(MANIFEST)?;
    let manifest: Manifest = parse(MANIFEST, manifest_bytes)?;
    check.note(MANIFEST, check_manifest(&manifest, manifest_bytes, &sealed.content, card));
    check_hashes(&manifest, &files, check);
    let keys: StatedKeys = parse(JOURNAL_KEYS, bytes(JOURNAL_KEYS)?)?;
    check.note("the journal's keys", keys.verify(AttestationKind::JournalKeys, card).map_err(|error| error.to_string()));
    let log: NoteVerifier = keys.content.log.parse().map_err(|error| format!("{JOURNAL_KEYS}: {error}"))?;
    let acts = [
        (PREPARATION, Action::PrepareBundle, &manifest.prepared_by),
        (AUTHORISATION, Action::AuthoriseBundle, &manifest.authorised_by),
    ];
    for (name, action, person) in acts {
        let proof = bytes(&format!("{name}.tlog-proof"))?;
        let entry = bytes(&format!("{name}.entry.json"))?;
        check.note(name, check_act(proof, entry, &log, action, person, &manifest.bundle));
    }
    let two = manifest.prepared_by != manifest.authorised_by;
    check.note("two people", if two { Ok(()) } else { Err("one person prepared and authorised it".into()) });
    Ok(())
}

fn check_manifest(manifest: &Manifest, bytes: &[u8], sealed: &Sealed, card: &IdentityCard) -> Result<(), String> {
    if sealed.manifest_sha256 != ContentHash::of_bytes(bytes) {
        return Err("it is not the manifest that was sealed".into());
    }
    if manifest.format != FORMAT || manifest.bundle != sealed.bundle || manifest.node != *card.node() {
        return Err("format, bundle or node are not those of the seal and the card".into());
    }
    Ok(())
}

fn check_hashes(manifest: &Manifest, files: &BTreeMap<String, Vec<u8>>, check: &mut BundleCheck) {
    for (path, expected) in &manifest.sha256 {
        let verdict = match files.get(path) {
            None => Err("it is missing".to_owned()),
            Some(bytes) if ContentHash::of_bytes(bytes) != *expected => Err("it was changed".to_owned()),
            Some(_) => Ok(()),
        };
        check.note(path, verdict);
    }
    let known: BTreeSet<&str> = manifest.sha256.keys().map(String::as_str).chain([MANIFEST, SEAL]).collect();
    for path in files.keys().filter(|path| !known.contains(path.as_str())) {
        check.note(path, Err("it does not belong to the bundle".into()));
    }
}

/// That an act is in the journal, was allowed, and was this person's on this bundle.
fn check_act(
    proof: &[u8],
    entry: &[u8],
    log: &NoteVerifier,
    action: Action,
    person: &UserName,
    bundle: &str,
) -> Result<(), String> {
    let text = std::str::from_utf8(proof).map_err(|error| error.to_string())?;
    let proof: OfflineProof = text.parse().map_err(|error: oikos_journal::OfflineProofError| error.to_string())?;
    proof.verify(log, &[]).map_err(|error| error.to_string())?;
    let disclosed: DisclosedEntry = serde_json::from_slice(entry).map_err(|error| error.to_string())?;
    if disclosed.index != proof.index || disclosed.commitment() != Some(proof.commitment) {
        return Err("the entry is not the one the proof is of".into());
    }
    let entry: Entry = serde_json::from_str(&disclosed.content).map_err(|error| error.to_string())?;
    let told = entry.act.action == action
        && entry.act.actor == Actor::Person(person.clone())
        && entry.outcome == oikos_journal::Outcome::Allowed
        && entry.subjects.contains(&format!("bundle:{bundle}"));
    let authorised = action != Action::AuthoriseBundle || entry.detail["authorised"] == true;
    if told && authorised { Ok(()) } else { Err(format!("the journal's entry is not {person}'s {action} of this bundle")) }
}

fn parse<T: DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("{path}: {error}"))
}

/// Every file below the folder by its path with `/`. Links are not followed: they are no part of a bundle.
fn read_files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((path, name)) = open.pop() {
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        let about = std::fs::symlink_metadata(&path).map_err(failed)?;
        if about.is_dir() {
            for entry in std::fs::read_dir(&path).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let own = entry.file_name().to_string_lossy().into_owned();
                open.push((entry.path(), if name.is_empty() { own } else { format!("{name}/{own}") }));
            }
        } else if about.is_file() && about.len() <= LARGEST_FILE_BYTES {
            files.insert(name, std::fs::read(&path).map_err(failed)?);
        } else {
            return Err(format!("{}: it is no plain file of at most 512 MiB", path.display()));
        }
        if files.len() > MOST_FILES {
            return Err("there are more files than a bundle has".into());
        }
    }
    Ok(files)
}
