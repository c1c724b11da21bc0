//! The HTTP API: OpenAPI 3.1, kept as a golden file in `crates/node/openapi.json`. Handlers only translate; services decide and journal.

mod access;
mod answer;
mod approvals;
mod asks;
mod bundles;
mod cases;
mod desks;
mod entities;
mod events;
mod exchange;
mod findings;
mod imports;
mod inbox;
mod oversight;
mod page;
mod passkeys;
mod picture;
mod same_site;
mod screening;
mod session;
mod single_sign_on;
mod subjects;
mod users;
mod watch;
mod work;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware;
use axum::routing::{delete, get, post, put};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;

use crate::{Delivery, Node};

/// Largest request body: questions and decisions are small, files are named by path.
const BODY_BYTES_MAXIMUM: usize = 1 << 20;

/// Largest body of sealed parcels that a file brings: two of the largest parcels in base64, and their frame.
const BUNDLE_BYTES_MAXIMUM: usize = 48 << 20;

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) node: Arc<Node>,
    pub(crate) delivery: Arc<dyn Delivery>,
}

/// The API's description.
#[derive(OpenApi)]
#[openapi(
    modifiers(&OperationsByPath),
    info(
        title = "Oikos node",
        description = "Concept demonstrator; fictional agreements; not accredited.",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2"),
        version = "1"
    ),
    paths(
        session::sign_in,
        session::show_session,
        session::sign_out,
        session::show_node,
        access::state_purpose,
        access::change_password,
        access::enrol,
        access::confirm,
        access::sessions,
        access::end_session,
        passkeys::begin,
        passkeys::register,
        passkeys::passkeys,
        passkeys::remove,
        passkeys::ask,
        passkeys::sign_in,
        single_sign_on::depart,
        single_sign_on::arrive,
        findings::list,
        findings::show,
        findings::evidence,
        findings::decide,
        inbox::list,
        inbox::counts,
        inbox::reasons,
        inbox::filters,
        inbox::keep_filters,
        inbox::work,
        inbox::undo,
        inbox::colleagues,
        inbox::budgets,
        inbox::set_budget,
        cases::list,
        cases::open,
        cases::show,
        cases::step,
        cases::playbooks,
        events::events,
        picture::leads,
        picture::lead,
        picture::what_if,
        picture::days,
        picture::picture,
        picture::report,
        picture::aggregates,
        picture::ownership,
        entities::search,
        entities::list,
        entities::show,
        entities::ownership,
        entities::preview,
        entities::judge,
        screening::screen,
        screening::lists,
        screening::decisions,
        screening::decide,
        screening::sets,
        screening::keep,
        screening::set_matches,
        screening::remove,
        screening::add,
        screening::rescreen,
        screening::what_if,
        screening::self_recall,
        desks::list,
        desks::show,
        desks::file,
        desks::keep,
        desks::remove,
        desks::set_parameters,
        desks::switch,
        desks::try_on_history,
        desks::trial,
        desks::stop_trial,
        desks::preview,
        imports::upload,
        imports::show_upload,
        imports::discard_upload,
        imports::list,
        imports::show,
        imports::rejects,
        imports::reject_file,
        work::import,
        work::detect,
        work::jobs,
        work::job,
        work::sql,
        exchange::partners,
        exchange::add_partner,
        exchange::preview,
        exchange::release,
        exchange::releases,
        exchange::received,
        exchange::recall,
        exchange::notices,
        exchange::rectify,
        exchange::leave,
        exchange::trust_journal,
        exchange::pre_authorised,
        exchange::export,
        exchange::import_parcels,
        exchange::fetch,
        exchange::deliver,
        bundles::list,
        bundles::prepare,
        bundles::decide,
        bundles::export,
        subjects::list,
        subjects::open,
        subjects::step,
        approvals::approvals,
        approvals::approval,
        approvals::decide,
        asks::ask,
        asks::hits,
        asks::preview,
        asks::send,
        asks::list,
        asks::show,
        asks::decide,
        oversight::journal,
        oversight::verify,
        oversight::search,
        oversight::prove,
        oversight::export,
        oversight::erase_entry,
        oversight::erase,
        watch::tables,
        watch::consultations,
        watch::unusual,
        watch::review,
        watch::statistics,
        watch::export_statistics,
        users::users,
        users::put_user,
        users::reset_second_factor,
        users::unlock,
        users::bind_subject,
        users::unbind_subject,
    ),
    // What jobs give, which no operation answers with.
    components(schemas(crate::RunReport, work::ImportOutcome))
)]
pub(crate) struct ApiDescription;

