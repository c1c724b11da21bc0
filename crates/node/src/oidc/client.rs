//! The little HTTP that an identity provider is spoken to with: one request per connection, no redirects, limits on time and size.
//! A provider is no node: it is trusted by the certificates that `node.yaml` names, not by a pinned key.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use crate::sign_in_settings::Origin;
use crate::{NodeError, OidcSettings};

const ANSWER_BYTES_MAXIMUM: usize = 1 << 20;
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// Asks for a document.
pub(super) async fn get(settings: &OidcSettings, url: &str) -> Result<Bytes, NodeError> {
    let request = Request::builder().method(Method::GET).header(header::ACCEPT, "application/json");
    send(settings, url, request, Bytes::new()).await
}

/// Sends a form in the node's name.
pub(super) async fn post(settings: &OidcSettings, url: &str, authorization: &str, form: String) -> Result<Bytes, NodeError> {
    let request = Request::builder()
        .method(Method::POST)
        .header(header::ACCEPT, "application/json")
        .header(header::AUTHORIZATION, authorization)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    send(settings, url, request, form.into()).await
}

async fn send(
    settings: &OidcSettings,
    url: &str,
    request: hyper::http::request::Builder,
    body: Bytes,
) -> Result<Bytes, NodeError> {
    let failed = |problem: &dyn std::fmt::Display| NodeError::Provider(format!("{url}: {problem}"));
    let origin = Origin::of(url).ok_or_else(|| failed(&"no address"))?;
    if !origin.is_https && !origin.is_loopback() {
        return Err(failed(&"not protected on the way"));
    }
    let path = if origin.rest.starts_with('/') { origin.rest } else { "/" };
    let request = request.uri(path).header(header::HOST, format!("{}:{}", origin.host, origin.port));
    let request = request.body(Full::new(body)).map_err(|error| failed(&error))?;
    let exchange = async {
        let stream = TcpStream::connect((origin.host, origin.port)).await.map_err(|error| failed(&error))?;
        if !origin.is_https {
            return answer(stream, request).await.map_err(|error| failed(&error));
        }
        let name = ServerName::try_from(origin.host.to_owned()).map_err(|error| failed(&error))?;
        let stream = connector(settings)?.connect(name, stream).await.map_err(|error| failed(&error))?;
        answer(stream, request).await.map_err(|error| failed(&error))
    };
    tokio::time::timeout(ANSWERS_WITHIN, exchange).await.map_err(|_| failed(&"no answer in time"))?
}

/// Trusts whom the settings name, and nobody else.
fn connector(settings: &OidcSettings) -> Result<TlsConnector, NodeError> {
    let path = settings.ca_file.as_ref().ok_or_else(|| NodeError::Provider("node.yaml names no ca_file for it".into()))?;
    let wrong = |problem: &dyn std::fmt::Display| NodeError::Provider(format!("{}: {problem}", path.display()));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))? {
        roots.add(certificate.map_err(|error| wrong(&error))?).map_err(|error| wrong(&error))?;
    }
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.map_err(NodeError::internal)?.with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = Limited::new(response.into_body(), ANSWER_BYTES_MAXIMUM).collect().await;
    connection.abort();
    if status != StatusCode::OK {
        return Err(format!("it answered {status}").into());
    }
    Ok(body?.to_bytes())
}

/// A query, or a form.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
}

/// Text inside a query.
pub(super) fn encoded(text: &str) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.bytes().map(|byte| if is_plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_query_cannot_leave_it() {
        assert_eq!(query(&[("a", "b c&d=é"), ("e", "-._~")]), "a=b%20c%26d%3D%C3%A9&e=-._~");
    }
}
