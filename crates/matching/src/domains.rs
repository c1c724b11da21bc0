//! Internet domain names and the addresses of pages: what can be looked up, in one written form. Nothing is looked up here.

/// Longest name (RFC 1035, 2.3.4).
const MOST_BYTES: usize = 253;
const MOST_LABEL_BYTES: usize = 63;

/// The domain name in small letters without the final dot; names of other scripts stay in their ASCII form (`xn--`).
///
/// # Errors
/// Says what a name needs.
pub fn domain(text: &str) -> Result<String, &'static str> {
    let name = text.trim().trim_end_matches('.').to_ascii_lowercase();
    if name.len() > MOST_BYTES || !name.contains('.') {
        return Err("expected at least two labels and at most 253 bytes");
    }
    let label = |label: &str| {
        (1..=MOST_LABEL_BYTES).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if !name.split('.').all(label) {
        return Err("a label is of letters, digits and '-', and does not begin or end with '-'");
    }
    match name.rsplit('.').next() {
        Some(last) if last.starts_with("xn--") || (last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_lowercase())) => {
            Ok(name)
        }
        _ => Err("the last label is no top-level domain"),
    }
}

/// Where a page is kept: its domain name or its IP address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A domain name, normalised.
    Domain(String),
    /// An IP address.
    Address(std::net::IpAddr),
}

/// The host of a page's address (RFC 3986): what stands between `://` and the next `/`, without user, password and port.
pub fn host_of(url: &str) -> Option<Host> {
    let (scheme, rest) = url.trim().split_once("://")?;
    if scheme.is_empty() || !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')) {
        return None;
    }
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if let Some(bracketed) = host.strip_prefix('[') {
        return bracketed.split(']').next()?.parse().ok().map(Host::Address);
    }
    let name = host.split(':').next().unwrap_or_default();
    name.parse().map(Host::Address).ok().or_else(|| domain(name).ok().map(Host::Domain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_have_one_form() {
        assert_eq!(domain(" Example.ORG. "), Ok("example.org".into()));
        assert_eq!(domain("xn--mnchen-3ya.example"), Ok("xn--mnchen-3ya.example".into()));
        for bad in ["localhost", "a..org", "-a.org", "exa mple.org", "1.2.3.4", "a.b1", "", &"a.".repeat(200)] {
            assert!(domain(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn hosts_are_found_behind_whatever_surrounds_them() {
        let name = |name: &str| Some(Host::Domain(name.into()));
        assert_eq!(host_of("https://News.Example.org:8443/a?b#c"), name("news.example.org"));
        assert_eq!(host_of("http://bank.example@evil.example/"), name("evil.example"));
        assert_eq!(host_of("http://203.0.113.44/x"), Some(Host::Address("203.0.113.44".parse().unwrap())));
        assert_eq!(host_of("http://[2001:db8::1]:80/x"), Some(Host::Address("2001:db8::1".parse().unwrap())));
        for none in ["example.org", "https://", "javascript:alert(1)", "://example.org", "https://localhost/"] {
            assert_eq!(host_of(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_texts_never_panic_and_names_stay_as_they_are(text in ".{0,80}") {
            let _ = host_of(&text);
            if let Ok(name) = domain(&text) {
                prop_assert_eq!(domain(&name), Ok(name.clone()));
            }
        }
    }
}
