//! The page, embedded in the binary: no build step, no foreign request, no inline script.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use super::Shared;

/// Only what this node itself serves; nothing inline.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const INDEX: &str = include_str!("../../../../web/index.html");
const SCRIPT: &str = include_str!("../../../../web/app.js");
const STYLE: &str = include_str!("../../../../web/style.css");

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/", get(|| file("text/html; charset=utf-8", INDEX)))
        .route("/app.js", get(|| file("text/javascript; charset=utf-8", SCRIPT)))
        .route("/style.css", get(|| file("text/css; charset=utf-8", STYLE)))
}

async fn file(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, content_type)], text)
}

/// The API's description, for people and programs.
pub(crate) async fn openapi() -> impl IntoResponse {
    let text = super::openapi_json().unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], text)
}