/// Names each operation by its method and path: names of functions are not unique, and programs that generate code need unique ones.
struct OperationsByPath;

impl utoipa::Modify for OperationsByPath {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for (path, item) in &mut document.paths.paths {
            let place = path.trim_start_matches("/api/v1/").replace(['{', '}'], "").replace(['/', '-'], "_");
            let operations =
                [("get", &mut item.get), ("put", &mut item.put), ("post", &mut item.post), ("delete", &mut item.delete)];
            for (method, operation) in operations {
                if let Some(operation) = operation {
                    operation.operation_id = Some(format!("{method}_{place}"));
                }
            }
        }
    }
}

/// The golden OpenAPI document as it is now.
///
/// # Errors
/// When the document cannot be serialised.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    ApiDescription::openapi().to_pretty_json().map(|text| text + "\n")
}

/// The page and the API of one node.
pub(crate) fn router(node: Arc<Node>, delivery: Arc<dyn Delivery>) -> Router {
    let api = Router::new()
        .route("/node", get(session::show_node))
        .route("/session", post(session::sign_in).get(session::show_session).delete(session::sign_out))
        .route("/session/purposes", post(access::state_purpose))
        .route("/session/password", put(access::change_password))
        .route("/session/second-factor", post(access::enrol).put(access::confirm))
        .route("/session/passkey/challenges", post(passkeys::ask))
        .route("/session/passkey", post(passkeys::sign_in))
        .route("/session/oidc", post(single_sign_on::depart))
        .route("/session/oidc/callback", get(single_sign_on::arrive))
        .route("/passkeys/challenges", post(passkeys::begin))
        .route("/passkeys", get(passkeys::passkeys).post(passkeys::register))
        .route("/passkeys/{id}", delete(passkeys::remove))
        .route("/sessions", get(access::sessions))
        .route("/sessions/{id}", delete(access::end_session))
        .route("/findings", get(findings::list))
        .route("/findings/{origin}/{key}", get(findings::show))
        .route("/findings/{origin}/{key}/evidence", get(findings::evidence))
        .route("/findings/{origin}/{key}/decisions", post(findings::decide))
        .route("/inbox", get(inbox::list))
        .route("/inbox/counts", get(inbox::counts))
        .route("/inbox/reasons", get(inbox::reasons))
        .route("/inbox/filters", get(inbox::filters).put(inbox::keep_filters))
        .route("/inbox/work", post(inbox::work))
        .route("/inbox/undo", post(inbox::undo))
        .route("/colleagues", get(inbox::colleagues))
        .route("/budgets", get(inbox::budgets))
        .route("/budgets/{desk}", put(inbox::set_budget))
        .route("/cases", get(cases::list).post(cases::open))
        .route("/cases/{id}", get(cases::show))
        .route("/cases/{id}/steps", post(cases::step))
        .route("/playbooks", get(cases::playbooks))
        .route("/events", get(events::events))
        .route("/leads", get(picture::leads))
        .route("/leads/{id}", get(picture::lead))
        .route("/leads/{id}/what-if", post(picture::what_if))
        .route("/leads/{id}/days", get(picture::days))
        .route("/picture", get(picture::picture))
        .route("/picture/report", get(picture::report))
        .route("/aggregates", get(picture::aggregates))
        .route("/ownership", get(picture::ownership))
        .route("/search", get(entities::search))
        .route("/entities", get(entities::list))
        .route("/entities/entity", get(entities::show))
        .route("/entities/ownership", get(entities::ownership))
        .route("/entities/judgements", post(entities::judge))
        .route("/entities/judgements/preview", post(entities::preview))
        .route("/screening", post(screening::screen))
        .route("/screening/lists", get(screening::lists))
        .route("/screening/decisions", get(screening::decisions).post(screening::decide))
        .route("/screening/sets", get(screening::sets).post(screening::keep))
        .route("/screening/sets/{id}", get(screening::set_matches).delete(screening::remove))
        .route("/screening/sets/{id}/subjects", post(screening::add))
        .route("/screening/sets/{id}/screen", post(screening::rescreen))
        .route("/screening/sets/{id}/what-if", post(screening::what_if))
        .route("/screening/self-recall", post(screening::self_recall))
        .route("/desks", get(desks::list))
        .route("/detectors", post(desks::keep))
        .route("/detectors/{detector}", get(desks::show).delete(desks::remove))
        .route("/detectors/{detector}/file", get(desks::file))
        .route("/detectors/{detector}/parameters", post(desks::set_parameters))
        .route("/detectors/{detector}/switch", post(desks::switch))
        .route("/detectors/{detector}/trials", post(desks::try_on_history))
        .route("/trials/{id}", get(desks::trial).delete(desks::stop_trial))
        .route("/previews", post(desks::preview))
        // As long as the settings allow, which is counted while it comes in.
        .route("/uploads", post(imports::upload).layer(DefaultBodyLimit::disable()))
        .route("/uploads/{id}", get(imports::show_upload).delete(imports::discard_upload))
        .route("/imports", get(imports::list).post(work::import))
        .route("/imports/{number}", get(imports::show))
        .route("/imports/{number}/rejects", get(imports::rejects))
        .route("/imports/{number}/rejects/file", get(imports::reject_file))
        .route("/runs", post(work::detect))
        .route("/jobs", get(work::jobs))
        .route("/jobs/{id}", get(work::job))
        .route("/sql", post(work::sql))
        .route("/partners", get(exchange::partners).post(exchange::add_partner))
        .route("/releases/preview", post(exchange::preview))
        .route("/releases", get(exchange::releases).post(exchange::release))
        .route("/received", get(exchange::received))
        .route("/releases/pre-authorised", post(exchange::pre_authorised))
        .route("/recalls", get(exchange::notices).post(exchange::recall))
        .route("/rectifications", post(exchange::rectify))
        .route("/partners/{node}/departure", post(exchange::leave))
        .route("/partners/{node}/journal-trust", post(exchange::trust_journal))
        .route("/parcels/export", post(exchange::export))
        .route("/parcels/import", post(exchange::import_parcels).layer(DefaultBodyLimit::max(BUNDLE_BYTES_MAXIMUM)))
        .route("/parcels/fetch", post(exchange::fetch))
        .route("/deliveries", post(exchange::deliver))
        .route("/bundles", get(bundles::list).post(bundles::prepare))
        .route("/bundles/{id}/decisions", post(bundles::decide))
        .route("/bundles/{id}/exports", post(bundles::export))
        .route("/subjects", get(subjects::list).post(subjects::open))
        .route("/subjects/{id}/steps", post(subjects::step))
        .route("/asks", post(asks::ask))
        .route("/asks/hits", get(asks::hits))
        .route("/requests/preview", post(asks::preview))
        .route("/requests", get(asks::list).post(asks::send))
        .route("/requests/{direction}/{partner}/{id}", get(asks::show))
        .route("/requests/incoming/{partner}/{id}/answer", post(asks::decide))
        .route("/journal", get(oversight::journal))
        .route("/journal/verification", post(oversight::verify))
        .route("/journal/search", get(oversight::search))
        .route("/journal/proofs", post(oversight::prove))
        .route("/journal/exports", post(oversight::export))
        .route("/journal/erasures", post(oversight::erase_entry))
        .route("/policy/tables", get(watch::tables))
        .route("/oversight/consultations", get(watch::consultations))
        .route("/oversight/unusual", get(watch::unusual))
        .route("/oversight/unusual/{id}/reviews", post(watch::review))
        .route("/statistics", get(watch::statistics))
        .route("/statistics/exports", post(watch::export_statistics))
        .route("/erasures", post(oversight::erase))
        .route("/approvals", get(approvals::approvals))
        .route("/approvals/{id}", get(approvals::approval).post(approvals::decide))
        .route("/users", get(users::users).put(users::put_user))
        .route("/users/{name}/second-factor", delete(users::reset_second_factor))
        .route("/users/{name}/delay", delete(users::unlock))
        .route("/users/{name}/subject", put(users::bind_subject).delete(users::unbind_subject))
        .route("/openapi.json", get(page::openapi))
        .fallback(answer::no_such_path);
    Router::new()
        .nest("/api/v1", api)
        .merge(page::routes())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAXIMUM))
        .layer(middleware::from_fn(same_site::check))
        .layer(fixed_header(header::CONTENT_SECURITY_POLICY, page::CONTENT_SECURITY_POLICY))
        .layer(fixed_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed_header(header::REFERRER_POLICY, "no-referrer"))
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .with_state(Shared { node, delivery })
}

fn fixed_header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_the_golden_file() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        let now = openapi_json().unwrap();
        if std::env::var_os("OIKOS_UPDATE_GOLDEN").is_some() {
            std::fs::write(path, &now).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), now, "run cargo xtask docs and read the difference");
    }
}
