//! Checks of `kernel.json`.

use pyiron_lock_core::{
    Finding, Severity, SourceRef, Span,
    yaml::{Entry, Node, Value},
};

use super::{
    ConfigFile,
    case::{Case, one_line},
    codes,
    environment::{self, Variable},
    json, secrets,
};

/// Checks a file.
pub(super) fn check(case: &mut Case<'_>, file: &ConfigFile) {
    let source = &file.source;
    folder(case, source);
    let root = match json::read(source.text()) {
        Ok(root) => root,
        Err(error) => {
            let line = source.position(error.span.start).line;
            let message = format!(
                "`{}` is not JSON at line {line}: {}",
                source.name(),
                error.message
            );
            let span = Span::new(error.span.start, source.line_span(error.span.start).end);
            return case.push(Finding::new(codes::KERNEL_NOT_JSON, message).at(
                source,
                span,
                "reading stopped here",
            ));
        }
    };
    case.hide_in_tree(source, &root, true);
    keys(case, source, &root);
    let env = variables(get(&root, "env"));
    expose(case, source, &root, &env);
    environment::check_variables(case, source, &env);
    if let Some(Value::Sequence(argv)) = get(&root, "argv").map(|argv| &argv.value) {
        start(case, source, argv, &env);
    }
}

fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let Value::Mapping(entries) = &node.value else {
        return None;
    };
    entries
        .iter()
        .rev()
        .find(|entry| entry.key.as_str() == Some(key))
        .map(|entry| &entry.value)
}

/// Checks the name of the directory, which is the name of the kernel.
fn folder(case: &mut Case<'_>, source: &SourceRef) {
    let name = source.name().rsplit('/').nth(1);
    let Some(name) = name.filter(|name| !matches!(*name, "" | "." | "..")) else {
        return;
    };
    if !name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
    {
        let message = format!("Jupyter takes no kernel from a directory named `{name}`");
        let finding =
            Finding::new(codes::KERNEL_NAME, message).at(source, Span::new(0, 0), "in that directory");
        case.push(finding.help("use ASCII letters, digits, `-`, `.` and `_`"));
    }
}

fn keys(case: &mut Case<'_>, source: &SourceRef, root: &Node) {
    for (key, kind) in [("argv", "a list"), ("display_name", "text"), ("language", "text")] {
        let node = get(root, key);
        if node.is_none_or(|node| node.kind() != kind) {
            let message = format!(
                "`{}` has no {} under `{key}`",
                source.name(),
                kind.trim_start_matches("a ")
            );
            let span = one_line(source, node.map_or(root.span, |node| node.span));
            case.push(Finding::new(codes::KERNEL_KEY_MISSING, message).at(
                source,
                span,
                format!("{kind} is missing"),
            ));
        }
    }
    let language = get(root, "language").filter(|node| node.as_str().is_some_and(|text| text != "python"));
    if let Some(language) = language {
        let message = "the language of a Python kernel is `python`, in lower case";
        case.push(Finding::new(codes::KERNEL_LANGUAGE, message).at(
            source,
            language.span,
            "another language",
        ));
    }
    let mode =
        get(root, "interrupt_mode").filter(|node| !matches!(node.as_str(), Some("signal" | "message")));
    if let Some(mode) = mode {
        let message = "`interrupt_mode` is neither `signal` nor `message`";
        let span = one_line(source, mode.span);
        case.push(Finding::new(codes::KERNEL_INTERRUPT_MODE, message).at(source, span, "given here"));
    }
}

/// Returns the variables of `env`; values that are no texts are left out.
fn variables(env: Option<&Node>) -> Vec<Variable> {
    let Some(Value::Mapping(entries)) = env.map(|env| &env.value) else {
        return Vec::new();
    };
    let variable = |entry: &Entry| {
        Some(Variable {
            name: entry.key.as_str()?.to_owned(),
            name_span: entry.key.span,
            value: entry.value.as_str()?.to_owned(),
            span: entry.value.span,
        })
    };
    entries.iter().filter_map(variable).collect()
}

fn expose(case: &mut Case<'_>, source: &SourceRef, root: &Node, env: &[Variable]) {
    let mut tell = |span: Span, message: String| {
        case.push(Finding::new(codes::KERNEL_SECRET, message).at(source, one_line(source, span), "a secret"));
    };
    for variable in env.iter().filter(|variable| !variable.value.is_empty()) {
        if secret_reference(&variable.value) {
            tell(
                variable.name_span,
                format!("`{}` takes over a secret of the server", variable.name),
            );
        } else if secrets::is_secret_name(&variable.name) || secrets::is_secret_address(&variable.value) {
            tell(
                variable.name_span,
                format!("`{}` is set for every user of the kernel", variable.name),
            );
        }
    }
    let Some(Value::Sequence(argv)) = get(root, "argv").map(|argv| &argv.value) else {
        return;
    };
    for argument in argv
        .iter()
        .filter(|argument| argument.as_str().is_some_and(secret_reference))
    {
        tell(
            argument.span,
            "`argv` takes over a secret of the server".to_owned(),
        );
    }
}

