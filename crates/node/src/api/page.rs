//! The page, embedded in the binary: no foreign request, no inline script.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Shared;

/// Only what this node itself serves; nothing inline.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Shown where the program was built without the page.
const NO_PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Oikos</title><p>This program was built without its \
     page. <code>cargo xtask build</code> builds both; the commands of <code>oikos</code> work without.</p></html>";

/// A file of the page.
struct File {
    path: &'static str,
    content: &'static [u8],
    /// The same, compressed by gzip.
    compressed: Option<&'static [u8]>,
}

const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/", get(serve)).route("/icon.svg", get(serve)).route("/assets/{file}", get(serve))
}

async fn serve(request: Request) -> Response {
    let path = match request.uri().path() {
        "/" => "/index.html",
        path => path,
    };
    match FILES.iter().find(|file| file.path == path) {
        Some(file) => file.answer(request.headers()),
        None if path == "/index.html" => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], NO_PAGE).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl File {
    fn answer(&self, asked: &HeaderMap) -> Response {
        let takes_gzip = |value: &axum::http::HeaderValue| value.to_str().is_ok_and(|text| text.contains("gzip"));
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(self.content_type()));
        headers.insert(header::VARY, header::HeaderValue::from_static("accept-encoding"));
        if self.path.starts_with("/assets/") {
            // Their names change with their content.
            headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("private, max-age=31536000, immutable"));
        }
        match self.compressed {
            Some(compressed) if asked.get(header::ACCEPT_ENCODING).is_some_and(takes_gzip) => {
                headers.insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
                (headers, compressed).into_response()
            }
            _ => (headers, self.content).into_response(),
        }
    }

    fn content_type(&self) -> &'static str {
        match self.path.rsplit('.').next() {
            Some("html") => "text/html; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("json") => "application/json",
            Some("svg") => "image/svg+xml",
            _ => "application/octet-stream",
        }
    }
}

/// The API's description, for people and programs.
pub(crate) async fn openapi() -> impl IntoResponse {
    let text = super::openapi_json().unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], text)
}
