//! The node: wires the rooms. Services decide and journal in one place ([`Node`]); the HTTP API, the page and the command line
//! are faces of the same services; one process owns a node's folder.

mod api;
mod approvals;
mod asks;
mod attempts;
mod caller;
mod carried;
mod clocks;
mod company;
mod config;
mod corrections;
mod detect;
mod entities;
mod error;
mod evidence;
mod findings;
mod folder;
mod ids;
mod import;
mod inbox;
mod init;
mod jobs;
mod journal;
mod keys;
mod leads;
mod leaving;
mod link;
mod marking_view;
mod node;
mod oidc;
mod outbox;
mod passage;
mod passkeys;
mod people;
mod picture;
mod pre_authorised;
mod received;
mod release;
mod requests;
mod retention;
mod rows;
mod second_factor;
mod serve;
mod sessions;
mod sign_in;
mod sign_in_settings;
mod sink;
mod sql;
mod subjects;
mod users;
mod witness;

pub use api::openapi_json;
pub use approvals::{ApprovalDecision, ApprovalView, Verdict};
pub use asks::{AskLine, AskReport, AskRequest, Asked, HitLine, PartnerAsked, PersonName, SelectorName};
pub use caller::Caller;
pub use carried::{CarriedLine, ExportRequest, ImportedParcels, ParcelFile};
pub use config::NodeConfig;
pub use corrections::{NoticeLine, NoticePage, RecallRequest, RecallView, RectifyRequest};
pub use detect::{DetectRequest, RunReport};
pub use entities::{
    EntityHit, EntityPath, EntitySearch, EntityView, FindingHit, JudgeRequest, JudgementView, LeadHit, MergePreview,
    OwnershipEdge, OwnershipGraph, OwnershipNode, ReceivedBy, RelationView, ResemblanceReason, ResemblanceView, SearchAnswer,
    SearchQuery, SourceEntity, StatementView, Verdict as EntityVerdict,
};
pub use error::{Factor, NodeError};
pub use evidence::{BundleCheck, BundleDecision, BundleView, PrepareRequest, verify_bundle};
pub use findings::{DecisionRequest, EvidenceRow, FindingFilter, FindingPage, FindingSummary, FindingView};
pub use folder::NodeFolder;
pub use import::{ImportReport, ImportRequest};
pub use inbox::{PartnerRequest, PartnerView};
pub use init::{OPERATOR, init};
pub use journal::{
    EntryErasureRequest, FileView, FolderView, JournalExportRequest, JournalLine, JournalSearch, JournalSearchPage,
    JournalVerification, ProofRequest, ProofView,
};
pub use keys::operator_token;
pub use leads::LeadView;
pub use leaving::{LeaveRequest, LeaveView};
pub use link::{Deliveries, Delivery, DeliveryLine, FetchLine, Later, LinkedNode};
pub use marking_view::MarkingView;
pub use node::Node;
pub(crate) use node::Noted;
pub use oidc::SingleSignOn;
pub use oikos_registry::{Direction, RequestState};
pub use passkeys::{NewPasskey, PasskeyAnswer, PasskeyCreation, PasskeyQuestion, PasskeyView};
pub use picture::{
    AggregateQuery, AggregateView, BaseRate, Citation, DeskDomain, Dimension, DomainSeverity, FindingRef, LeadDayView,
    LeadDetail, LeftOfLead, LinkKind, LinkView, MemberView, PictureLead, PictureLink, PictureOrigin, PictureView, PlaceView,
    PointColumns, ReportQuery, ReportSection, RivalView, Sentence, Severity, SituationReport, Span, StepView, WhatIfRequest,
    WhatIfView,
};
pub use pre_authorised::PreAuthorisedLine;
pub use received::{ReceivedLine, ReceivedPage};
pub use release::{CompanyName, Derogation, FindingName, ReleaseLine, ReleasePage, ReleaseRequest, ReleaseView};
pub use requests::{RequestDecision, RequestDraft, RequestFilter, RequestLine, RequestPreview, RequestView};
pub use retention::ErasureReport;
pub use second_factor::{EnrolmentView, RecoveryCodes};
pub use serve::serve;
pub use sessions::{Grounds, PurposeRequest, PurposeView, SessionView};
pub use sign_in::{SignInRequest, SignedIn};
pub use sign_in_settings::{OidcSettings, SecondFactorRule, SignInSettings};
pub use sql::{SqlRequest, SqlResult};
pub use subjects::{
    HeldFinding, HeldStatement, HeldView, SubjectAnswer, SubjectRequest, SubjectRequestView, SubjectStep, Wanted,
};
pub use users::{UserRequest, UserView};
pub use witness::{TrustedCheckpoint, WatchedLogLine, WitnessLine};

/// What every page, the README and the command line say.
pub const NOTICE: &str = "Concept demonstrator; fictional agreements; not accredited.";
