//! What was imported: the list, one import, and the rows it refused with place and reason.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use oikos_model::{Action, LabelId};
use oikos_registry::{ImportRow, Transaction};
use serde::Serialize;

use crate::uploads::RejectView;
use crate::{Caller, Node, NodeError, Noted};

/// Most imports a page lists, and most refused rows.
const MOST_LISTED: usize = 500;
/// Largest reject file that is handed out in one piece.
const DOWNLOAD_BYTES_MAXIMUM: u64 = 256 << 20;

/// An import as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImportView {
    /// Number.
    pub number: u32,
    /// The file's name.
    pub file: String,
    /// The format it was read as.
    pub format: String,
    /// The dataset it went into.
    pub dataset: String,
    /// When, RFC 3339.
    pub at: String,
    /// Rows that landed in the lake.
    pub records: u64,
    /// Statements that were new.
    pub statements: u64,
    /// Rows that did not land.
    pub rejects: u64,
    /// SHA-256 of the file.
    pub source: String,
    /// Traffic light of what it brought.
    pub tlp: String,
    /// When that expires, RFC 3339.
    pub expires: Option<String>,
    /// Whether what it brought was erased.
    pub erased: bool,
}

/// A page of imports, newest first.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImportPage {
    /// How many there are in all.
    pub total: u64,
    /// Those of this page.
    pub imports: Vec<ImportView>,
}

/// A page of refused rows, in the order of the file.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RejectPage {
    /// How many there are in all.
    pub total: u64,
    /// Those of this page.
    pub rejects: Vec<RejectView>,
    /// Whether the file with the rows is gone, with what it quoted.
    pub gone: bool,
}

