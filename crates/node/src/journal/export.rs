//! A part of the journal for a supervisor: what the log shows everyone, and the private halves of the entries asked for.

use std::path::Path;

use oikos_journal::DisclosedEntry;
use oikos_model::{Action, ContentHash};
use oikos_registry::Transaction;
use serde::Deserialize;
use serde_json::json;

use super::{FolderView, text_file};
use crate::{Caller, Node, NodeError, Noted};

/// More entries than this are taken out in parts.
const MOST_ENTRIES: u64 = 20_000;
/// More files than this no log of that many entries has.
const MOST_FILES: usize = 100_000;

/// What to take out.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalExportRequest {
    /// The first entry whose private half is taken along.
    pub from: i64,
    /// The first entry that is not; absent: up to the newest.
    pub to: Option<i64>,
    /// For whom, in words.
    pub recipient: String,
}

impl Node {
    /// The log's tiles, checkpoints and cosignatures, and the private halves of the chosen entries with their salts, with a manifest of
    /// hashes and a text that says how to verify them with tools that are not ours.
    ///
    /// # Errors
    /// When policy refuses, the range is empty or too large, or the log cannot be read.
    pub fn export_journal(&self, caller: &Caller, request: &JournalExportRequest) -> Result<FolderView, NodeError> {
        let recipient = request.recipient.trim();
        if recipient.is_empty() || recipient.len() > 300 || recipient.chars().any(char::is_control) {
            return Err(NodeError::Invalid("say for whom in 1 to 300 printable bytes".into()));
        }
        let lines = self.write(caller, Action::ExportJournal, |tx| {
            let to = request.to.unwrap_or(i64::MAX).min(tx.journal_length()?);
            let (count, lines) = private_halves(tx, request.from, to)?;
            let subjects = vec![format!("journal-entries:{}-{}", request.from, to - 1)];
            let detail = json!({ "recipient": recipient, "entries": count });
            Ok((lines, Noted::about(subjects).with_detail(detail)))
        })?;
        self.publish_journal()?;
        let mut files = log_files(&self.folder().journal())?;
        files.push(text_file("entries.jsonl", lines));
        files.push(text_file("keys.json", self.export_keys(caller)?));
        files.push(text_file("README.md", README));
        let hashes: serde_json::Map<String, serde_json::Value> =
            files.iter().map(|(path, bytes)| (path.clone(), json!(ContentHash::of_bytes(bytes).to_string()))).collect();
        let manifest = json!({ "node": self.id(), "for": recipient, "sha256": hashes });
        let manifest = serde_json::to_string_pretty(&manifest).map_err(NodeError::internal)?;
        files.push(text_file("manifest.json", manifest));
        Ok(FolderView::of(files))
    }

    /// The keys with which the folder is verified: the journal's own, and each witness's.
    fn export_keys(&self, caller: &Caller) -> Result<String, NodeError> {
        let act = caller.act(Action::ExportJournal, self.clock().now());
        let tx = oikos_registry::Store::snapshot(self.store(), &act)?;
        let mut witnesses = serde_json::Map::new();
        for log in tx.witnessed_logs()? {
            witnesses.insert(log.node.to_string(), log.keys);
        }
        let keys = json!({ "journal": self.stated_keys()?, "card": self.identity().card(), "witnesses": witnesses });
        serde_json::to_string_pretty(&keys).map_err(NodeError::internal)
    }
}

/// One line of JSON per entry: the private half with its salt, or that it was erased.
fn private_halves(tx: &dyn Transaction, from: i64, to: i64) -> Result<(u64, String), NodeError> {
    let count = u64::try_from(to.saturating_sub(from.max(0))).unwrap_or(0);
    if from < 0 || count == 0 || count > MOST_ENTRIES {
        return Err(NodeError::Invalid(format!("choose 1 to {MOST_ENTRIES} entries that are there")));
    }
    let mut lines = String::new();
    let mut position = from;
    while position < to {
        for row in tx.journal_rows(position, 1_000)?.into_iter().take_while(|row| row.index < to) {
            position = row.index + 1;
            let line = match (row.content, row.salt) {
                (Some(content), Some(salt)) => {
                    json!(DisclosedEntry { index: row.index.unsigned_abs(), content, salt: hex::encode(salt) })
                }
                _ => json!({ "index": row.index, "erased": true }),
            };
            lines.push_str(&line.to_string());
            lines.push('\n');
        }
    }
    Ok((count, lines))
}

/// Every file of the public log: `checkpoint`, `tile/…`, `cosigned/…`.
fn log_files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, NodeError> {
    let mut files = Vec::new();
    let mut open = vec!["checkpoint".to_owned(), "tile".to_owned(), "cosigned".to_owned()];
    while let Some(path) = open.pop() {
        let full = folder.join(&path);
        let failed = |source| NodeError::io("reading the journal's log", &full, source);
        if full.is_dir() {
            for entry in std::fs::read_dir(&full).map_err(failed)? {
                let name = entry.map_err(failed)?.file_name();
                open.extend(name.to_str().filter(|name| !name.ends_with(".tmp")).map(|name| format!("{path}/{name}")));
            }
        } else if full.is_file() {
            files.push((path, std::fs::read(&full).map_err(failed)?));
        }
        if files.len() > MOST_FILES {
            return Err(NodeError::Internal("the journal's folder holds more files than a log has".into()));
        }
    }
    Ok(files)
}

const README: &str = "\
# A part of a node's journal

Concept demonstrator; fictional agreements; not accredited.

- `checkpoint`, `tile/`: the log in the layout of C2SP tlog-tiles (https://c2sp.org/tlog-tiles). A leaf is a salted commitment and says
  nothing by itself.
- `cosigned/SIZE`: checkpoints with the cosignatures of witnesses (https://c2sp.org/tlog-cosignature).
- `keys.json`: the journal's keys as verifier keys, signed by the node's identity card; the card; each witness's keys, signed by its card.
  Compare the card's fingerprint with the authority before you trust it.
- `entries.jsonl`: the private halves of the entries asked for, one per line: `index`, `content`, `salt`.
- `manifest.json`: the SHA-256 of every other file.

Any tool for transparency logs verifies the log: for example Go's golang.org/x/mod/sumdb/note opens `checkpoint` with the key at
`journal.content.log`, and golang.org/x/mod/sumdb/tlog checks inclusion and consistency from the tiles.

An entry is the one the log holds if SHA-256 over these fields is the 32 bytes of its leaf, found at `index` in `tile/entries/`. Each field
has its length before it as eight bytes, most significant first: `journal-entry`, the 32 bytes of the salt, the bytes of `content`.
";
