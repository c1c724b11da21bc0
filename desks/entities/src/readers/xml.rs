//! Records of an XML file, one at a time, as small trees. Names are taken without their namespace prefix.
//!
//! The file as a whole need not be well-formed for its good records to land: a tag that does not match makes its own record a
//! reject, and the next record begins at its own start tag. Entities that a document declares are not expanded.

use std::io::BufRead;

use oikos_desk::ReadError;
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::bounded::Bounded;

/// The most bytes of one tag or one piece of text.
const EVENT_BYTES: u64 = 4 << 20;
/// The most bytes of text and names in one record.
const RECORD_BYTES: usize = 8 << 20;
/// The deepest nesting of one record.
const DEPTH: usize = 32;
/// The most elements of one record.
const ELEMENTS: usize = 200_000;

/// An element: its name without prefix, attributes, text, and the elements in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Self>,
}

impl Element {
    /// The elements of this name right below.
    pub(super) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element of this name right below.
    pub(super) fn first(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Its text, if it has any.
    pub(super) fn said(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !text.is_empty())
    }

    /// The text of the element down this path.
    pub(super) fn text(&self, path: &[&str]) -> Option<&str> {
        path.iter().try_fold(self, |element, name| element.first(name))?.said()
    }

    /// The texts of all elements of this name right below.
    pub(super) fn texts<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e str> {
        self.all(name).filter_map(Self::said)
    }

    /// An attribute that is not empty.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let value = self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
        value.filter(|value| !value.is_empty())
    }
}

/// A record as it was found.
pub(super) struct Record {
    /// Its number in the file, from 1.
    pub(super) ordinal: u64,
    /// Where it begins.
    pub(super) byte: u64,
    /// The record, or why it is none.
    pub(super) element: Result<Element, String>,
}

/// What the reader found next.
pub(super) enum Found {
    Record(Record),
    /// An element outside of records, with its text: headers.
    Other(Element),
    /// The end of the file. Whether the document was closed properly: if not, the file is truncated.
    End {
        is_closed: bool,
    },
}

/// The record that is being read.
struct Open {
    byte: u64,
    stack: Vec<Element>,
    bytes: usize,
    elements: usize,
    broken: Option<String>,
}

/// Reads records out of a file.
pub(super) struct Records<'a> {
    reader: Reader<Bounded<'a>>,
    root: &'static str,
    names: &'static [&'static str],
    open: Option<Open>,
    /// Elements outside records: their names, and the text of the innermost.
    outside: Vec<Element>,
    ordinal: u64,
    root_seen: bool,
    root_closed: bool,
    waiting: Option<Record>,
}

