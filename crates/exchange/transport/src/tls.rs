//! TLS as two nodes speak it: version 1.3 only, hybrid key exchange only, both sides prove a key that the other has pinned.
//!
//! Certificates are self-issued wrappers around a node's TLS key, made afresh at start. Nothing in them is trusted but the key: its
//! SHA-256 (of the subject public key info, as in RFC 7858 section 4.2) is on the partner's identity card. So names and dates in them are not looked at.

use std::sync::Arc;

use oikos_exchange::NodeIdentity;
use oikos_model::{ContentHash, NodeId};
use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ED25519};
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs::{cipher_suite, default_provider, kx_group};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoServerSessionStorage, ParsedCertificate};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName as SubjectHint, Error, OtherError, PeerIncompatible,
    ServerConfig, SignatureScheme,
};

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsSetupError {
    /// The identity's TLS key cannot be used.
    #[error("the node's TLS key cannot be used: {0}")]
    Key(String),
    /// The TLS library refuses the configuration.
    #[error("TLS cannot be set up: {0}")]
    Configuration(#[from] Error),
}

/// Who may connect: looks a TLS key up among the partners. Asked at every handshake, so that a partner who left is refused at once.
pub trait Directory: Send + Sync + 'static {
    /// The partner whose identity card pins this key.
    fn partner_with_pin(&self, pin: &ContentHash) -> Option<NodeId>;
}

/// A peer showed a key that nobody pinned.
#[derive(Debug, thiserror::Error)]
#[error("the key {} is not pinned by an agreement", .0.short())]
struct NotPinned(ContentHash);

/// The one set of algorithms: the floor of every agreement. A peer that knows classical key exchange only finds nothing in common.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        cipher_suites: vec![
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
            cipher_suite::TLS13_AES_128_GCM_SHA256,
        ],
        kx_groups: vec![kx_group::X25519MLKEM768],
        ..default_provider()
    })
}

/// The name in every certificate, and the one a client asks for. It says nothing and is not sent.
const NAME: &str = "node.oikos.invalid";

fn certificate(identity: &NodeIdentity) -> Result<(CertificateDer<'static>, PrivatePkcs8KeyDer<'static>), TlsSetupError> {
    let key_error = |error: String| TlsSetupError::Key(error);
    let pkcs8 = identity.tls_key_pkcs8().map_err(|error| key_error(error.to_string()))?;
    let der = PrivatePkcs8KeyDer::from(pkcs8.to_vec());
    let key = KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_ED25519).map_err(|error| key_error(error.to_string()))?;
    let mut parameters = CertificateParams::new([NAME.to_owned()]).map_err(|error| key_error(error.to_string()))?;
    parameters.distinguished_name = DistinguishedName::new();
    let certificate = parameters.self_signed(&key).map_err(|error| key_error(error.to_string()))?;
    Ok((certificate.der().clone(), der))
}

/// The TLS side of a server: asks every client for its key and lets in those that `directory` knows.
pub(crate) fn server_config(identity: &NodeIdentity, directory: Arc<dyn Directory>) -> Result<ServerConfig, TlsSetupError> {
    let (certificate, key) = certificate(identity)?;
    let provider = provider();
    let verifier = PinnedClients { directory, provider: Arc::clone(&provider) };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(vec![certificate], key.into())?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    // Every connection proves its key anew: no tickets, no stored sessions, no early data.
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(config)
}

/// The TLS side of a client that speaks to the one server with this pin.
pub(crate) fn client_config(identity: &NodeIdentity, pin: ContentHash) -> Result<ClientConfig, TlsSetupError> {
    let (certificate, key) = certificate(identity)?;
    let provider = provider();
    let verifier = PinnedServer { pin, provider: Arc::clone(&provider) };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_auth_cert(vec![certificate], key.into())?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    config.resumption = Resumption::disabled();
    config.enable_sni = false;
    Ok(config)
}

/// The name that a client gives to its TLS library.
pub(crate) fn server_name() -> Result<ServerName<'static>, TlsSetupError> {
    ServerName::try_from(NAME).map_err(|error| TlsSetupError::Key(error.to_string()))
}

/// The pin of a certificate: SHA-256 of its subject public key info.
pub(crate) fn pin_of(certificate: &CertificateDer<'_>) -> Result<ContentHash, Error> {
    let parsed = ParsedCertificate::try_from(certificate)?;
    Ok(ContentHash::of_bytes(&parsed.subject_public_key_info()))
}

fn not_pinned(pin: ContentHash) -> Error {
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(NotPinned(pin)))))
}

/// A handshake below TLS 1.3 never comes so far; if it did, it would be refused here.
fn no_tls12() -> Result<HandshakeSignatureValid, Error> {
    Err(Error::PeerIncompatible(PeerIncompatible::Tls12NotOffered))
}

#[derive(Debug)]
struct PinnedServer {
    pin: ContentHash,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedServer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let pin = pin_of(end_entity)?;
        if pin == self.pin { Ok(ServerCertVerified::assertion()) } else { Err(not_pinned(pin)) }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        no_tls12()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

struct PinnedClients {
    directory: Arc<dyn Directory>,
    provider: Arc<CryptoProvider>,
}

impl std::fmt::Debug for PinnedClients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PinnedClients")
    }
}

impl ClientCertVerifier for PinnedClients {
    fn root_hint_subjects(&self) -> &[SubjectHint] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let pin = pin_of(end_entity)?;
        match self.directory.partner_with_pin(&pin) {
            Some(_) => Ok(ClientCertVerified::assertion()),
            None => Err(not_pinned(pin)),
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        no_tls12()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}
