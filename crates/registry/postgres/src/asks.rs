//! Asks, hits and requests.

use oikos_model::{LabelId, NodeId, Purpose, Selector, Timestamp};
use oikos_registry::{AskCount, AskHitRow, AskReferenceRow, Asks, Direction, RequestQuery, RequestRow, StoreError};

use crate::columns::{Columns, code, count, json, microseconds};
use crate::filter::{Filter, page};
use crate::transaction::PostgresTransaction;
use crate::values::params;

const REFERENCE: &str = "partner, reference, purpose, kind, value, made_at";

impl Asks for PostgresTransaction<'_> {
    fn ask_references(&self, partner: &NodeId, purpose: &Purpose) -> Result<Vec<AskReferenceRow>, StoreError> {
        let sql = format!("SELECT {REFERENCE} FROM ask_reference WHERE partner = $1 AND purpose = $2 ORDER BY kind, value");
        self.read_all("ask_reference", &sql, params![partner.as_str(), purpose.as_str()], read_reference)
    }

    fn ask_reference(&self, partner: &NodeId, reference: &[u8; 16]) -> Result<Option<AskReferenceRow>, StoreError> {
        let sql = format!("SELECT {REFERENCE} FROM ask_reference WHERE partner = $1 AND reference = $2");
        self.read_one("ask_reference", &sql, params![partner.as_str(), reference], read_reference)
    }

    fn put_ask_reference(&mut self, row: &AskReferenceRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO ask_reference ({REFERENCE}) SELECT $1, $2, $3, $4, $5, $6 WHERE NOT EXISTS \
             (SELECT 1 FROM ask_reference WHERE partner = $1 AND purpose = $3 AND kind = $4 AND LEFT(value, 255) = LEFT($5, 255) \
             AND value = $5)"
        );
        let AskReferenceRow { reference, partner, purpose, selector, made_at } = row;
        let row =
            params![partner.as_str(), reference, purpose.as_str(), selector.kind.code(), selector.value, microseconds(*made_at)];
        match self.execute("keeping what a hit stands for", &sql, row)? {
            0 => Err(StoreError::Conflict(format!("this selector has a reference for {partner} already"))),
            _ => Ok(()),
        }
    }

    fn asked(&self, of: &AskCount<'_>) -> Result<u64, StoreError> {
        let sql =
            "SELECT points FROM ask_count WHERE partner = $1 AND direction = $2 AND purpose = $3 AND class = $4 AND day = $5";
        let key = params![of.partner.as_str(), code(&of.direction)?, of.purpose.as_str(), code(&of.class)?, of.day];
        Ok(self.read_one("ask_count", sql, key, |columns| columns.number(0))?.unwrap_or(0))
    }

    fn count_asked(&mut self, of: &AskCount<'_>, points: u64) -> Result<(), StoreError> {
        let sql = "INSERT INTO ask_count (partner, direction, purpose, class, day, points) VALUES ($1, $2, $3, $4, $5, $6) \
                   ON CONFLICT (partner, direction, purpose, class, day) DO UPDATE SET points = ask_count.points + excluded.points";
        let row =
            params![of.partner.as_str(), code(&of.direction)?, of.purpose.as_str(), code(&of.class)?, of.day, count(points)?];
        self.execute("counting an ask", sql, row).map(drop)
    }

    fn put_ask_hit(&mut self, hit: &AskHitRow) -> Result<bool, StoreError> {
        let sql = "SELECT content FROM ask_hit WHERE partner = $1 AND reference = $2 AND purpose = $3";
        let key = params![hit.partner.as_str(), hit.reference, hit.purpose.as_str()];
        let before: Option<AskHitRow> = self.read_one("ask_hit", sql, key, |columns| columns.json(0))?;
        let kept = match &before {
            Some(before) => AskHitRow {
                quality: hit.quality.clone(),
                last_seen_at: hit.last_seen_at,
                expires_at: hit.expires_at,
                ..before.clone()
            },
            None => hit.clone(),
        };
        let sql = "INSERT INTO ask_hit (partner, reference, purpose, label, last_seen_at, expires_at, content) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (partner, reference, purpose) DO UPDATE SET \
                   last_seen_at = excluded.last_seen_at, expires_at = excluded.expires_at, content = excluded.content";
        let row = params![
            kept.partner.as_str(),
            kept.reference,
            kept.purpose.as_str(),
            kept.label.0.0,
            microseconds(kept.last_seen_at),
            microseconds(kept.expires_at),
            json(&kept)?
        ];
        self.execute("keeping a hit", sql, row)?;
        Ok(before.is_none())
    }

    fn ask_hits(&self, labels: Option<&[LabelId]>, offset: usize, limit: usize) -> Result<Vec<AskHitRow>, StoreError> {
        let mut filter = Filter::default();
        if let Some(labels) = labels {
            filter.labels("label", labels);
        }
        let (clause, page) = (filter.clause(), page(limit, offset));
        let sql = format!("SELECT content FROM ask_hit {clause} ORDER BY last_seen_at DESC, partner, reference {page}");
        self.read_all("ask_hit", &sql, filter.values(), |columns| columns.json(0))
    }

    fn put_request(&mut self, row: &RequestRow) -> Result<bool, StoreError> {
        let sql = "INSERT INTO release_request (direction, partner, id, label, state, due_at, expires_at, content) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (direction, partner, id) DO NOTHING";
        let columns = params![
            code(&row.direction)?,
            row.partner.as_str(),
            row.id,
            row.label.0.0,
            code(&row.state)?,
            microseconds(row.due_at),
            microseconds(row.expires_at),
            json(row)?
        ];
        Ok(self.execute("keeping a request", sql, columns)? == 1)
    }

    fn request(&self, direction: Direction, partner: &NodeId, id: &[u8; 16]) -> Result<Option<RequestRow>, StoreError> {
        let sql = "SELECT content FROM release_request WHERE direction = $1 AND partner = $2 AND id = $3";
        let key = params![code(&direction)?, partner.as_str(), id];
        self.read_one("release_request", sql, key, |columns| columns.json(0))
    }

    fn requests(&self, query: &RequestQuery<'_>) -> Result<Vec<RequestRow>, StoreError> {
        let mut filter = Filter::default();
        if let Some(labels) = query.labels {
            filter.labels("label", labels);
        }
        filter.with_some("direction = ?", query.direction.as_ref().map(code).transpose()?);
        filter.with_some("partner = ?", query.partner.map(|partner| partner.as_str().to_owned()));
        filter.with_some("state = ?", query.state.as_ref().map(code).transpose()?);
        let (clause, page) = (filter.clause(), page(query.limit, query.offset));
        let sql = format!("SELECT content FROM release_request {clause} ORDER BY due_at, partner, id {page}");
        self.read_all("release_request", &sql, filter.values(), |columns| columns.json(0))
    }

    fn update_request(&mut self, row: &RequestRow) -> Result<bool, StoreError> {
        let sql = "UPDATE release_request SET state = $4, due_at = $5, expires_at = $6, content = $7 \
                   WHERE direction = $1 AND partner = $2 AND id = $3";
        let columns = params![
            code(&row.direction)?,
            row.partner.as_str(),
            row.id,
            code(&row.state)?,
            microseconds(row.due_at),
            microseconds(row.expires_at),
            json(row)?
        ];
        Ok(self.execute("answering a request", sql, columns)? == 1)
    }

    fn erase_expired_asks(&mut self, now: Timestamp, references_before: Timestamp, day: u32) -> Result<usize, StoreError> {
        let hits = self.execute("erasing hits", "DELETE FROM ask_hit WHERE expires_at <= $1", params![microseconds(now)])?;
        let sql = "DELETE FROM release_request WHERE expires_at <= $1";
        let requests = self.execute("erasing requests", sql, params![microseconds(now)])?;
        let sql = "DELETE FROM ask_reference WHERE made_at < $1";
        self.execute("erasing what hits stand for", sql, params![microseconds(references_before)])?;
        self.execute("erasing counts of asks", "DELETE FROM ask_count WHERE day < $1", params![day])?;
        Ok(hits + requests)
    }
}

fn read_reference(columns: &Columns<'_>) -> Result<AskReferenceRow, StoreError> {
    let selector = Selector { kind: columns.code(3)?, value: columns.value(4)? };
    Ok(AskReferenceRow {
        partner: columns.identifier(0)?,
        reference: columns.bytes(1)?,
        purpose: columns.identifier(2)?,
        selector,
        made_at: columns.timestamp(5)?,
    })
}