impl<'a> Records<'a> {
    /// Reads elements of these names, which lie anywhere below an element `root`.
    pub(super) fn new(input: &'a mut dyn BufRead, root: &'static str, names: &'static [&'static str]) -> Result<Self, ReadError> {
        let mut bounded = Bounded::new(input, EVENT_BYTES);
        bounded.refuse_other_encodings()?;
        let mut reader = Reader::from_reader(bounded);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        Ok(Self {
            reader,
            root,
            names,
            open: None,
            outside: Vec::new(),
            ordinal: 0,
            root_seen: false,
            root_closed: false,
            waiting: None,
        })
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.reader.get_ref().bytes_read()
    }

    /// What comes next.
    pub(super) fn next(&mut self) -> Result<Found, ReadError> {
        if let Some(record) = self.waiting.take() {
            return Ok(Found::Record(record));
        }
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            self.reader.get_mut().next_unit();
            let byte = self.reader.buffer_position();
            let found = match self.reader.read_event_into(&mut buffer) {
                Ok(Event::Start(start)) => {
                    let (name, element) = (start.local_name().as_ref().to_owned(), element(&start));
                    self.start(byte, &name, element)?
                }
                Ok(Event::End(end)) => {
                    let name = end.local_name().as_ref().to_owned();
                    self.end(&name)
                }
                Ok(Event::Text(text)) => self.text(&text.xml10_content()),
                Ok(Event::CData(text)) => self.text(&text.xml10_content()),
                Ok(Event::GeneralRef(reference)) => {
                    self.reference(&reference.xml10_content(), reference.resolve_char_ref().ok().flatten())
                }
                Ok(Event::Eof) => return self.eof(byte),
                Ok(_) => None,
                Err(quick_xml::Error::Io(error)) => {
                    let source = std::io::Error::other(error.to_string());
                    return Err(ReadError::Io { offset: self.bytes_read(), source });
                }
                Err(error) => self.syntax(byte, &error.to_string())?,
            };
            if let Some(found) = found {
                return Ok(found);
            }
        }
    }

    fn start(&mut self, byte: u64, name: &str, element: Result<Element, String>) -> Result<Option<Found>, ReadError> {
        if !self.root_seen {
            self.root_seen = true;
            if name != self.root {
                let problem = format!("the document's element is <{}>; expected <{}>", shortened(name), self.root);
                return Err(ReadError::Format { place: format!("byte {byte}"), problem });
            }
            self.outside.push(element.unwrap_or_default());
            return Ok(self.outside.last().cloned().map(Found::Other));
        }
        if self.names.contains(&name) {
            let unfinished = self.open.take().map(|open| {
                let problem = format!("the next <{name}> begins before this one ends; a closing tag is missing");
                self.close(Open { broken: Some(open.broken.unwrap_or(problem)), ..open })
            });
            self.open = Some(Open::new(byte, element));
            return Ok(unfinished.map(Found::Record));
        }
        match &mut self.open {
            Some(open) => open.push(element),
            None if self.outside.len() < DEPTH => self.outside.push(element.unwrap_or_default()),
            None => {
                let problem = format!("elements are nested deeper than {DEPTH}");
                return Err(ReadError::Format { place: format!("byte {byte}"), problem });
            }
        }
        Ok(None)
    }

    fn end(&mut self, name: &str) -> Option<Found> {
        if let Some(open) = &mut self.open {
            if self.names.contains(&name) {
                let open = self.open.take()?;
                return Some(Found::Record(self.close(open)));
            }
            if name == self.root {
                self.root_closed = true;
                let problem = "the document ends before this record does; a closing tag is missing".to_owned();
                let open = self.open.take()?;
                return Some(Found::Record(self.close(Open { broken: Some(problem), ..open })));
            }
            open.pop(name);
            return None;
        }
        if name == self.root {
            self.root_closed = true;
        }
        let at = self.outside.iter().rposition(|element| element.name == name)?;
        let mut element = self.outside.split_off(at).into_iter().next()?;
        element.children.clear();
        (at > 0).then_some(Found::Other(element))
    }

    fn text(&mut self, text: &str) -> Option<Found> {
        match &mut self.open {
            Some(open) => open.text(text),
            None => {
                // Headers are short; what stands between records is not kept.
                if let Some(element) = self.outside.last_mut().filter(|element| element.text.len() + text.len() < 4096) {
                    element.text.push_str(text);
                }
            }
        }
        None
    }

    fn reference(&mut self, name: &str, character: Option<char>) -> Option<Found> {
        let text = match (character, name) {
            (Some(character), _) => character.to_string(),
            (None, "amp") => "&".to_owned(),
            (None, "lt") => "<".to_owned(),
            (None, "gt") => ">".to_owned(),
            (None, "quot") => "\"".to_owned(),
            (None, "apos") => "'".to_owned(),
            (None, other) => {
                if let Some(open) = &mut self.open {
                    open.fail(format!("the reference &{}; stands for nothing XML knows", shortened(other)));
                }
                return None;
            }
        };
        self.text(&text)
    }

    /// What is no XML ends the record it stands in. The parser goes on behind it, or is at the end.
    fn syntax(&mut self, byte: u64, problem: &str) -> Result<Option<Found>, ReadError> {
        if !self.root_seen {
            return Err(ReadError::Format { place: format!("byte {byte}"), problem: format!("this is no XML: {problem}") });
        }
        match &mut self.open {
            Some(open) => open.fail(format!("not well-formed near byte {byte}: {problem}")),
            None => {
                self.ordinal += 1;
                let element = Err(format!("not well-formed near byte {byte}: {problem}"));
                return Ok(Some(Found::Record(Record { ordinal: self.ordinal, byte, element })));
            }
        }
        Ok(None)
    }

    fn eof(&mut self, byte: u64) -> Result<Found, ReadError> {
        if let Some(open) = self.open.take() {
            let problem = "the file ends inside this record; it is truncated".to_owned();
            return Ok(Found::Record(self.close(Open { broken: Some(problem), ..open })));
        }
        if !self.root_seen {
            let problem = format!("the file is empty; expected <{}>", self.root);
            return Err(ReadError::Format { place: format!("byte {byte}"), problem });
        }
        Ok(Found::End { is_closed: self.root_closed })
    }

    fn close(&mut self, open: Open) -> Record {
        self.ordinal += 1;
        let byte = open.byte;
        let element = match open.broken {
            Some(problem) => Err(problem),
            None => open.finish(),
        };
        Record { ordinal: self.ordinal, byte, element }
    }
}

