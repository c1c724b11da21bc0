//! Writing an authorised bundle.

use std::collections::BTreeMap;

use oikos_exchange::AttestationKind;
use oikos_journal::OfflineProof;
use oikos_model::{Action, ContentHash};
use serde::Serialize;

use super::gather::Gathered;
use super::manifest::{AUTHORISATION, CARD, FORMAT, FileHead, JOURNAL_KEYS, MANIFEST, Manifest, PREPARATION, SEAL, Sealed};
use super::{Bundle, Decided, State, person};
use crate::journal::{disclosed_entry, text_file};
use crate::{Caller, FolderView, NOTICE, Node, NodeError, Noted};

type Files = Vec<(String, Vec<u8>)>;

impl Node {
    /// Writes an authorised bundle: records, findings, statements, sources, manifest, proofs and seal. It can be written again.
    ///
    /// # Errors
    /// When policy refuses for any one thing in it, it was not authorised, or something in it is not what it was.
    pub fn export_bundle(&self, caller: &Caller, id: &str) -> Result<FolderView, NodeError> {
        let written_by = person(caller)?;
        let now = self.clock().now();
        let proofs = self.bundle_proofs(caller, id)?;
        let (bundle, decided, gathered) = self.write(caller, Action::ExportBundle, |tx| {
            let bundle = Bundle::read(tx, id)?;
            let decided = authorised(&bundle)?;
            let gathered = self.gather_bundle(tx, caller, Action::ExportBundle, &bundle)?;
            let gathered = self.gather_records(tx, caller, &bundle, gathered)?;
            let bundle = Bundle { state: State::Exported, ..bundle };
            bundle.put(tx)?;
            let detail = serde_json::json!({ "recipient": bundle.recipient, "prepared_by": bundle.prepared_by,
                "authorised_by": decided.by });
            let noted = Noted::about(bundle.subjects()).with_detail(detail);
            Ok(((bundle, decided, gathered), noted))
        })?;
        // Nothing leaves before its entry is published.
        self.publish_journal()?;
        let mut files = data_files(&bundle, &gathered)?;
        files.extend(proofs);
        files.push(json_file(CARD, self.identity().card())?);
        files.push(json_file(JOURNAL_KEYS, &self.stated_keys()?)?);
        files.push(text_file("README.md", readme(&bundle)));
        let sha256: BTreeMap<String, ContentHash> =
            files.iter().map(|(path, bytes)| (path.clone(), ContentHash::of_bytes(bytes))).collect();
        let manifest = Manifest {
            format: FORMAT,
            bundle: bundle.id.clone(),
            node: self.id().clone(),
            case: bundle.case,
            purpose: bundle.purpose,
            legal_basis: bundle.legal_basis,
            recipient: bundle.recipient,
            prepared_by: bundle.prepared_by,
            prepared_at: bundle.prepared_at,
            authorised_by: decided.by,
            authorised_at: decided.at,
            written_by,
            written_at: now,
            marking: gathered.marking,
            sha256,
        };
        let (path, bytes) = json_file(MANIFEST, &manifest)?;
        let sealed = Sealed { bundle: bundle.id, manifest_sha256: ContentHash::of_bytes(&bytes) };
        files.push((path, bytes));
        files.push(json_file(SEAL, &self.identity().attest(AttestationKind::EvidenceManifest, sealed))?);
        Ok(FolderView::of(files))
    }

    /// Proofs that preparation and authorisation are in the journal, with the two entries disclosed: they name references, not content.
    fn bundle_proofs(&self, caller: &Caller, id: &str) -> Result<Files, NodeError> {
        self.authorise(caller, Action::ExportBundle)?;
        self.publish_journal()?;
        let act = caller.act(Action::ExportBundle, self.clock().now());
        let tx = self.store().snapshot(&act)?;
        let bundle = Bundle::read(tx.as_ref(), id)?;
        let decided = authorised(&bundle)?;
        let mut files = Vec::new();
        for (name, index) in [(PREPARATION, bundle.entry), (AUTHORISATION, decided.entry)] {
            let proof: OfflineProof = self.offline_proof(tx.as_ref(), index)?;
            files.push(text_file(&format!("{name}.tlog-proof"), proof.to_string()));
            files.push(json_file(&format!("{name}.entry.json"), &disclosed_entry(tx.as_ref(), index)?)?);
        }
        Ok(files)
    }
}

/// The decision, if it is one to let the bundle out.
fn authorised(bundle: &Bundle) -> Result<Decided, NodeError> {
    let out = matches!(bundle.state, State::Authorised | State::Exported);
    let refused = || NodeError::Conflict(format!("bundle {} is {}: nothing leaves", bundle.id, bundle.state.code()));
    bundle.decided.clone().filter(|_| out).ok_or_else(refused)
}

fn data_files(bundle: &Bundle, gathered: &Gathered) -> Result<Files, NodeError> {
    let head = FileHead { bundle: &bundle.id, tlp: gathered.marking.tlp.code(), marking: &gathered.marking, notice: NOTICE };
    let mut tables: BTreeMap<&str, Vec<&serde_json::Value>> = BTreeMap::new();
    for (reference, record) in &gathered.records {
        tables.entry(reference.table.as_str()).or_default().push(record);
    }
    let mut files = Vec::new();
    for (table, records) in tables {
        files.push(lines_file(&format!("records/{table}.jsonl"), &head, &records)?);
    }
    files.push(lines_file("findings.jsonl", &head, &gathered.findings)?);
    files.push(lines_file("statements.jsonl", &head, &gathered.statements)?);
    let sources: Vec<serde_json::Value> = gathered
        .sources
        .iter()
        .map(|import| {
            serde_json::json!({ "import": import.number, "file": import.file_name, "sha256": import.source,
            "format": import.format, "dataset": import.dataset })
        })
        .collect();
    files.push(lines_file("sources.jsonl", &head, &sources)?);
    Ok(files)
}

/// One JSON object per line; the first says how the file is marked.
fn lines_file<T: Serialize>(path: &str, head: &FileHead<'_>, things: &[T]) -> Result<(String, Vec<u8>), NodeError> {
    let mut lines = serde_json::to_string(head).map_err(NodeError::internal)?;
    for thing in things {
        lines.push('\n');
        lines.push_str(&serde_json::to_string(thing).map_err(NodeError::internal)?);
    }
    lines.push('\n');
    Ok(text_file(path, lines))
}

fn json_file<T: Serialize>(path: &str, thing: &T) -> Result<(String, Vec<u8>), NodeError> {
    Ok(text_file(path, serde_json::to_string_pretty(thing).map_err(NodeError::internal)? + "\n"))
}

fn readme(bundle: &Bundle) -> String {
    format!(
        "# Evidence bundle {}\n\n{} · {NOTICE}\n\nFor: {}\nCase: {}\nPurpose: {}\nLegal basis: {}\n\n\
         `records/`: rows as the node's lake has them, one JSON object per line; the first line of each file is its marking. \
         `findings.jsonl`, `statements.jsonl`: what was concluded and stated. `sources.jsonl`: the files the records were read from, \
         with their SHA-256. `proofs/`: that preparation and authorisation are in the node's journal. `manifest.json`: the SHA-256 of \
         every file; `manifest.seal.json`: the node's two signatures on it.\n\n\
         Verify it with `oikos bundle verify FOLDER --card CARD`, where CARD came from the authority on another way.\n",
        bundle.id,
        bundle.marking.tlp.code(),
        bundle.recipient,
        bundle.case,
        bundle.purpose,
        bundle.legal_basis
    )
}
