//! Erasure by the clock and by request: from the lake, the registry, its indexes, and the disk.

use oikos_lake::Erasure;
use oikos_model::Action;
use serde::Serialize;

use crate::{Caller, Node, NodeError, Noted};

/// What an erasure removed. The journal keeps these counts, never what was erased.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct ErasureReport {
    /// Data files of the lake, and the records in them.
    pub files: u64,
    /// Records.
    pub records: u64,
    /// Statements.
    pub statements: u64,
    /// Findings.
    pub findings: u64,
    /// Hits of asks, and requests.
    pub requests: u64,
    /// Parts of parcels that never became whole.
    pub chunks: u64,
    /// Cases.
    pub cases: u64,
    /// Decisions on matches and sets of screened subjects.
    pub screenings: u64,
}

impl Node {
    /// Erases everything whose label expired. The scheduler does this every hour; anyone allowed to erase can do it at once.
    ///
    /// # Errors
    /// When policy refuses or erasing fails; then nothing was removed.
    pub fn erase_expired(&self, caller: &Caller) -> Result<ErasureReport, NodeError> {
        let now = self.clock().now();
        let report = self.write(caller, Action::Erase, |tx| {
            crate::approvals::expire(tx, now)?;
            let erased = self.lake().erase(tx, Erasure::Expired, now).map_err(NodeError::internal)?;
            let report = ErasureReport {
                files: erased.paths.len() as u64,
                records: erased.records.unsigned_abs(),
                statements: tx.erase_expired_statements(now)? as u64,
                findings: tx.erase_expired_findings(now)? as u64,
                requests: self.erase_expired_asks(tx, now)? as u64,
                chunks: self.erase_unfinished(tx, now)? as u64,
                cases: tx.erase_expired_cases(now)?.len() as u64,
                screenings: tx.erase_expired_screenings(now)? as u64,
            };
            let detail = serde_json::to_value(&report).map_err(NodeError::internal)?;
            Ok((report, Noted::about(vec!["erasure:expired".into()]).with_detail(detail)))
        })?;
        self.sweep_lake()?;
        self.remove_expired_rejects()?;
        self.sweep_uploads()?;
        // A lead must not outlive what it was made of.
        self.recompute_picture(&self.itself())?;
        Ok(report)
    }

    /// Erases what one import brought. Findings that rest on it are superseded by the next run.
    ///
    /// # Errors
    /// When policy refuses, there is no such import, or erasing fails; then nothing was removed.
    pub fn erase_import(&self, caller: &Caller, import_number: u32) -> Result<ErasureReport, NodeError> {
        let now = self.clock().now();
        let report = self.write(caller, Action::Erase, |tx| {
            if !tx.mark_import_erased(import_number)? {
                return Err(NodeError::NotFound(format!("import {import_number}")));
            }
            let erased = self.lake().erase(tx, Erasure::Import(import_number), now).map_err(NodeError::internal)?;
            let report = ErasureReport {
                files: erased.paths.len() as u64,
                records: erased.records.unsigned_abs(),
                statements: tx.erase_statements_of_import(import_number)? as u64,
                findings: 0,
                requests: 0,
                chunks: 0,
                cases: 0,
                screenings: 0,
            };
            let detail = serde_json::to_value(&report).map_err(NodeError::internal)?;
            Ok((report, Noted::about(vec![format!("import:{import_number}")]).with_detail(detail)))
        })?;
        self.sweep_lake()?;
        self.remove_rejects(import_number)?;
        // A lead must not outlive what it was made of.
        self.recompute_picture(&self.itself())?;
        Ok(report)
    }

    /// Deletes from disk what the catalogue let go.
    fn sweep_lake(&self) -> Result<(), NodeError> {
        self.housekeeping(Action::Erase, |tx| self.lake().sweep(tx).map(drop).map_err(NodeError::internal))
    }
}
