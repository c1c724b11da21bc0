//! The parts of a detector file: front matter, title, steps.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use serde::Deserialize;

use crate::{Step, StepKind};

/// What the body holds.
pub(super) struct Body {
    pub(super) title: String,
    /// The steps, each with the line on which it begins.
    pub(super) steps: Vec<(usize, Step)>,
}

/// A problem and its line.
type Problem = (usize, String);

/// Front matter, with its opening line, and what comes after its closing line.
pub(super) fn split(text: &str) -> Result<(&str, &str), String> {
    let wanted = "the file must begin with front matter between two lines `---`";
    if !text.starts_with("---\n") {
        return Err(wanted.to_owned());
    }
    let end = text.find("\n---\n").ok_or(wanted)? + 1;
    Ok((&text[..end], &text[end + "---\n".len()..]))
}

/// Most brackets that may be open at once in YAML, and most bytes of a line of it. The time YAML takes grows with the square of how deep
/// it nests: a small file could keep a node busy for minutes.
const MOST_BRACKETS: i32 = 32;
const MOST_LINE_BYTES: usize = 4_000;

/// Refuses YAML that would take long to read. `line` is the line of the file on which it begins.
pub(super) fn check_yaml(line: usize, yaml: &str) -> Result<(), Problem> {
    let mut open = 0;
    for (text, line) in yaml.lines().zip(line..) {
        if text.len() > MOST_LINE_BYTES {
            return Err((line, format!("the line has more than {MOST_LINE_BYTES} bytes")));
        }
        for byte in text.bytes() {
            open += i32::from(matches!(byte, b'[' | b'{')) - i32::from(matches!(byte, b']' | b'}'));
            open = open.max(0);
            if open > MOST_BRACKETS {
                return Err((line, format!("more than {MOST_BRACKETS} brackets are open at once")));
            }
        }
    }
    Ok(())
}

/// Reads the body. `lines_before` is how many lines of the file stand before it.
pub(super) fn read(body: &str, lines_before: usize) -> Result<Body, Problem> {
    let line_of = |offset: usize| lines_before + 1 + body[..offset].matches('\n').count();
    let mut title = String::new();
    let mut steps = Vec::new();
    let mut in_title = false;
    let mut block: Option<(usize, String, String)> = None;
    for (event, range) in Parser::new(body).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => in_title = title.is_empty(),
            Event::End(TagEnd::Heading(_)) => in_title = false,
            Event::Text(text) | Event::Code(text) if in_title => title.push_str(&text),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                block = Some((line_of(range.start), info.to_string(), String::new()));
            }
            Event::Text(text) => {
                if let Some((_, _, content)) = &mut block {
                    content.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((line, info, content)) = block.take()
                    && let Some(step) = step(line, &info, &content)?
                {
                    steps.push((line, step));
                }
            }
            _ => {}
        }
    }
    if title.is_empty() {
        return Err((lines_before + 1, "the text after the front matter needs a heading: the detector's title".to_owned()));
    }
    Ok(Body { title, steps })
}

/// The content of a `kernel` or `monitor` block.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KernelBlock {
    run: String,
    inputs: Vec<String>,
    #[serde(default)]
    partition_by: Vec<String>,
    #[serde(default)]
    order_by: Vec<String>,
}

/// The step that a code block is, if it is one.
fn step(line: usize, info: &str, content: &str) -> Result<Option<Step>, Problem> {
    let mut words = info.split_whitespace();
    let language = words.next().unwrap_or_default();
    if !matches!(language, "sql" | "kernel" | "monitor") {
        return Ok(None);
    }
    let (Some(name), None) = (words.next(), words.next()) else {
        return Err((line, format!("a step is written ```{language} <name>; an example that is no step is written ```text")));
    };
    let slug = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.len() > 63 || !name.as_bytes()[0].is_ascii_lowercase() || !name.bytes().all(slug) {
        return Err((line, format!("the step's name {name:?} must be up to 63 of a-z, 0-9 and '_', beginning with a letter")));
    }
    let kind = if language == "sql" {
        StepKind::Sql { query: content.trim().to_owned() }
    } else {
        kernel_step(line, language, name, content)?
    };
    Ok(Some(Step { name: name.to_owned(), kind }))
}

fn kernel_step(line: usize, language: &str, name: &str, content: &str) -> Result<StepKind, Problem> {
    check_yaml(line + 1, content)?;
    // Blank lines in front make the lines YAML names the file's.
    let at_its_place = format!("{}{content}", "\n".repeat(line));
    let block: KernelBlock = yaml_serde::from_str(&at_its_place)
        .map_err(|problem| (problem.location().map_or(line, |at| at.line()), format!("step {name}: {problem}")))?;
    let KernelBlock { run: kernel, inputs, partition_by, order_by } = block;
    if language == "kernel" {
        return Ok(StepKind::Kernel { kernel, inputs, partition_by, order_by });
    }
    if !partition_by.is_empty() {
        return Err((line, format!("step {name}: partition_by: a monitor is fed in the order of time and has no partition")));
    }
    Ok(StepKind::Monitor { kernel, inputs, order_by })
}