impl Node {
    /// Imports whose label the caller may use, newest first. Whoever may erase sees all of them, to know what there is to erase; the rows
    /// they refused stay with their desk.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_imports(&self, caller: &Caller, offset: usize, limit: usize) -> Result<ImportPage, NodeError> {
        self.write(caller, Action::ReadImports, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadImports)?;
            let sees_all = self.may_ever(caller, Action::Erase);
            let is_seen = |row: &ImportRow| sees_all || labels.contains(&row.label);
            let mut rows: Vec<ImportRow> = tx.imports()?.into_iter().filter(is_seen).collect();
            rows.reverse();
            let total = rows.len() as u64;
            let shown = rows.into_iter().skip(offset).take(limit.clamp(1, MOST_LISTED));
            let imports = shown.map(|row| view(tx, row)).collect::<Result<Vec<_>, _>>()?;
            let subjects = imports.iter().map(|import| format!("import:{}", import.number)).collect();
            Ok((ImportPage { total, imports }, Noted::about(subjects)))
        })
    }

    /// One import.
    ///
    /// # Errors
    /// When policy refuses, or there is none that the caller may know of.
    pub fn show_import(&self, caller: &Caller, number: u32) -> Result<ImportView, NodeError> {
        self.write(caller, Action::ReadImports, |tx| {
            let row = if self.may_ever(caller, Action::Erase) {
                import_row(tx, number)?
            } else {
                self.visible_import(tx, caller, number)?
            };
            Ok((view(tx, row)?, Noted::about(vec![format!("import:{number}")])))
        })
    }

    /// The rows an import refused.
    ///
    /// # Errors
    /// When policy refuses, there is no such import that the caller may know of, or the reject file cannot be read.
    pub fn list_rejects(&self, caller: &Caller, number: u32, offset: usize, limit: usize) -> Result<RejectPage, NodeError> {
        self.write(caller, Action::ReadImports, |tx| {
            let total = self.visible_import(tx, caller, number)?.rejects;
            let path = self.reject_file(number)?;
            let rejects = match &path {
                Some(path) => read_rejects(path, offset, limit.clamp(1, MOST_LISTED))?,
                None => Vec::new(),
            };
            let detail = serde_json::json!({ "rejects": rejects.len(), "offset": offset });
            let gone = total > 0 && path.is_none();
            Ok((RejectPage { total, rejects, gone }, Noted::about(vec![format!("import:{number}")]).with_detail(detail)))
        })
    }

    /// The reject file of an import: its name and its bytes, one JSON object a line.
    ///
    /// # Errors
    /// When policy refuses, or there is no such import or file.
    pub(crate) fn reject_download(&self, caller: &Caller, number: u32) -> Result<(String, Vec<u8>), NodeError> {
        self.write(caller, Action::ReadImports, |tx| {
            self.visible_import(tx, caller, number)?;
            let path =
                self.reject_file(number)?.ok_or_else(|| NodeError::NotFound(format!("the reject file of import {number}")))?;
            let failed = |source| NodeError::io("reading", &path, source);
            let mut bytes = Vec::new();
            File::open(&path).map_err(failed)?.take(DOWNLOAD_BYTES_MAXIMUM).read_to_end(&mut bytes).map_err(failed)?;
            let detail = serde_json::json!({ "reject_file": bytes.len() });
            let noted = Noted::about(vec![format!("import:{number}")]).with_detail(detail);
            Ok(((format!("rejects-{number:06}.jsonl"), bytes), noted))
        })
    }

    fn visible_import(&self, tx: &dyn Transaction, caller: &Caller, number: u32) -> Result<ImportRow, NodeError> {
        let row = import_row(tx, number)?;
        let is_seen = tx.label(row.label)?.is_some_and(|label| self.may(caller, Action::ReadImports, &label));
        if is_seen { Ok(row) } else { Err(not_here(number)) }
    }

    /// Where the rows an import refused are, if they are still there.
    fn reject_file(&self, number: u32) -> Result<Option<PathBuf>, NodeError> {
        let folder = self.folder().rejects();
        let entries = std::fs::read_dir(&folder).map_err(|source| NodeError::io("reading", &folder, source))?;
        let prefix = format!("{number:06}-");
        let named = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix));
        Ok(entries.filter_map(|entry| Some(entry.ok()?.path())).find(named))
    }

    /// Removes the refused rows of an import from disk: they quote what was erased, or has expired.
    pub(crate) fn remove_rejects(&self, number: u32) -> Result<(), NodeError> {
        match self.reject_file(number)? {
            Some(path) => std::fs::remove_file(&path).map_err(|source| NodeError::io("removing", &path, source)),
            None => Ok(()),
        }
    }

    /// Imports whose label has expired: their refused rows go with them.
    pub(crate) fn remove_expired_rejects(&self) -> Result<(), NodeError> {
        let now = self.clock().now();
        let expired: Vec<u32> = self.housekeeping(Action::Erase, |tx| {
            let labels = tx.labels()?;
            let is_over = |label: LabelId| labels.iter().any(|(id, known)| *id == label && known.marking.is_expired(now));
            Ok(tx.imports()?.into_iter().filter(|row| is_over(row.label)).map(|row| row.number).collect())
        })?;
        expired.into_iter().try_for_each(|number| self.remove_rejects(number))
    }
}

fn not_here(number: u32) -> NodeError {
    NodeError::NotFound(format!("import {number}"))
}

fn import_row(tx: &dyn Transaction, number: u32) -> Result<ImportRow, NodeError> {
    tx.imports()?.into_iter().find(|row| row.number == number).ok_or_else(|| not_here(number))
}

fn view(tx: &dyn Transaction, row: ImportRow) -> Result<ImportView, NodeError> {
    let label = tx.label(row.label)?;
    Ok(ImportView {
        number: row.number,
        file: row.file_name,
        format: row.format,
        dataset: row.dataset.to_string(),
        at: row.at.to_string(),
        records: row.records,
        statements: row.statements,
        rejects: row.rejects,
        source: row.source.0.to_string(),
        tlp: label.as_ref().map_or("TLP:RED", |label| label.marking.tlp.code()).to_owned(),
        expires: label.and_then(|label| label.marking.expires).map(|at| at.to_string()),
        erased: row.erased,
    })
}

fn read_rejects(path: &PathBuf, offset: usize, limit: usize) -> Result<Vec<RejectView>, NodeError> {
    let failed = |source| NodeError::io("reading", path, source);
    let lines = BufReader::new(File::open(path).map_err(failed)?).lines().skip(offset).take(limit);
    lines.map(|line| serde_json::from_str(&line.map_err(failed)?).map_err(NodeError::internal)).collect()
}
