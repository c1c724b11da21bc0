//! Oversight: who looked at whom, which access was unusual, what policy amounts to, and what may be published. All of it comes from the
//! journal and the running policy, not from trust.

mod acts;
mod consultations;
mod months;
mod statistics;
mod tables;
mod unusual;

pub use consultations::{ConsultationLine, ConsultationSearch, Consultations, LookedAt, Looker};
pub use statistics::{StatisticsCell, StatisticsExport, StatisticsPeriod, StatisticsView};
pub use tables::{PolicyTableView, TablePart, TableRow};
pub use unusual::{
    AccessReview, IndicatorKind, IndicatorView, NamedNumber, ReviewRequest, RuleView, UnusualAccess, UnusualPeriod,
};
