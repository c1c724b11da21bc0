//! The texts of a piece of XML by their paths of local names, so that prefixes do not matter.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::readers::Problem;

const DEPTH_MAX: usize = 24;
const TEXTS_MAX: usize = 1_000;

/// The texts of an element: path below it, text, and the `Ccy` attribute where there is one.
#[derive(Debug, Default)]
pub(super) struct Texts(Vec<(String, String, Option<String>)>);

impl Texts {
    /// Reads a well-formed piece that has one outermost element.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let text = std::str::from_utf8(bytes).map_err(|_| Problem::row("it is no UTF-8; ISO 20022 messages are"))?;
        let mut reader = Reader::from_str(text);
        let mut texts = Self::default();
        let mut path: Vec<String> = Vec::new();
        let mut currency = None;
        let mut content = String::new();
        loop {
            match reader.read_event().map_err(|error| Problem::row(format!("it is no well-formed XML: {error}")))? {
                Event::Start(start) => {
                    if path.len() == DEPTH_MAX {
                        return Err(Problem::row(format!("its elements are more than {DEPTH_MAX} deep")));
                    }
                    currency = attribute(&start)?;
                    content.clear();
                    path.push(start.local_name().as_ref().to_owned());
                }
                Event::End(_) => {
                    if !content.trim().is_empty() {
                        texts.add(&path, content.trim(), currency.take())?;
                    }
                    content.clear();
                    path.pop();
                    if path.is_empty() {
                        return Ok(texts);
                    }
                }
                Event::Text(piece) => content.push_str(&piece.xml10_content()),
                Event::CData(piece) => content.push_str(&piece.xml10_content()),
                Event::GeneralRef(reference) => content.push_str(&resolve(&reference)?),
                Event::DocType(_) => return Err(Problem::row("a document type is not allowed in ISO 20022 messages")),
                Event::Eof => return Err(Problem::row("it ends before its outermost element does")),
                Event::Empty(_) if path.is_empty() => return Ok(texts),
                Event::Empty(_) | Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            }
        }
    }

    /// The first text at this path below the outermost element.
    pub(super) fn get(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|(at, _, _)| at == path).map(|(_, text, _)| text.as_str())
    }

    /// The first of these paths that has a text.
    pub(super) fn first(&self, paths: &[&str]) -> Option<&str> {
        paths.iter().find_map(|path| self.get(path))
    }

    /// The texts at this path, joined.
    pub(super) fn all(&self, path: &str) -> Option<String> {
        let found: Vec<&str> = self.0.iter().filter(|(at, _, _)| at == path).map(|(_, text, _)| text.as_str()).collect();
        (!found.is_empty()).then(|| found.join(" "))
    }

    /// An amount and its currency.
    pub(super) fn amount(&self, path: &str) -> Option<(&str, Option<&str>)> {
        self.0.iter().find(|(at, _, _)| at == path).map(|(_, text, currency)| (text.as_str(), currency.as_deref()))
    }

    fn add(&mut self, path: &[String], text: &str, currency: Option<String>) -> Result<(), Problem> {
        if self.0.len() == TEXTS_MAX {
            return Err(Problem::row(format!("it has more than {TEXTS_MAX} elements with a text")));
        }
        self.0.push((path[1..].join("/"), text.to_owned(), currency));
        Ok(())
    }
}

fn attribute(start: &BytesStart<'_>) -> Result<Option<String>, Problem> {
    let found = start.try_get_attribute("Ccy").map_err(|error| Problem::row(format!("an attribute is not in order: {error}")))?;
    Ok(found.map(|attribute| attribute.value.into_owned()))
}

/// The five entities of XML and characters by number; messages define no others.
fn resolve(reference: &BytesRef<'_>) -> Result<String, Problem> {
    let unknown = || Problem::row("it uses an entity that XML itself does not define");
    if let Some(c) = reference.resolve_char_ref().map_err(|_| unknown())? {
        return Ok(c.to_string());
    }
    quick_xml::escape::resolve_xml_entity(&reference.xml10_content()).map(str::to_owned).ok_or_else(unknown)
}