impl Open {
    fn new(byte: u64, element: Result<Element, String>) -> Self {
        let mut open = Self { byte, stack: Vec::new(), bytes: 0, elements: 0, broken: None };
        match element {
            Ok(element) => open.stack.push(element),
            Err(problem) => open.fail(problem),
        }
        open
    }

    /// Nothing of the record is of use any more; its memory is free.
    fn fail(&mut self, problem: String) {
        self.broken.get_or_insert(problem);
        self.stack = Vec::new();
    }

    fn grow(&mut self, bytes: usize) {
        self.bytes += bytes;
        if self.bytes > RECORD_BYTES {
            self.fail(format!("the record is larger than {RECORD_BYTES} bytes; it was not read"));
        }
    }

    fn push(&mut self, element: Result<Element, String>) {
        if self.broken.is_some() {
            return;
        }
        self.elements += 1;
        match element {
            Err(problem) => self.fail(problem),
            Ok(_) if self.stack.len() >= DEPTH => self.fail(format!("elements are nested deeper than {DEPTH}")),
            Ok(_) if self.elements > ELEMENTS => self.fail(format!("the record has more than {ELEMENTS} elements")),
            Ok(element) => {
                self.grow(
                    element.name.len() + element.attributes.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>(),
                );
                if self.broken.is_none() {
                    self.stack.push(element);
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.grow(text.len());
        if let Some(element) = self.stack.last_mut() {
            element.text.push_str(text);
        }
    }

    fn pop(&mut self, name: &str) {
        if self.broken.is_some() {
            return;
        }
        let ended = self.stack.pop();
        match (ended, self.stack.last_mut()) {
            (Some(element), Some(parent)) if element.name == name => parent.children.push(element),
            (ended, _) => {
                let open = ended.map(|element| element.name).unwrap_or_default();
                self.fail(format!("</{}> closes <{}>; a tag does not match", shortened(name), shortened(&open)));
            }
        }
    }

    fn finish(mut self) -> Result<Element, String> {
        match (self.stack.pop(), self.stack.is_empty()) {
            (Some(element), true) => Ok(element),
            (open, _) => Err(format!("<{}> is not closed", shortened(&open.map(|element| element.name).unwrap_or_default()))),
        }
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element { name: start.local_name().as_ref().to_owned(), ..Element::default() };
    for attribute in start.attributes() {
        let attribute =
            attribute.map_err(|error| format!("an attribute of <{}> is no XML: {error}", shortened(&element.name)))?;
        let key = attribute.key.local_name().as_ref().to_owned();
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value =
            value.map_err(|error| format!("the attribute {} of <{}>: {error}", shortened(&key), shortened(&element.name)))?;
        element.attributes.push((key, value.into_owned()));
    }
    Ok(element)
}

/// What a message quotes of a name.
fn shortened(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(60).collect()
}
