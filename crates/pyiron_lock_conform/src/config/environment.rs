//! Checks of variables for pyiron and JupyterHub.

use pyiron_lock_core::{Finding, Severity, SourceRef, Span};

use super::{
    ConfigFile,
    case::Case,
    codes, pyiron, secrets,
    settings::{Given, KEYS, Settings, is_local},
};
use crate::data::Target;

/// A variable with its places.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) name_span: Span,
    pub(super) value: String,
    pub(super) span: Span,
}

/// What a server for one user cannot do without.
const PASSED: [&str; 4] = [
    "JUPYTERHUB_API_TOKEN",
    "JUPYTERHUB_API_URL",
    "JUPYTERHUB_CLIENT_ID",
    "JUPYTERHUB_USER",
];

/// Checks a file of variables.
pub(super) fn check(case: &mut Case<'_>, file: &ConfigFile) {
    let variables = read(&file.source);
    let is_secret = |variable: &&Variable| {
        let given = !variable.value.is_empty() && !secrets::is_reference(&variable.value);
        given && (secrets::is_secret_name(&variable.name) || secrets::is_secret_address(&variable.value))
    };
    if let Some(variable) = variables.iter().find(is_secret) {
        pyiron::exposed(case, file, &variable.name, variable.name_span);
    }
    check_variables(case, &file.source, &variables);
    hub(case, &file.source, &variables);
}

/// Reads `NAME=value` lines, with `export` before them or not; other lines belong to values of several lines.
pub(super) fn read(source: &SourceRef) -> Vec<Variable> {
    let mut variables = Vec::new();
    let mut start = 0;
    for raw in source.text().split_inclusive('\n') {
        let line = raw.trim_end();
        let text = line.trim_start();
        let text = text.strip_prefix("export ").unwrap_or(text).trim_start();
        let at = start + (line.len() - text.len());
        start += raw.len();
        let Some((name, value)) = text.split_once('=') else {
            continue;
        };
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(word) || name.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let from = at + name.len() + 1;
        let quoted = ['"', '\'']
            .into_iter()
            .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
        let (value, from) = quoted.map_or((value, from), |inner| (inner, from + 1));
        variables.push(Variable {
            name: name.to_owned(),
            name_span: Span::new(at, at + name.len()),
            value: value.to_owned(),
            span: Span::new(from, from + value.len()),
        });
    }
    variables
}

/// Checks the variables of pyiron.
pub(super) fn check_variables(case: &mut Case<'_>, source: &SourceRef, variables: &[Variable]) {
    for variable in variables {
        if secrets::is_secret_name(&variable.name) {
            case.hide(source, variable.span);
        }
        let known = KEYS.iter().any(|key| key.variable == variable.name);
        // Variables such as PYIRON_CORES are for scripts, not for settings.
        let ours = variable.name.starts_with("PYIRON") && !variable.name.contains('_');
        if ours && !known && variable.name != "PYIRONCONFIG" {
            let names = KEYS.iter().map(|key| key.variable).chain(["PYIRONCONFIG"]);
            let finding = pyiron::unread(&variable.name, &variable.name, names);
            case.push(finding.at(source, variable.name_span, "never read"));
        }
    }
    let given = variables.iter().filter_map(|variable| {
        Some(Given {
            key: KEYS.iter().find(|key| key.variable == variable.name)?,
            written: variable.name.clone(),
            key_span: variable.name_span,
            value: variable.value.clone(),
            span: variable.span,
            comment: None,
        })
    });
    let given: Vec<Given> = given.collect();
    let config = variables.iter().find(|variable| variable.name == "PYIRONCONFIG");
    if let Some(first) = given.first() {
        let file = match config {
            Some(_) => "the file that `PYIRONCONFIG` names",
            None => "`~/.pyiron`",
        };
        let message = format!(
            "`{}` is set, so pyiron does not read {file} at all",
            first.written
        );
        let mut finding =
            Finding::new(codes::PYIRON_FILE_IGNORED, message).at(source, first.key_span, "set here");
        case.push(match config {
            Some(config) => finding.at(source, config.name_span, "without effect"),
            None => {
                // It may well be that everything is set; nobody but the user knows what is needed.
                finding.severity = Severity::Note;
                finding.help("set `PYIRONCONFIG` alone, or a variable for every setting that is needed")
            }
        });
    }
    Settings { source, given }.check(case);
}

fn hub(case: &mut Case<'_>, source: &SourceRef, variables: &[Variable]) {
    let get = |name: &str| variables.iter().find(|variable| variable.name == name);
    let in_hub = variables
        .iter()
        .any(|variable| variable.name.starts_with("JUPYTERHUB_"));
    let is_on = |variable: &&Variable| {
        let off = ["0", "0.0", "n", "no", "off", "false"];
        !off.contains(&variable.value.to_ascii_lowercase().as_str())
    };
    if let Some(prefer) = get("JUPYTER_PREFER_ENV_PATH").filter(|_| in_hub).filter(is_on) {
        let message =
            "in a hub, `JUPYTER_PREFER_ENV_PATH` lets the shared environment win over users' own kernels";
        let finding =
            Finding::new(codes::JUPYTER_ENV_PATH_FIRST, message).at(source, prefer.span, "set here");
        case.push(finding.help("set `JUPYTER_PREFER_ENV_PATH=0`"));
    }
    if let Some(any) = variables
        .iter()
        .find(|variable| PASSED.contains(&variable.name.as_str()))
    {
        let missing: Vec<String> = PASSED
            .iter()
            .filter(|name| get(name).is_none())
            .map(|name| format!("`{name}`"))
            .collect();
        if !missing.is_empty() {
            let message = format!(
                "of the variables of a hub {} did not come through",
                missing.join(", ")
            );
            let finding = Finding::new(codes::JUPYTERHUB_VARIABLE_MISSING, message);
            case.push(finding.at(source, any.name_span, "others did"));
        }
    }
    let Some(url) = get("JUPYTERHUB_API_URL").filter(|url| is_local(host(&url.value))) else {
        return;
    };
    let host = host(&url.value);
    let batch = |target: &&&Target| target.text("spawner").said() == Some("batchspawner");
    for target in case.targets.iter().filter(batch) {
        let message = format!(
            "on a compute node of `{}`, `{host}` is the node itself, not the hub",
            target.id
        );
        let finding =
            Finding::new(codes::JUPYTERHUB_ADDRESS_LOCAL, message).at(source, url.span, "given here");
        case.push_at_target(finding, target, "spawner", "starts servers on compute nodes");
    }
}

/// Returns the host of an address.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let place = rest.split('/').next().unwrap_or("");
    let place = place.rsplit('@').next().unwrap_or("");
    match place.strip_prefix('[') {
        Some(place) => place.split(']').next().unwrap_or(""),
        None => place.split(':').next().unwrap_or(""),
    }
}
