//! The node: wires the rooms. Services decide and journal in one place ([`Node`]); the HTTP API, the page and the command line
//! are faces of the same services; one process owns a node's folder.

mod api;
mod bundle;
mod caller;
mod company;
mod config;
mod corrections;
mod detect;
mod error;
mod findings;
mod folder;
mod import;
mod inbox;
mod init;
mod jobs;
mod journal;
mod keys;
mod leads;
mod leaving;
mod link;
mod node;
mod outbox;
mod people;
mod pre_authorised;
mod received;
mod release;
mod retention;
mod rows;
mod serve;
mod sink;
mod sql;
mod users;

pub use api::openapi_json;
pub use bundle::{Bundle, CarriedLine, ExportRequest, ImportedBundle};
pub use caller::Caller;
pub use config::NodeConfig;
pub use corrections::{NoticeLine, NoticePage, RecallRequest, RecallView, RectifyRequest};
pub use detect::{DetectRequest, RunReport};
pub use error::NodeError;
pub use findings::{DecisionRequest, EvidenceRow, FindingFilter, FindingPage, FindingSummary, FindingView};
pub use folder::NodeFolder;
pub use import::{ImportReport, ImportRequest};
pub use inbox::{PartnerRequest, PartnerView};
pub use init::{OPERATOR, init};
pub use journal::{JournalLine, JournalVerification};
pub use keys::operator_token;
pub use leads::LeadView;
pub use leaving::{LeaveRequest, LeaveView};
pub use link::{Deliveries, Delivery, DeliveryLine, FetchLine, Later, LinkedNode};
pub use node::Node;
pub(crate) use node::Noted;
pub use pre_authorised::PreAuthorisedLine;
pub use received::{ReceivedLine, ReceivedPage};
pub use release::{CompanyName, FindingName, ReleaseLine, ReleasePage, ReleaseRequest, ReleaseView};
pub use retention::ErasureReport;
pub use serve::serve;
pub use sql::{SqlRequest, SqlResult};
pub use users::{Grounds, UserRequest, UserView};

/// What every page, the README and the command line say.
pub const NOTICE: &str = "Concept demonstrator; fictional agreements; not accredited.";
