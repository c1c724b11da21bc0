//! Recalls and corrections on their way.

use oikos_model::DerivedFrom;
use oikos_registry::{NoticeQuery, NoticeRow, Notices, RectificationRow, StoreError};

use crate::columns::{code, count, json, microseconds};
use crate::derivations::Source;
use crate::filter::{Filter, page};
use crate::transaction::PostgresTransaction;
use crate::values::params;

impl Notices for PostgresTransaction<'_> {
    fn put_notice(&mut self, notice: &NoticeRow) -> Result<(), StoreError> {
        let what = Source::from(&notice.what);
        let sql = "INSERT INTO notice (kind, what_kind, what_origin, what_id, partner, parcel, noticed_at, content) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
        let row = params![
            code(&notice.kind)?,
            what.kind,
            what.origin,
            what.id.0,
            notice.partner.as_str(),
            notice.parcel.0,
            microseconds(notice.at),
            json(notice)?,
        ];
        self.execute("recording a notice", sql, row).map(drop)
    }

    fn notices(&self, query: &NoticeQuery<'_>) -> Result<Vec<NoticeRow>, StoreError> {
        let mut filter = Filter::default();
        filter.with_some("notice.partner = ?", query.partner.map(ToString::to_string));
        if query.unacknowledged {
            filter.holds("delivered_at IS NULL");
        }
        let sql = format!(
            "SELECT content, delivered_at FROM notice LEFT JOIN outgoing_parcel ON outgoing_parcel.id = notice.parcel {} \
             ORDER BY noticed_at, parcel, what_kind, what_origin, what_id {}",
            filter.clause(),
            page(query.limit, query.offset)
        );
        self.read_all("notice", &sql, filter.values(), |columns| {
            Ok(NoticeRow { acknowledged_at: columns.optional_timestamp(1)?, ..columns.json(0)? })
        })
    }

    fn put_rectification(&mut self, rectification: &RectificationRow) -> Result<(), StoreError> {
        let what = Source::from(&rectification.what);
        let sql = "INSERT INTO rectification (what_kind, what_origin, what_id, partner, sequence, content) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let (partner, sequence) = (rectification.partner.as_str(), count(rectification.sequence)?);
        let row = params![what.kind, what.origin, what.id.0, partner, sequence, json(rectification)?];
        self.execute("recording a correction", sql, row).map(drop)
    }

    fn rectifications_of(&self, what: &DerivedFrom) -> Result<Vec<RectificationRow>, StoreError> {
        let what = Source::from(what);
        let sql = "SELECT content FROM rectification WHERE what_kind = $1 AND what_origin = $2 AND what_id = $3 \
                   ORDER BY partner, sequence";
        self.read_all("rectification", sql, params![what.kind, what.origin, what.id.0], |columns| columns.json(0))
    }
}
