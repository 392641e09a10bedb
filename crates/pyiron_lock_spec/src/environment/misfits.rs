//! Items of the list of dependencies that are not requests: nothing, numbers, booleans, maps. Says what to write.

use pyiron_lock_core::{Finding, Severity, Span, yaml::Node};

use crate::{
    codes, line,
    selector::Selector,
    tree::{Field, Reader, helped},
    yaml_1_1,
};

const OPERATORS: [char; 5] = ['=', '<', '>', '!', '~'];

/// Reports an item, or the value of a `sel(...)`, that is not text.
pub(super) fn not_text(reader: &mut Reader<'_>, node: &Node, sel: Option<&Selector>) {
    let line = reader.source.line_span(node.span.start);
    let written = reader.source.slice(line);
    let text = node.as_str().unwrap_or_default().trim();
    let nothing = node.is_null() || node.as_str().is_some() && text.is_empty();
    let kind = if nothing { "nothing" } else { node.kind() };
    let indented = written.len() - written.trim_start().len();
    let span = if nothing {
        Span::new(line.start + indented, line.end)
    } else {
        node.span
    };
    let help = match (kind, sel) {
        _ if written.trim_start().starts_with("- !") => {
            Some("`!` starts a tag: put the request in quotes, with the package name in front".to_owned())
        }
        ("a number", _) => Some(format!(
            "a request starts with a name, for instance `python ={text}`"
        )),
        ("nothing", Some(sel)) if text.is_empty() => Some(format!(
            "write a request behind `sel({}):`, or take the line out",
            sel.text
        )),
        ("nothing", _) if text.is_empty() => {
            Some("write a request behind the `-`, or take the line out".to_owned())
        }
        ("nothing", _) => Some(format!(
            "write a request in place of `{text}`, or take the line out"
        )),
        ("a boolean", _) => Some(quotes(text)),
        _ => None,
    };
    let message = if nothing && !text.is_empty() {
        format!("a dependency is `{text}`, which YAML reads as nothing")
    } else {
        format!("a dependency is {kind}, not text")
    };
    let finding = reader.finding(
        codes::DEPENDENCY_NOT_TEXT,
        span,
        message,
        "one request belongs here",
    );
    reader.push(helped(finding, help));
}

fn quotes(text: &str) -> String {
    format!("if it is the name of a package, write `\"{text}\"`, in quotes")
}

/// Reports a plain word that some programs read as something else than text: `True` always, `on` in YAML 1.1.
pub(super) fn word_of_yaml(reader: &Reader<'_>, node: &Node, kind: &str, text: &str) -> Finding {
    let everywhere = yaml_1_1::boolean_everywhere(node);
    let message = if everywhere {
        format!("a dependency is {kind}, not text")
    } else {
        format!("`{text}` is {kind} to programs that read YAML 1.1")
    };
    let mut finding = reader
        .finding(
            codes::DEPENDENCY_NOT_TEXT,
            node.span,
            message,
            "one request belongs here",
        )
        .help(quotes(text));
    if !everywhere {
        finding.severity = Severity::Warning;
    }
    finding
}

/// Returns a finding for a request that is split into parts, as in `{name: numpy, version: 1.2}`.
pub(super) fn in_parts(reader: &Reader<'_>, item: &Node, fields: &[Field<'_>]) -> Option<Finding> {
    let part = |key: &str| {
        let field = fields.iter().find(|field| field.key == key)?;
        field
            .value
            .as_str()
            .map(str::trim)
            .filter(|text| !text.is_empty())
    };
    let name = part("name")?;
    let help = match (fields.len(), part("version")) {
        (1, _) => Some(format!("write `{name}`")),
        (2, Some(version)) => request(name, version).map(|text| format!("write `{text}`")),
        _ => None,
    };
    let help = help.unwrap_or_else(|| "write name, version and build as one text".to_owned());
    let message = format!("the dependency `{name}` is a map, not text");
    let finding = reader.finding(
        codes::DEPENDENCY_NOT_TEXT,
        item.span,
        message,
        "one request belongs here",
    );
    Some(finding.help(help))
}

/// Returns the finding for a map among the dependencies that is neither a pip section nor a selector.
pub(super) fn section(reader: &Reader<'_>, field: &Field<'_>) -> Finding {
    let line = reader.source.line_span(field.key_span.end);
    let rest = reader.source.slice(Span::new(field.key_span.end, line.end));
    let behind = rest.trim_start().strip_prefix(':').unwrap_or_default().trim();
    let tagged = behind
        .starts_with('!')
        .then(|| behind.split(" #").next().unwrap_or(behind).trim_end());
    let value = field.value.as_str().filter(|_| !field.value.is_null());
    let Some(text) = tagged.or(value) else {
        let message = format!("`dependencies` has a section `{}`, which is not known", field.key);
        return reader
            .finding(
                codes::DEPENDENCY_SECTION_UNKNOWN,
                field.key_span,
                message,
                "only `pip` is known",
            )
            .help(if field.value.is_null() {
                format!("for a package write `{}` without a colon", field.key)
            } else {
                "take the section out, or move its requirements under `pip`".to_owned()
            });
    };
    let span = Span::new(field.key_span.start, field.value.span.end.max(field.key_span.end));
    let finding = reader.finding(
        codes::DEPENDENCY_NOT_TEXT,
        span,
        format!("the dependency `{}` is a map, not text", field.key),
        "the colon makes it a map",
    );
    helped(
        finding,
        request(field.key, text).map(|text| format!("write `{text}`")),
    )
}

/// Writes a request from a name and a condition; `None` where that cannot be read either.
pub(crate) fn request(name: &str, condition: &str) -> Option<String> {
    let text = match condition {
        "*" => name.to_owned(),
        condition if condition.starts_with(OPERATORS) => format!("{name} {condition}"),
        condition => format!("{name} ={condition}"),
    };
    line::parse(&text)
        .is_ok_and(|read| read.warnings.is_empty())
        .then_some(text)
}