/// Returns whether a text asks for a variable whose name speaks of a secret.
fn secret_reference(text: &str) -> bool {
    let mut names = text.split("${").skip(1).filter_map(|rest| rest.split('}').next());
    names.any(|name| secrets::is_secret_name(name) || name.to_ascii_lowercase().contains("pass"))
}

fn start(case: &mut Case<'_>, source: &SourceRef, argv: &[Node], env: &[Variable]) {
    let words: Vec<(&str, Span)> = argv
        .iter()
        .filter_map(|item| Some((item.as_str()?, item.span)))
        .collect();
    let Some((first, first_span)) = words.first().copied() else {
        let message = format!("`{}` starts nothing", source.name());
        let span = Span::new(0, 0);
        return case.push(Finding::new(codes::KERNEL_KEY_MISSING, message).at(
            source,
            span,
            "`argv` is empty",
        ));
    };
    let files = words
        .iter()
        .map(|(word, _)| word.matches("{connection_file}").count())
        .sum::<usize>();
    if files != 1 {
        let message = format!("`{{connection_file}}` stands {files} times in `argv`, and has to stand once");
        let finding = Finding::new(codes::KERNEL_CONNECTION_FILE, message);
        case.push(finding.at(source, first_span, "how the kernel is started"));
    }
    let base = |word: &str| word.rsplit('/').next().unwrap_or(word).to_owned();
    let is_flux = base(first) == "flux" && words.get(1).is_some_and(|word| word.0 == "start");
    if is_flux {
        case.need(
            codes::KERNEL_PACKAGE_MISSING,
            source,
            first_span,
            "flux-core",
            "a kernel under Flux",
        );
    }
    if let Some((_, span)) = words.iter().find(|(word, _)| word.starts_with("ipykernel")) {
        case.need(
            codes::KERNEL_PACKAGE_MISSING,
            source,
            *span,
            "ipykernel",
            "the kernel",
        );
    }
    let mut places = words.iter().take(if is_flux { words.len() } else { 1 }).copied();
    let python = places.find(|(word, _)| base(word).starts_with("python"));
    let Some((program, span)) = python else { return };
    if program.starts_with('/') {
        python_start(case, source, program, span, env);
    } else {
        let message = format!("`{program}` is looked for on `PATH`, where any Python may come first");
        let finding =
            Finding::new(codes::KERNEL_PYTHON_RELATIVE, message).at(source, span, "not a full path");
        case.push(finding.help("write the full path of the environment's Python"));
    }
}

/// Returns the environment in which a kernel lies, where its place tells.
fn home(source: &SourceRef) -> Option<&str> {
    let (home, _) = source.name().split_once("/share/jupyter/kernels/")?;
    let shared = matches!(home, "/usr" | "/usr/local") || home.ends_with("/.local");
    Some(home).filter(|home| home.starts_with('/') && !shared)
}

/// Checks what activation would have set.
fn python_start(case: &mut Case<'_>, source: &SourceRef, program: &str, span: Span, env: &[Variable]) {
    let get = |name: &str| env.iter().rev().find(|variable| variable.name == name);
    let said = program.rsplit_once("/bin/").map(|(prefix, _)| prefix);
    match (get("CONDA_PREFIX"), said) {
        (None, _) => {
            let message = "Python is started without activation, and `CONDA_PREFIX` is not set for it";
            let finding =
                Finding::new(codes::KERNEL_PREFIX_MISSING, message).at(source, span, "started directly");
            case.push(finding);
        }
        (Some(prefix), Some(said))
            if !prefix.value.contains('$') && prefix.value.trim_end_matches('/') != said =>
        {
            let message = format!(
                "`{program}` is not in `{}`, which `CONDA_PREFIX` names",
                prefix.value
            );
            let finding =
                Finding::new(codes::KERNEL_PREFIX_DIFFERS, message).at(source, span, "another prefix");
            case.push(finding.at(source, prefix.span, "named here"));
        }
        (_, Some(said)) if home(source).is_some_and(|home| home != said) => {
            let message = format!("`{program}` is not in the environment where this kernel lies");
            let mut finding =
                Finding::new(codes::KERNEL_PREFIX_DIFFERS, message).at(source, span, "another prefix");
            finding.severity = Severity::Warning;
            case.push(finding);
        }
        _ => {}
    }
    if let (Some(path), Some(said)) = (get("PATH"), said) {
        let first = path.value.split(':').next().unwrap_or("").trim_end_matches('/');
        let own = format!("{said}/bin");
        if first != own && first != "${CONDA_PREFIX}/bin" {
            let message = format!("`PATH` of the kernel does not begin with `{own}`");
            let finding = Finding::new(codes::KERNEL_PATH_ORDER, message).at(source, path.span, "set here");
            case.push(finding.help(format!("put `{own}` first")));
        }
    }
    if get("PYTHONNOUSERSITE").is_none_or(|variable| variable.value.is_empty()) {
        let message = "packages below a user's home win over those of the environment";
        let finding = Finding::new(codes::KERNEL_USER_SITE, message).at(source, span, "started so");
        case.push(finding.help("add `\"PYTHONNOUSERSITE\": \"1\"` under `env`"));
    }
}
