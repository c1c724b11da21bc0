//! Internet names and addresses in one written form, also where a report broke them on purpose (`203[.]0[.]113[.]44`, `hxxps://…`).

use std::net::IpAddr;

/// An IP address as RFC 5952 writes it. An IPv4 address mapped into IPv6 is the IPv4 address; a port or a zone is no part of it.
pub(super) fn ip_address(text: &str) -> Result<String, &'static str> {
    let text = refanged(text.trim());
    let address: IpAddr =
        text.trim_start_matches('[').trim_end_matches(']').parse().map_err(|_| "expected an IPv4 or IPv6 address")?;
    Ok(match address {
        IpAddr::V6(address) => address.to_ipv4_mapped().map_or_else(|| address.to_string(), |address| address.to_string()),
        IpAddr::V4(address) => address.to_string(),
    })
}

/// A domain name in small letters, without the dot of the root: labels of at most 63 letters, digits, hyphens and underscores (RFC 1035, RFC
/// 2181), 253 in all. Names in other scripts are expected in their ASCII form (`xn--…`), which is how DNS carries them; a name that is
/// not is refused rather than guessed, because two scripts can look alike.
pub(super) fn domain(text: &str) -> Result<String, &'static str> {
    let name = refanged(text.trim()).to_ascii_lowercase();
    let name = name.strip_suffix('.').unwrap_or(&name);
    if name.is_empty() || name.len() > 253 {
        return Err("expected 1 to 253 characters");
    }
    if !name.is_ascii() {
        return Err("expected the ASCII form of an internationalised name, for example xn--mnchen-3ya.example");
    }
    let good_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if !name.split('.').all(good_label) {
        return Err("expected labels of letters, digits and hyphens between dots");
    }
    // No top-level domain is a number (RFC 3696 section 2), so what ends in one is an address, or meant to be.
    if name.rsplit('.').next().is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err("it ends in a number, as addresses do and names do not");
    }
    Ok(name.to_owned())
}

/// The text with its dots and colons whole again: reports write `[.]`, `(.)`, `[dot]` and `[:]` so that nobody clicks.
pub fn refanged(text: &str) -> String {
    let whole = [("[.]", "."), ("(.)", "."), ("{.}", "."), ("[dot]", "."), ("(dot)", "."), ("[:]", ":"), ("[@]", "@")];
    let text = whole.iter().fold(text.to_owned(), |text, (broken, sign)| text.replace(broken, sign));
    match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("hxxp") => format!("http{}", &text[4..]),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_form() {
        assert_eq!(ip_address(" 203[.]0[.]113[.]44 "), Ok("203.0.113.44".into()));
        assert_eq!(ip_address("::ffff:203.0.113.44"), Ok("203.0.113.44".into()));
        assert_eq!(ip_address("2001:DB8:0:0::1"), Ok("2001:db8::1".into()));
        assert_eq!(ip_address("[2001:db8::1]"), Ok("2001:db8::1".into()));
        for wrong in ["", "203.0.113", "203.0.113.256", "203.0.113.044", "203.0.113.44:80", "example.org"] {
            assert!(ip_address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn domains_have_one_form() {
        assert_eq!(domain("Login.Port-Example[.]ORG."), Ok("login.port-example.org".into()));
        assert_eq!(domain("_dmarc.example.org"), Ok("_dmarc.example.org".into()));
        for wrong in
            ["", ".", "a..b", "-a.example", "a b.example", "münchen.example", "203.0.113.44", "300.1.1.1", &"a".repeat(64)]
        {
            assert!(domain(wrong).is_err(), "{wrong}");
        }
        assert_eq!(refanged("hxxps://evil[.]example/a"), "https://evil.example/a");
    }

    proptest::proptest! {
        #[test]
        fn a_normal_form_is_its_own(text in ".{0,60}") {
            for normalise in [ip_address, domain] {
                if let Ok(once) = normalise(&text) {
                    proptest::prop_assert_eq!(normalise(&once), Ok(once.clone()));
                }
            }
        }
    }
}
