//! Reads the top level of an environment file after CEP 24. The list of dependencies has its own file.

use pyiron_lock_core::{
    Finding, SourceRef, Span, Spanned, suggest,
    yaml::{Node, Value},
};
use rattler_conda_types::Subdir;

use super::{
    EnvironmentFile,
    channels::{names_none, read_channels},
    dependencies, overlap,
};
use crate::{
    Reading, codes,
    selector::Dialect,
    tree::{self, Field, Reader, did_you_mean, helped},
    yaml_1_1,
};

const KEYS: [&str; 7] = [
    "name",
    "prefix",
    "channels",
    "dependencies",
    "variables",
    "platforms",
    "category",
];

/// Reads an environment file; `dialect` is that of its comment selectors, CEP 24 unless given.
pub fn read_environment(source: &SourceRef, dialect: Option<Dialect>) -> Reading<EnvironmentFile> {
    let mut reader = tree::reader(source);
    let file = read(&mut reader, dialect.unwrap_or_default());
    Reading::new(file, reader.findings)
}

fn read(reader: &mut Reader<'_>, dialect: Dialect) -> Option<EnvironmentFile> {
    let source = reader.source;
    let document = reader.document()?;
    let Some(root) = &document.root else {
        let message = format!("`{}` is empty", source.name());
        reader.push(reader.finding(
            codes::ENVIRONMENT_NO_DEPENDENCIES,
            Span::new(0, 0),
            message,
            "nothing is here",
        ));
        return None;
    };
    if matches!(root.value, Value::Sequence(_)) {
        let finding = reader
            .finding(
                pyiron_lock_core::codes::YAML_WRONG_KIND,
                root.span,
                format!("`{}` is a list, not a map", source.name()),
                "the list starts here",
            )
            .help("write `dependencies:` above the list");
        reader.push(finding);
        return None;
    }
    let fields = reader.fields(root, "an environment file")?;
    let mut file = EnvironmentFile {
        source: source.clone(),
        name: None,
        channels: Vec::new(),
        nodefaults: false,
        platforms: Vec::new(),
        dependencies: Vec::new(),
        pip: Vec::new(),
        variables: Vec::new(),
    };
    let mut channels = None;
    let mut list = None;
    for field in &fields {
        match field.key {
            "name" => file.name = name(reader, field.value),
            "channels" => {
                channels = Some(field);
                (file.channels, file.nodefaults) = read_channels(reader, field.value);
            }
            "dependencies" => list = Some(field),
            "variables" => file.variables = variables(reader, field.value),
            "platforms" => file.platforms = platforms(reader, field.value),
            "prefix" | "category" => ignored(reader, field),
            _ => unknown(reader, field),
        }
    }
    if channels.is_none_or(|field| names_none(field.value)) {
        let finding = reader
            .finding(
                codes::CHANNELS_MISSING,
                channels.map_or(Span::new(root.span.start, root.span.start), |field| {
                    field.key_span
                }),
                format!("`{}` names no channels", source.name()),
                "each program would use its own",
            )
            .help("write `channels: [conda-forge, nodefaults]`");
        reader.push(finding);
    }
    match list {
        Some(field) => {
            let read = dependencies::read(reader, &document, field, dialect);
            file.dependencies = read.dependencies;
            file.pip = read.pip;
        }
        None => no_dependencies(reader, &fields, root),
    }
    overlap::check(reader, &file.dependencies);
    Some(file)
}

fn name(reader: &mut Reader<'_>, node: &Node) -> Option<Spanned<String>> {
    if node.is_null() {
        return None;
    }
    let name = reader.text(node, "`name`")?;
    if let Some(bad) = name.value.chars().find(|c| "/ :#".contains(*c)) {
        let shown = if bad == ' ' {
            "a blank".to_owned()
        } else {
            format!("`{bad}`")
        };
        let message = format!(
            "the name `{}` has {shown}, which names of environments cannot have",
            name.value
        );
        reader.push(reader.finding(codes::ENVIRONMENT_NAME, name.span, message, "named here"));
    } else if matches!(name.value.as_str(), "base" | "root") {
        let message = format!("`{}` is the name of the installation itself", name.value);
        reader.push(reader.finding(
            codes::ENVIRONMENT_RESERVED_NAME,
            name.span,
            message,
            "not used for locks",
        ));
    }
    Some(name)
}

