//! The answer of a web server as a capture kept it (RFC 9112): status line, fields, body; chunks put together.

/// An answer whose body is text as it stands.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

/// Why an answer gives no text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// It is not in order.
    Malformed,
    /// Its body is compressed; a capture that is to be read keeps it plain.
    Encoded,
}

/// Takes an answer apart.
pub(super) fn answer(block: &[u8]) -> Result<Answer, NoAnswer> {
    let end = block.windows(4).position(|four| four == b"\r\n\r\n").ok_or(NoAnswer::Malformed)?;
    let head = String::from_utf8_lossy(&block[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status =
        lines.next().and_then(|line| line.strip_prefix("HTTP/")?.split(' ').nth(1)?.parse().ok()).ok_or(NoAnswer::Malformed)?;
    let fields: Vec<(String, &str)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()))
        .collect();
    let field = |name: &str| fields.iter().find(|(found, _)| found == name).map(|(_, value)| *value);
    if field("content-encoding").is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Err(NoAnswer::Encoded);
    }
    let body = &block[end + 4..];
    let chunked = field("transfer-encoding").is_some_and(|encoding| encoding.eq_ignore_ascii_case("chunked"));
    // Many tools take the chunks apart and leave the field; then the body does not read as chunks.
    let body = if chunked { dechunked(body).unwrap_or_else(|| body.to_vec()) } else { body.to_vec() };
    Ok(Answer { status, content_type: field("content-type").unwrap_or_default().to_ascii_lowercase(), body })
}

/// The chunks put together (RFC 9112, 7.1).
fn dechunked(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::with_capacity(body.len());
    loop {
        let end = body.windows(2).take(32).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(&body[..end]).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        body = &body[end + 2..];
        if size == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(body.get(..size)?);
        body = body.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn answers_are_taken_apart() {
        let plain = answer(b"HTTP/1.1 200 OK\r\nContent-Type: Text/HTML; charset=utf-8\r\n\r\n<p>a").unwrap();
        assert_eq!(
            (plain.status, plain.content_type.as_str(), plain.body.as_slice()),
            (200, "text/html; charset=utf-8", b"<p>a".as_slice())
        );
        let chunked = answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n").unwrap();
        assert_eq!(chunked.body, b"abcde");
        assert_eq!(answer(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nx").err(), Some(NoAnswer::Encoded));
        assert_eq!(answer(b"nonsense").err(), Some(NoAnswer::Malformed));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = answer(&bytes);
            let _ = dechunked(&bytes);
            let _ = answer(&[b"HTTP/1.1 200\r\ntransfer-encoding:chunked\r\n\r\n".as_slice(), &bytes].concat());
        }
    }
}
