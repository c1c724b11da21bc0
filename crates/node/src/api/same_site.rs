//! What changes something is asked for by this node's own page or by a program, never by another site's page in somebody's browser.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what a foreign page can make a browser send: bodies that are neither JSON nor plain bytes, and requests that the browser says come from elsewhere.
/// The session's cookie is `SameSite=Strict` besides.
pub(crate) async fn check(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let problem = if comes_from_elsewhere(request.headers()) {
        Some((StatusCode::FORBIDDEN, "this request comes from another site's page"))
    } else if has_foreign_body(request.headers()) {
        Some((StatusCode::UNSUPPORTED_MEDIA_TYPE, "bodies are application/json, and files application/octet-stream"))
    } else {
        None
    };
    match problem {
        Some((status, text)) => (status, axum::Json(serde_json::json!({ "code": "invalid", "message": text }))).into_response(),
        None => next.run(request).await,
    }
}

/// Browsers say where a request comes from; programs say nothing.
fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get(SEC_FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none")
}

fn has_foreign_body(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(header::CONTENT_TYPE) else { return false };
    let essence = content_type.to_str().ok().and_then(|text| text.split(';').next()).map(str::trim);
    // A browser asks first before it sends either of these to another site, and is told no.
    let is_ours =
        |essence: &str| ["application/json", "application/octet-stream"].iter().any(|own| essence.eq_ignore_ascii_case(own));
    !essence.is_some_and(is_ours)
}
