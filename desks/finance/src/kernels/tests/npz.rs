//! Reads what numpy.savez_compressed wrote, as far as the oracle needs it: deflated members, C order, `<i4`, `<i8`, `<f8`.

use std::collections::BTreeMap;
use std::io::Read;

/// An array: its shape and its numbers.
pub(super) struct Member {
    pub(super) shape: Vec<usize>,
    pub(super) numbers: Vec<f64>,
}

pub(super) fn read(bytes: &[u8]) -> BTreeMap<String, Member> {
    let mut members = BTreeMap::new();
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(4).position(|window| window == b"PK\x03\x04") {
        let header = at + found;
        let u16_at = |place: usize| usize::from(u16::from_le_bytes([bytes[place], bytes[place + 1]]));
        assert_eq!(u16_at(header + 8), 8, "members are deflated");
        let (name_bytes, extra_bytes) = (u16_at(header + 26), u16_at(header + 28));
        let name = std::str::from_utf8(&bytes[header + 30..header + 30 + name_bytes]).unwrap();
        let start = header + 30 + name_bytes + extra_bytes;
        let mut decoder = flate2::read::DeflateDecoder::new(&bytes[start..]);
        let mut content = Vec::new();
        decoder.read_to_end(&mut content).unwrap();
        at = start + usize::try_from(decoder.total_in()).unwrap();
        members.extend(array(&content).map(|array| (name.trim_end_matches(".npy").to_owned(), array)));
    }
    members
}

/// The numbers of an array in NumPy's format 1.0; `None` for one of texts.
fn array(content: &[u8]) -> Option<Member> {
    assert!(content.starts_with(b"\x93NUMPY\x01"));
    let header_bytes = usize::from(u16::from_le_bytes([content[8], content[9]]));
    let header = std::str::from_utf8(&content[10..10 + header_bytes]).unwrap();
    assert!(header.contains("'fortran_order': False"));
    let shape = header.split('(').nth(1).unwrap().split(')').next().unwrap();
    let shape = shape.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    let data = &content[10 + header_bytes..];
    let numbers = match header {
        header if header.contains("'<i4'") => {
            data.chunks_exact(4).map(|b| f64::from(i32::from_le_bytes(b.try_into().unwrap()))).collect()
        }
        header if header.contains("'<i8'") => {
            data.chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().unwrap()) as f64).collect()
        }
        header if header.contains("'<f8'") => data.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect(),
        _ => return None,
    };
    Some(Member { shape, numbers })
}
