//! Checks of `.pyiron`.

use pyiron_lock_core::{Finding, Span, suggest};

use super::{
    ConfigFile,
    case::{Case, one_line},
    codes, ini, secrets,
    settings::{DEAD, Given, KEYS, Settings},
};

/// Checks a file.
pub(super) fn check(case: &mut Case<'_>, file: &ConfigFile) {
    let source = &file.source;
    let ini = ini::read(source);
    for (span, fault) in &ini.faults {
        let line = source.position(span.start).line;
        let message = format!("`{}` cannot be read at line {line}: {fault}", source.name());
        case.push(Finding::new(codes::PYIRON_FILE_BROKEN, message).at(source, *span, "Python stops here"));
    }
    for entry in &ini.entries {
        let name = entry.key.value.to_uppercase();
        if secrets::is_secret_name(&name) {
            case.hide(source, entry.value.span);
        }
        if !KEYS.iter().any(|key| key.names.contains(&name.as_str())) {
            let known = KEYS.iter().flat_map(|key| key.names.iter().copied());
            case.push(unread(&entry.key.value, &name, known).at(source, entry.key.span, "never read"));
        }
    }
    let given = ini.reading_order().into_iter().filter_map(|index| {
        let entry = &ini.entries[index];
        let name = entry.key.value.to_uppercase();
        Some(Given {
            key: KEYS.iter().find(|key| key.names.contains(&name.as_str()))?,
            written: entry.key.value.clone(),
            key_span: entry.key.span,
            value: entry.value.value.clone(),
            span: entry.value.span,
            comment: entry.comment,
        })
    });
    let settings = Settings {
        source,
        given: given.collect(),
    };
    settings.check(case);
    let is_secret = |given: &&Given| match given.key.names[0] {
        "PASSWD" => !given.value.is_empty(),
        "CONNECTION" => secrets::is_secret_address(&given.value),
        _ => false,
    };
    if let Some(given) = settings.given.iter().find(is_secret) {
        exposed(case, file, &given.written, given.key_span);
    }
}

/// Says that nobody reads a name, and which one may be meant.
pub(super) fn unread<'k>(written: &str, name: &str, known: impl Iterator<Item = &'k str>) -> Finding {
    // After a blank a value may follow whose `=` was forgotten, which may be a secret.
    let written = written.split_whitespace().next().unwrap_or("");
    if DEAD.contains(&name) {
        let message = format!("`{written}` is documented, and pyiron does not read it");
        return Finding::new(codes::PYIRON_KEY_DEAD, message).help("remove it");
    }
    let message = format!("pyiron knows no `{written}` and ignores it");
    let finding = Finding::new(codes::PYIRON_KEY_UNKNOWN, message);
    // A variable where a key belongs is no slip of the hand.
    let meant = KEYS
        .iter()
        .find(|key| key.variable == name)
        .map(|key| key.names[0]);
    match meant.or_else(|| suggest::nearest(name, known)) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    }
}

/// Reports that a named secret lies in a file that others may read, if they may.
pub(super) fn exposed(case: &mut Case<'_>, file: &ConfigFile, name: &str, span: Span) {
    let Some(mode) = file.mode.filter(|mode| mode & 0o077 != 0) else {
        return;
    };
    let shown = file.source.name();
    let message = format!(
        "`{shown}` holds `{name}`, and its mode {:o} lets others at it",
        mode & 0o777
    );
    let finding = Finding::new(codes::CONFIG_SECRET_EXPOSED, message);
    let finding = finding.at(&file.source, one_line(&file.source, span), "a secret");
    case.push(finding.help(format!(
        "run `chmod 600 {shown}`, and change the secret if others could read it"
    )));
}
