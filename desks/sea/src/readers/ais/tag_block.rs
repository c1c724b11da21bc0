//! What stands around an AIS sentence: the NMEA 0183 4.10 TAG block before it, and station and time after its checksum, as the
//! USCG and AISHub formats append them.

use oikos_model::Timestamp;

/// No station name in the wild is longer; NMEA allows 15 characters.
const STATION_MAX_BYTES: usize = 64;
/// A TAG block may stand before another; nobody needs more.
const MAX_BLOCKS: usize = 4;
/// A Unix time above this is in milliseconds: in seconds it would lie in the year 5138.
const MILLISECONDS_ABOVE: u64 = 100_000_000_000;
/// The first of January 2100, in seconds.
const LATEST_SECOND: u64 = 4_102_444_800;

/// A sentence's place in a group of sentences that belong together (`g:`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) id: u32,
}

/// Who heard a sentence, when, and what it belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Surroundings<'a> {
    pub(super) station: Option<&'a str>,
    pub(super) time: Option<Timestamp>,
    pub(super) group: Option<Group>,
}

/// Why a TAG block cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TagBlockError {
    #[error("the TAG block has no second backslash")]
    Open,
    #[error("the TAG block has no checksum (*hh)")]
    NoChecksum,
    #[error("the TAG block's checksum is {stated:02X}, its characters give {computed:02X}")]
    Checksum { stated: u8, computed: u8 },
    #[error("c:{0} is no Unix time in seconds or milliseconds before 2100")]
    Time(String),
    #[error("g:{0} is no group (sentence-total-id)")]
    Group(String),
    #[error("more than {MAX_BLOCKS} TAG blocks before one sentence")]
    TooMany,
}

/// Takes the TAG blocks off a line. Returns what they say and the rest of the line.
pub(super) fn split(line: &str) -> Result<(Surroundings<'_>, &str), TagBlockError> {
    let mut around = Surroundings::default();
    let mut rest = line;
    for _ in 0..MAX_BLOCKS {
        let Some(inside) = rest.strip_prefix('\\') else { return Ok((around, rest)) };
        let (block, after) = inside.split_once('\\').ok_or(TagBlockError::Open)?;
        read_block(block, &mut around)?;
        rest = after;
    }
    if rest.starts_with('\\') { Err(TagBlockError::TooMany) } else { Ok((around, rest)) }
}

fn read_block<'a>(block: &'a str, around: &mut Surroundings<'a>) -> Result<(), TagBlockError> {
    let (fields, checksum) = block.rsplit_once('*').ok_or(TagBlockError::NoChecksum)?;
    let digits = checksum.len() == 2 && checksum.bytes().all(|byte| byte.is_ascii_hexdigit());
    let stated = u8::from_str_radix(checksum, 16).ok().filter(|_| digits).ok_or(TagBlockError::NoChecksum)?;
    let computed = fields.bytes().fold(0, |sum, byte| sum ^ byte);
    if stated != computed {
        return Err(TagBlockError::Checksum { stated, computed });
    }
    for field in fields.split(',') {
        match field.split_once(':') {
            Some(("s", station)) => around.station = short(station),
            Some(("c", time)) => around.time = Some(unix_time(time).ok_or_else(|| TagBlockError::Time(excerpt(time)))?),
            Some(("g", group)) => around.group = Some(read_group(group).ok_or_else(|| TagBlockError::Group(excerpt(group)))?),
            // Destination, line count, relative time, text: nothing Oikos reads.
            _ => {}
        }
    }
    Ok(())
}

/// What stands after the sentence's checksum: `,b003669794,1272412827`, `,d-085,S0782,t000020.00,T20.85,r13CSPO1,1272412821`,
/// `,rORBCOMM008`. The last field is a Unix time where it is one; the last that begins with `b` or `r` is the station.
pub(super) fn trailing(sentence: &str) -> Surroundings<'_> {
    let mut around = Surroundings::default();
    let Some((_, after)) = sentence.split_once('*') else { return around };
    let mut fields = after.trim_end().split(',').skip(1).collect::<Vec<_>>();
    if let Some(time) = fields.last().filter(|field| field.len() >= 9).and_then(|field| unix_time(field)) {
        around.time = Some(time);
        fields.pop();
    }
    let is_station = |field: &&&str| field.len() > 1 && field.starts_with(['b', 'r']);
    around.station = fields.iter().rev().find(is_station).and_then(|field| short(field));
    around
}

