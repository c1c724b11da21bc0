//! The part of `node.yaml` that says how people sign in.

use std::net::IpAddr;
use std::path::PathBuf;

use oikos_policy::Role;
use serde::{Deserialize, Serialize};

use crate::NodeError;

/// The roles that need a second factor where the rule is `required`: those who let data out, let people in, or have data erased.
const ROLES_WITH_SECOND_FACTOR: [Role; 3] = [Role::Releaser, Role::Administrator, Role::DataProtectionOfficer];

/// How people sign in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignInSettings {
    /// Whether releasers, administrators and data-protection officers need a second factor.
    pub second_factor: SecondFactorRule,
    /// Where people's browsers find the page, for example `https://node.example`: passkeys are bound to it, and with `https` the
    /// session's cookie travels over TLS only. Absent: no passkeys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_origin: Option<String>,
    /// The identity provider, where the authority has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidc: Option<OidcSettings>,
}

/// Whether some roles need a second factor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorRule {
    /// Without one, their session can do nothing but enrol.
    #[default]
    Required,
    /// Whoever has one uses it; nobody must.
    Optional,
}

/// An identity provider (OpenID Connect).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSettings {
    /// Its issuer, exactly as it names itself; `https`, or `http` on loopback.
    pub issuer: String,
    /// The name under which it knows this node.
    pub client_id: String,
    /// The file that holds the secret it shares with this node.
    pub client_secret_file: PathBuf,
    /// Certificates (PEM) of those who vouch for its TLS key. Needed for `https`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// Where it sends people back, as registered there: the public origin, then `/api/v1/session/oidc/callback`.
    pub redirect: String,
}

impl SignInSettings {
    /// Whether somebody with these role codes needs a second factor.
    pub(crate) fn needs_second_factor(&self, roles: &[String]) -> bool {
        let is_listed = |code: &String| ROLES_WITH_SECOND_FACTOR.iter().any(|role| role.code() == code);
        self.second_factor == SecondFactorRule::Required && roles.iter().any(is_listed)
    }

    /// Whether browsers reach the page over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.public_origin.as_deref().is_some_and(|origin| origin.starts_with("https://"))
    }

    pub(crate) fn check(&self) -> Result<(), NodeError> {
        if let Some(origin) = &self.public_origin {
            let is_origin = Origin::of(origin).is_some_and(|parts| parts.rest.is_empty() && parts.is_trustworthy());
            if !is_origin {
                return Err(NodeError::Invalid(format!(
                    "sign_in.public_origin {origin:?}: expected https:// and a host name, or http://localhost with a port, and \
                     nothing behind it"
                )));
            }
        }
        self.oidc.as_ref().map_or(Ok(()), OidcSettings::check)
    }
}

impl OidcSettings {
    fn check(&self) -> Result<(), NodeError> {
        for (name, url) in [("issuer", &self.issuer), ("redirect", &self.redirect)] {
            if !Origin::of(url).is_some_and(|parts| parts.is_trustworthy()) {
                return Err(NodeError::Invalid(format!(
                    "sign_in.oidc.{name} {url:?}: expected https://, or http:// on this machine"
                )));
            }
        }
        if self.issuer.starts_with("https://") && self.ca_file.is_none() {
            return Err(NodeError::Invalid("sign_in.oidc.ca_file: name the certificates that vouch for the issuer".into()));
        }
        Ok(())
    }
}

/// A URL cut into what matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin<'a> {
    pub(crate) is_https: bool,
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    /// The path and what follows it, with its slash; empty where there is none.
    pub(crate) rest: &'a str,
}

impl<'a> Origin<'a> {
    /// Cuts a URL of the form `scheme://host[:port][/rest]`. IPv6 addresses are not read.
    pub(crate) fn of(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let is_https = match scheme {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (authority, if is_https { 443 } else { 80 }),
        };
        let is_plain = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'.' || letter == b'-';
        let is_host = (1..=253).contains(&host.len()) && host.bytes().all(is_plain);
        let is_rest = rest.bytes().all(|byte| byte.is_ascii_graphic());
        (is_host && is_rest && url.len() <= 2_000).then_some(Self { is_https, host, port, rest })
    }

    /// Whether it is this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    fn is_trustworthy(&self) -> bool {
        self.is_https || self.is_loopback()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_cut_strictly() {
        let cut = |url| Origin::of(url).map(|origin| (origin.is_https, origin.host, origin.port, origin.rest));
        assert_eq!(cut("https://node.example"), Some((true, "node.example", 443, "")));
        assert_eq!(cut("http://127.0.0.1:8080/a?b"), Some((false, "127.0.0.1", 8080, "/a?b")));
        for wrong in ["node.example", "ftp://a", "https://", "https://user@host", "https://a:99999", "https://A", "https://a b/"]
        {
            assert_eq!(cut(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_not_protected_on_the_way_is_refused() {
        let with_origin = |origin: &str| SignInSettings { public_origin: Some(origin.to_owned()), ..SignInSettings::default() };
        assert!(with_origin("https://node.example").check().is_ok());
        assert!(with_origin("http://localhost:7450").check().is_ok());
        assert!(with_origin("http://node.example").check().is_err());
        assert!(with_origin("https://node.example/").check().is_err());
        let oidc = OidcSettings {
            issuer: "http://id.example".into(),
            client_id: "oikos".into(),
            client_secret_file: "secret".into(),
            ca_file: None,
            redirect: "https://node.example/api/v1/session/oidc/callback".into(),
        };
        assert!(oidc.check().is_err());
        assert!(OidcSettings { issuer: "https://id.example".into(), ..oidc.clone() }.check().is_err(), "nobody vouches for it");
        assert!(OidcSettings { issuer: "http://127.0.0.1:9".into(), ..oidc }.check().is_ok());
    }

    #[test]
    fn the_second_factor_is_required_where_nobody_says_otherwise() {
        let rules: SignInSettings = yaml_serde::from_str("{}").unwrap();
        assert!(rules.needs_second_factor(&["analyst".into(), "releaser".into()]));
        assert!(!rules.needs_second_factor(&["analyst".into(), "desk:sea".into()]));
        let optional: SignInSettings = yaml_serde::from_str("second_factor: optional").unwrap();
        assert!(!optional.needs_second_factor(&["administrator".into()]));
    }
}
