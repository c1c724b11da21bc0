//! What the node set of its detectors, and how their runs went.

use oikos_model::{DetectorId, LabelId, Timestamp};
use oikos_registry::{DetectorChangeRow, DetectorRow, DetectorRunRow, Detectors, FindingsOfDay, StoreError};

use crate::columns::{Columns, json, microseconds};
use crate::filter::{Filter, at_most};
use crate::transaction::PostgresTransaction;
use crate::values::params;

const DETECTOR: &str = "id, enabled, parameters, file_text, changed_at";
const CHANGE: &str = "number, detector, changed_at, content";
const RUN: &str = "detector, began_at, ended_at, content";
const DAY_MICROSECONDS: i64 = 86_400_000_000;

impl Detectors for PostgresTransaction<'_> {
    fn put_detector(&mut self, detector: &DetectorRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO detector ({DETECTOR}) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET enabled = excluded.enabled, \
             parameters = excluded.parameters, file_text = excluded.file_text, changed_at = excluded.changed_at"
        );
        let row = params![
            detector.detector.as_str(),
            detector.enabled,
            json(&detector.parameters)?,
            detector.text,
            microseconds(detector.changed_at),
        ];
        self.execute("recording a detector's settings", &sql, row).map(drop)
    }

    fn detector(&self, id: &DetectorId) -> Result<Option<DetectorRow>, StoreError> {
        self.read_one("detector", &format!("SELECT {DETECTOR} FROM detector WHERE id = $1"), params![id.as_str()], read_detector)
    }

    fn detectors(&self) -> Result<Vec<DetectorRow>, StoreError> {
        self.read_all("detector", &format!("SELECT {DETECTOR} FROM detector ORDER BY id"), params![], read_detector)
    }

    fn remove_detector(&mut self, id: &DetectorId) -> Result<bool, StoreError> {
        Ok(self.execute("removing a detector", "DELETE FROM detector WHERE id = $1", params![id.as_str()])? > 0)
    }

    fn put_detector_change(&mut self, change: &DetectorChangeRow) -> Result<i64, StoreError> {
        let next = "SELECT COALESCE(MAX(number), 0) + 1 FROM detector_change";
        let number = self.read_number("detector_change", next, params![])?;
        let sql = format!("INSERT INTO detector_change ({CHANGE}) VALUES ($1, $2, $3, $4)");
        let row = params![number, change.detector.as_str(), microseconds(change.at), json(&change.content)?];
        self.execute("recording a detector's change", &sql, row)?;
        Ok(number)
    }

    fn detector_changes(&self, id: &DetectorId, limit: usize) -> Result<Vec<DetectorChangeRow>, StoreError> {
        let sql = format!("SELECT {CHANGE} FROM detector_change WHERE detector = $1 ORDER BY number DESC LIMIT $2");
        self.read_all("detector_change", &sql, params![id.as_str(), at_most(limit)], |columns| {
            Ok(DetectorChangeRow {
                number: columns.value(0)?,
                detector: columns.identifier(1)?,
                at: columns.timestamp(2)?,
                content: columns.json(3)?,
            })
        })
    }

    fn put_detector_run(&mut self, run: &DetectorRunRow, kept: usize) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO detector_run ({RUN}) VALUES ($1, $2, $3, $4) ON CONFLICT (detector, began_at) DO UPDATE SET \
             ended_at = excluded.ended_at, content = excluded.content"
        );
        let (began_at, ended_at) = (microseconds(run.began_at), microseconds(run.ended_at));
        let row = params![run.detector.as_str(), began_at, ended_at, json(&run.content)?];
        self.execute("recording how a run went", &sql, row)?;
        let old = "DELETE FROM detector_run WHERE detector = $1 AND began_at NOT IN \
                   (SELECT began_at FROM detector_run WHERE detector = $1 ORDER BY began_at DESC LIMIT $2)";
        self.execute("forgetting old runs", old, params![run.detector.as_str(), at_most(kept)]).map(drop)
    }

    fn detector_runs(&self, id: &DetectorId, limit: usize) -> Result<Vec<DetectorRunRow>, StoreError> {
        let sql = format!("SELECT {RUN} FROM detector_run WHERE detector = $1 ORDER BY began_at DESC LIMIT $2");
        self.read_all("detector_run", &sql, params![id.as_str(), at_most(limit)], |columns| {
            Ok(DetectorRunRow {
                detector: columns.identifier(0)?,
                began_at: columns.timestamp(1)?,
                ended_at: columns.timestamp(2)?,
                content: columns.json(3)?,
            })
        })
    }

    fn findings_by_day(&self, labels: &[LabelId], since: Timestamp) -> Result<Vec<FindingsOfDay>, StoreError> {
        let mut filter = Filter::default();
        filter.holds("received = 0");
        filter.with("first_recorded_at >= ?", microseconds(since));
        filter.labels("label", labels);
        let sql = format!(
            "SELECT detector, first_recorded_at / {DAY_MICROSECONDS} AS day, COUNT(*) FROM finding {} \
             GROUP BY detector, day ORDER BY detector, day",
            filter.clause()
        );
        self.read_all("finding", &sql, filter.values(), |columns| {
            Ok(FindingsOfDay { detector: columns.identifier(0)?, day: columns.value(1)?, findings: columns.number(2)? })
        })
    }
}

fn read_detector(columns: &Columns<'_>) -> Result<DetectorRow, StoreError> {
    Ok(DetectorRow {
        detector: columns.identifier(0)?,
        enabled: columns.flag(1)?,
        parameters: columns.json(2)?,
        text: columns.value(3)?,
        changed_at: columns.timestamp(4)?,
    })
}