fn short(station: &str) -> Option<&str> {
    (!station.is_empty() && station.len() <= STATION_MAX_BYTES && !station.chars().any(char::is_control)).then_some(station)
}

fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}

fn unix_time(text: &str) -> Option<Timestamp> {
    if text.is_empty() || text.len() > 13 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = text.parse().ok()?;
    let milliseconds = if number > MILLISECONDS_ABOVE { number } else { number * 1_000 };
    if milliseconds / 1_000 >= LATEST_SECOND {
        return None;
    }
    Timestamp::from_millisecond(i64::try_from(milliseconds).ok()?).ok()
}

fn read_group(text: &str) -> Option<Group> {
    let mut parts = text.split('-').map(|part| part.parse::<u32>().ok());
    let (number, total, id) = (parts.next()??, parts.next()??, parts.next()??);
    (parts.next().is_none() && number >= 1 && number <= total && total <= 99).then_some(Group { id })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(fields: &str) -> String {
        format!("\\{fields}*{:02X}\\", fields.bytes().fold(0, |sum, byte| sum ^ byte))
    }

    fn at(second: i64) -> Option<Timestamp> {
        Timestamp::from_second(second).ok()
    }

    #[test]
    fn station_time_and_group() {
        let line = format!("{}!AIVDM", block("g:1-2-1604,s:rORBCOMM008,c:1418169601,T:2014-12-10 00.00.01"));
        let (around, rest) = split(&line).unwrap();
        assert_eq!(rest, "!AIVDM");
        assert_eq!(
            around,
            Surroundings { station: Some("rORBCOMM008"), time: at(1_418_169_601), group: Some(Group { id: 1604 }) }
        );
    }

    #[test]
    fn seconds_and_milliseconds() {
        let line = block("c:1418169601250");
        assert_eq!(split(&line).unwrap().0.time.unwrap().as_millisecond(), 1_418_169_601_250);
        assert_eq!(split(&block("c:1418169601")).unwrap().0.time, at(1_418_169_601));
        for bad in ["c:", "c:12x", "c:99999999999999", "c:4102444800", "c:-5"] {
            assert!(matches!(split(&block(bad)), Err(TagBlockError::Time(_))), "{bad}");
        }
    }

    #[test]
    fn damaged_blocks_are_named() {
        assert_eq!(split("\\s:x*00\\!"), Err(TagBlockError::Checksum { stated: 0, computed: b's' ^ b':' ^ b'x' }));
        assert_eq!(split("\\s:x!AIVDM"), Err(TagBlockError::Open));
        assert_eq!(split("\\s:x\\!AIVDM"), Err(TagBlockError::NoChecksum));
        assert!(matches!(split(&block("g:3-2-1")), Err(TagBlockError::Group(_))));
        assert_eq!(split(&block("n:1").repeat(5)), Err(TagBlockError::TooMany));
        assert_eq!(split("!AIVDM").unwrap(), (Surroundings::default(), "!AIVDM"));
    }

    #[test]
    fn what_receivers_append() {
        let around = trailing("!AIVDM,x*70,b003669794,1272412827");
        assert_eq!(around, Surroundings { station: Some("b003669794"), time: at(1_272_412_827), group: None });
        let around = trailing("!AIVDM,x*54,d-085,S0782,t000020.00,T20.85679339,r13CSPO1,1272412821");
        assert_eq!(around, Surroundings { station: Some("r13CSPO1"), time: at(1_272_412_821), group: None });
        assert_eq!(trailing("!AIVDM,x*4A,rORBCOMM008").station, Some("rORBCOMM008"));
        assert_eq!(trailing("!AIVDM,x*4A,b003660465").time, None);
        assert_eq!(trailing("!AIVDM,x*4A"), Surroundings::default());
        assert_eq!(trailing("no star, b1"), Surroundings::default());
    }
}