fn variables(reader: &mut Reader<'_>, node: &Node) -> Vec<(Spanned<String>, Spanned<String>)> {
    if node.is_null() {
        return Vec::new();
    }
    let mut variables = Vec::new();
    for field in reader.fields(node, "`variables`").unwrap_or_default() {
        let good = field
            .key
            .starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && field.key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !good {
            let message = format!("`{}` is not a name of a variable", field.key);
            reader.push(reader.finding(codes::VARIABLE_NAME, field.key_span, message, "named here"));
        }
        match field.value.as_str() {
            None => reader.wrong_kind(field.value, &format!("the variable `{}`", field.key), "text"),
            Some(text) => {
                let text = if field.value.is_null() { "" } else { text };
                if let Some(finding) = not_text(reader, &field, text) {
                    reader.push(finding);
                }
                if looks_secret(field.key, text) {
                    let message = format!(
                        "the variable `{}` looks like a secret, and would reach the lock",
                        field.key
                    );
                    reader.push(reader.finding(codes::VARIABLE_SECRET, field.key_span, message, "set here"));
                }
                variables.push((
                    Spanned::new(field.key.to_owned(), field.key_span),
                    Spanned::new(text.to_owned(), field.value.span),
                ));
            }
        }
    }
    variables
}

fn looks_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let words = ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "CREDENTIAL"];
    !value.is_empty() && !value.contains('$') && words.iter().any(|word| name.contains(word))
}

/// Returns a finding where some program reads the value of a variable as something else than text.
fn not_text(reader: &Reader<'_>, field: &Field<'_>, text: &str) -> Option<Finding> {
    let (kind, label) = match (field.value.kind(), yaml_1_1::kind(field.value)) {
        ("text", None) => return None,
        ("text", Some(kind)) => (
            format!("{kind} to programs that read YAML 1.1"),
            "kept as written",
        ),
        ("nothing", _) => ("nothing".to_owned(), "read as empty text"),
        (kind, _) => (kind.to_owned(), "kept as written"),
    };
    let span = if text.is_empty() && field.value.span.is_empty() {
        field.key_span
    } else {
        field.value.span
    };
    let message = format!("the variable `{}` is {kind}", field.key);
    let finding = reader.finding(codes::VARIABLE_NOT_TEXT, span, message, label);
    Some(finding.help(format!("write `\"{text}\"`, in quotes")))
}

fn platforms(reader: &mut Reader<'_>, node: &Node) -> Vec<Spanned<Subdir>> {
    if node.is_null() {
        return Vec::new();
    }
    let mut platforms = Vec::new();
    for item in reader.texts(node, "`platforms`").unwrap_or_default() {
        match item.value.parse::<Subdir>() {
            Ok(subdir) if subdir != Subdir::NoArch => platforms.push(Spanned::new(subdir, item.span)),
            Ok(_) => {
                let message = "`noarch` is not a platform to lock for";
                let finding = reader
                    .finding(codes::ENVIRONMENT_PLATFORM, item.span, message, "listed here")
                    .help("list the subdirs that are meant, for instance `linux-64`; noarch packages come along");
                reader.push(finding);
            }
            Err(_) => {
                let message = format!("`{}` is not a subdir", item.value);
                let finding = reader.finding(codes::ENVIRONMENT_PLATFORM, item.span, message, "listed here");
                let known: Vec<&str> = Subdir::all().map(Subdir::as_str).collect();
                reader.push(helped(finding, did_you_mean(&item.value, known)));
            }
        }
    }
    platforms
}

fn ignored(reader: &mut Reader<'_>, field: &Field<'_>) {
    let message = format!("`{}` has no effect on a lock", field.key);
    reader.push(reader.finding(codes::ENVIRONMENT_IGNORED_KEY, field.key_span, message, "ignored"));
}

fn unknown(reader: &mut Reader<'_>, field: &Field<'_>) {
    let help = match field.key {
        "pip" => Some("pip requirements go under `dependencies`, as `- pip:` with a list".to_owned()),
        key => did_you_mean(key, KEYS),
    };
    let message = format!("the key `{}` is not known in an environment file", field.key);
    let finding = reader.finding(codes::ENVIRONMENT_UNKNOWN_KEY, field.key_span, message, "ignored");
    reader.push(helped(finding, help));
}

fn no_dependencies(reader: &mut Reader<'_>, fields: &[Field<'_>], root: &Node) {
    let slip = fields
        .iter()
        .find(|field| suggest::nearest(field.key, KEYS) == Some("dependencies"));
    let span = slip.map_or(Span::new(root.span.start, root.span.start), |field| {
        field.key_span
    });
    let finding = reader.finding(
        codes::ENVIRONMENT_NO_DEPENDENCIES,
        span,
        format!("`{}` has no `dependencies`", reader.source.name()),
        if slip.is_some() {
            "not the key that is read"
        } else {
            "not in this file"
        },
    );
    let help = slip.map(|_| "write `dependencies`".to_owned());
    reader.push(helped(finding, help));
}
