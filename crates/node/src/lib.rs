//! The node: wires the rooms. Services decide and journal in one place ([`Node`]); the HTTP API, the page and the command line
//! are faces of the same services; one process owns a node's folder.

mod api;
mod approvals;
mod asks;
mod attempts;
mod caller;
mod carried;
mod cases;
mod clocks;
mod company;
mod config;
mod corrections;
mod desks;
mod detect;
mod detectors;
mod entities;
mod error;
mod evidence;
mod findings;
mod folder;
mod ids;
mod import;
mod imports;
mod inbox;
mod init;
mod jobs;
mod journal;
mod keys;
mod leads;
mod leaving;
mod link;
mod news;
mod node;
mod oidc;
mod outbox;
mod oversight;
mod partner_view;
mod passage;
mod passkeys;
mod people;
mod picture;
mod pre_authorised;
mod received;
mod registry;
mod release;
mod requests;
mod retention;
mod rows;
mod screening;
mod second_factor;
mod serve;
mod sessions;
mod sign_in;
mod sign_in_settings;
mod sink;
mod sql;
mod subjects;
mod triage;
mod uploads;
mod users;
mod whole;
mod witness;

pub use api::openapi_json;
pub use approvals::{ApprovalDecision, ApprovalView, Verdict};
pub use asks::{AskLine, AskReport, AskRequest, Asked, HitLine, PartnerAsked, PersonName, SelectorName};
pub use caller::Caller;
pub use carried::{CarriedLine, ExportRequest, ImportedParcels, ParcelFile};
pub use cases::{
    CaseEvent, CaseEventKind, CaseFilter, CaseFinding, CaseLead, CaseRequest, CaseStep, CaseSummary, CaseView, MarkingView,
    NewTask, PlaybookTask, PlaybookView, TaskChange, TaskView,
};
pub use config::NodeConfig;
pub use corrections::{NoticeLine, NoticePage, RecallRequest, RecallView, RectifyRequest};
pub use desks::{
    ChangeView, DatasetStatus, DeskStatus, DetectorFile, DetectorPage, DetectorStatus, FactView, FormatView, KeyedColumn,
    OwnDetectorRequest, ParameterChange, ParameterView, Preview, PreviewProblem, PreviewRequest, ReasonView, RunStatus,
    SettingValue, StepView, Switch, TableColumnView, TableView, TrialCost, TrialLine, TrialPart, TrialReport, TrialRequest,
    TrialSummary, TriedParameter, VolumeOfDay,
};
pub use detect::{DetectRequest, RunReport};
pub use entities::{
    EntityHit, EntityPath, EntitySearch, EntityVerdict, EntityView, FindingHit, JudgeRequest, JudgementView, LeadHit,
    MergePreview, OwnershipEdge, OwnershipGraph, OwnershipNode, ReceivedBy, RelationView, ResemblanceReason, ResemblanceView,
    SearchAnswer, SearchQuery, SourceEntity, StatementView,
};
pub use error::{Factor, NodeError};
pub use evidence::{BundleCheck, BundleDecision, BundleView, PrepareRequest, verify_bundle};
pub use findings::{DecisionRequest, EvidenceRow, FindingFilter, FindingPage, FindingSummary, FindingView};
pub use folder::NodeFolder;
pub use import::{ImportReport, ImportRequest};
pub use imports::{ImportPage, ImportView, RejectPage};
pub use inbox::PartnerRequest;
pub use init::{OPERATOR, init};
pub use journal::{
    EntryErasureRequest, FileView, FolderView, JournalExportRequest, JournalLine, JournalSearch, JournalSearchPage,
    JournalVerification, ProofRequest, ProofView,
};
pub use keys::operator_token;
pub use leads::LeadView;
pub use leaving::{LeaveRequest, LeaveView};
pub use link::{Deliveries, Delivery, DeliveryLine, FetchLine, Later, LinkedNode};
pub use news::NewsKind;
pub use node::Node;
pub(crate) use node::Noted;
pub use oidc::SingleSignOn;
pub use oikos_registry::{CopiedTable, CopyProgress, Direction, RequestState};
pub use oversight::{
    AccessReview, ConsultationLine, ConsultationSearch, Consultations, IndicatorKind, IndicatorView, LookedAt, Looker,
    NamedNumber, PolicyTableView, ReviewRequest, RuleView, StatisticsCell, StatisticsExport, StatisticsPeriod, StatisticsView,
    TablePart, TableRow, UnusualAccess, UnusualPeriod,
};
pub use partner_view::{AskBudgetView, PartnerView, TermsView};
pub use passkeys::{NewPasskey, PasskeyAnswer, PasskeyCreation, PasskeyQuestion, PasskeyView};
pub use picture::{
    AggregateQuery, AggregateView, BaseRate, Citation, DeskDomain, Dimension, DomainSeverity, FindingRef, HoldingView,
    LeadDayView, LeadDetail, LeftOfLead, LinkKind, LinkView, MemberView, PictureLead, PictureLink, PictureOrigin, PictureView,
    PlaceView, PointColumns, ReportQuery, ReportSection, RivalView, Sentence, Severity, SituationReport, Span, WhatIfRequest,
    WhatIfView,
};
pub use pre_authorised::PreAuthorisedLine;
pub use received::{ReceivedLine, ReceivedPage};
pub use registry::{RegistryAddress, copy_registry};
pub use release::{CompanyName, Derogation, FindingName, ReleaseLine, ReleasePage, ReleaseRequest, ReleaseView};
pub use requests::{RequestDecision, RequestDraft, RequestFilter, RequestLine, RequestPreview, RequestView};
pub use retention::ErasureReport;
pub use screening::{
    ListView, MatchDecision, MatchDecisionRequest, MatchReason, MatchVerdict, MatchedWord, MoreSubjects, NewScreeningSet,
    Rescreening, ScreeningAnswer, ScreeningMatch, ScreeningRequest, ScreeningSetView, ScreeningSettings, ScreeningSubject,
    ScreeningWhatIf, SelfRecallRequest, SelfRecallRow, SubjectIdentifier, SubjectKind,
};
pub use second_factor::{EnrolmentView, RecoveryCodes};
pub use serve::serve;
pub use sessions::{Grounds, PurposeRequest, PurposeView, SessionView};
pub use sign_in::{SignInRequest, SignedIn};
pub use sign_in_settings::{OidcSettings, SecondFactorRule, SignInSettings};
pub use sql::{SqlRequest, SqlResult};
pub use subjects::{
    HeldFinding, HeldStatement, HeldView, SubjectAnswer, SubjectRequest, SubjectRequestView, SubjectStep, Wanted,
};
pub use triage::{
    BudgetRequest, BudgetView, CaseName, Colleague, InboxCounts, InboxFilter, InboxLine, InboxPage, RefusedUndo, SavedFilter,
    SavedFilters, UndoReport, UndoRequest, ValueCount, WorkLine, WorkReport, WorkRequest, WorkStep, WorkView,
};
pub use uploads::{FirstRows, KnownImport, ReaderLook, RejectView, TableRows, UploadView};
pub use users::{UserRequest, UserView};
pub use witness::{JournalTrust, TrustedCheckpoint, WatchedLogLine, WitnessLine};

/// What every page, the README and the command line say.
pub const NOTICE: &str = "Concept demonstrator; fictional agreements; not accredited.";
