//! From what was seen of a prefix to findings: one for each package and kind, with the first files as notes.

use std::collections::BTreeMap;

use pyiron_lock_core::{Code, Finding};

use super::{
    BrokenScript, Difference, Different, Dist, Fault, Inspection, Leak, LeakKind, PipDifference, Several,
};
use crate::codes;

/// The most lines below one finding.
const MAX_NOTES: usize = 10;

/// A finding and the package that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The package, where it is about one.
    pub package: Option<String>,
    /// What was seen.
    pub finding: Finding,
}

fn found(package: Option<&str>, code: Code, message: String) -> Found {
    Found {
        package: package.map(str::to_owned),
        finding: Finding::new(code, message),
    }
}

fn count(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// Adds lines, folded after ten.
fn with_notes(mut found: Found, notes: Vec<String>) -> Found {
    let more = notes.len().saturating_sub(MAX_NOTES);
    found.finding.notes.extend(notes.into_iter().take(MAX_NOTES));
    if more > 0 {
        found.finding.notes.push(format!("and {more} more"));
    }
    found
}

/// Returns the findings: packages first, then files, Python, the rest.
pub fn findings(seen: &Inspection) -> Vec<Found> {
    let mut all: Vec<Found> = seen.different.iter().map(different).collect();
    for fault in &seen.unusable {
        let message = format!("conda-meta/{} is no record of a package", fault.file);
        all.push(with_notes(
            found(None, codes::PREFIX_RECORD_UNREADABLE, message),
            vec![fault.why.clone()],
        ));
    }
    all.extend(files(seen));
    all.extend(places(seen));
    all.extend(python(seen));
    all.extend(modes(seen));
    all.extend(history(seen));
    all
}

fn different(one: &Different) -> Found {
    let package = one.package.as_str();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (wanted, there) = (text(&one.wanted), text(&one.there));
    let (code, message) = match one.how {
        Difference::Missing => (
            codes::PREFIX_PACKAGE_MISSING,
            format!("`{package}` {wanted} is locked and not installed"),
        ),
        Difference::Extra => (
            codes::PREFIX_PACKAGE_EXTRA,
            format!("`{package}` {there} is installed and not locked"),
        ),
        Difference::OtherBuild => (
            codes::PREFIX_PACKAGE_DIFFERS,
            format!("`{package}` is installed as {there}, locked as {wanted}"),
        ),
        Difference::OtherArchive => (
            codes::PREFIX_PACKAGE_DIFFERS,
            format!("`{package}` was installed from another archive than the one that is locked"),
        ),
        Difference::OtherChannel => (
            codes::PREFIX_CHANNEL_DIFFERS,
            format!("`{package}` came from another place than the one that is locked"),
        ),
        Difference::Unproven => (
            codes::PREFIX_PACKAGE_UNPROVEN,
            format!("no digest proves that `{package}` {there} is the one that is locked"),
        ),
        Difference::Twice => (
            codes::PREFIX_PACKAGE_TWICE,
            format!("`{package}` has several records: {there}"),
        ),
    };
    let notes = match one.how {
        Difference::OtherArchive => vec![format!("locked: sha256 {wanted}"), format!("installed: {there}")],
        Difference::OtherChannel => vec![format!("locked: {wanted}"), format!("installed: {there}")],
        _ => Vec::new(),
    };
    with_notes(found(Some(package), code, message), notes)
}

fn files(seen: &Inspection) -> Vec<Found> {
    let mut groups: BTreeMap<(&str, &str), (Code, &str, Vec<String>)> = BTreeMap::new();
    for faulty in &seen.faulty {
        let path = &faulty.path;
        let altered = (codes::PREFIX_FILE_ALTERED, "not what was installed");
        let ((code, what), note) = match &faulty.fault {
            Fault::Missing => ((codes::PREFIX_FILE_MISSING, "missing"), path.clone()),
            Fault::Altered => (altered, path.clone()),
            Fault::OtherKind(kind) => (altered, format!("{path}: {kind} lies there")),
            Fault::LinkElsewhere(why) => (altered, format!("{path}: {why}")),
            Fault::Escapes(why) => (
                (codes::PREFIX_PATH_ESCAPES, "outside of the environment"),
                format!("{path}: {why}"),
            ),
            Fault::Unreadable(why) => (
                (codes::PREFIX_FILE_UNREADABLE, "not to be read"),
                format!("{path}: {why}"),
            ),
        };
        let group = groups
            .entry((&faulty.package, code.as_str()))
            .or_insert_with(|| (code, what, Vec::new()));
        group.2.push(note);
    }
    let mut all = Vec::new();
    for ((package, _), (code, what, notes)) in groups {
        let is = if notes.len() == 1 { "is" } else { "are" };
        let message = format!("{} of `{package}` {is} {what}", count(notes.len(), "file"));
        all.push(with_notes(found(Some(package), code, message), notes));
    }
    for (folder, why) in &seen.unlisted {
        let shown = if folder.is_empty() { "." } else { folder };
        let message = format!("the folder {shown} cannot be listed");
        all.push(with_notes(
            found(None, codes::PREFIX_FILE_UNREADABLE, message),
            vec![why.clone()],
        ));
    }
    if !seen.code.is_empty() {
        let message = format!("{} of code that nobody recorded", count(seen.code.len(), "file"));
        all.push(with_notes(
            found(None, codes::PREFIX_CODE_UNRECORDED, message),
            seen.code.clone(),
        ));
    }
    all.extend(several(
        codes::PREFIX_FILE_UNRECORDED,
        &seen.rest,
        "that nobody recorded",
    ));
    all
}

fn several(code: Code, several: &Several, what: &str) -> Option<Found> {
    if several.count == 0 {
        return None;
    }
    let mut notes = several.first.clone();
    let more = several.count.saturating_sub(notes.len());
    if more > 0 {
        notes.push(format!("and {more} more"));
    }
    let mut one = found(None, code, format!("{} {what}", count(several.count, "file")));
    one.finding.notes = notes;
    Some(one)
}

/// Where it is, and whether its scripts can be started.
fn places(seen: &Inspection) -> Vec<Found> {
    let mut all = Vec::new();
    let here = seen.root.display();
    let noted = seen.history.noted_place.as_ref().filter(|noted| {
        std::path::Path::new(noted)
            .canonicalize()
            .map_or(true, |real| real != seen.root)
    });
    let mut notes: Vec<String> = seen
        .scripts
        .elsewhere
        .iter()
        .map(|(place, scripts)| format!("{} start {place}", count(*scripts, "script")))
        .collect();
    notes.extend(noted.map(|noted| format!("its installer noted {noted}")));
    if !notes.is_empty() {
        let message = format!("the environment is at {here}, and was installed elsewhere");
        all.push(with_notes(found(None, codes::PREFIX_MOVED, message), notes));
    }
    if !seen.scripts.broken.is_empty() {
        let notes: Vec<String> = seen
            .scripts
            .broken
            .iter()
            .map(|broken| match broken {
                BrokenScript::TooLong(path) => {
                    format!("{path}: its first line is longer than 127 characters")
                }
                BrokenScript::NoInterpreter(path, interpreter) => {
                    format!("{path}: {interpreter} is not there")
                }
            })
            .collect();
        let message = format!("{} cannot be started", count(notes.len(), "script"));
        all.push(with_notes(
            found(None, codes::PREFIX_SCRIPT_BROKEN, message),
            notes,
        ));
    }
    if seen.cut {
        all.push(found(
            None,
            codes::PREFIX_CUT,
            format!("{here} holds more than is looked at"),
        ));
    }
    all
}

fn python(seen: &Inspection) -> Vec<Found> {
    let mut all = Vec::new();
    for difference in &seen.pip {
        all.push(match difference {
            PipDifference::Missing(name) => found(
                Some(name),
                codes::PREFIX_PIP_DIFFERS,
                format!("`{name}` is to be installed by pip and is not"),
            ),
            PipDifference::OtherVersion(name, wanted, there) => found(
                Some(name),
                codes::PREFIX_PIP_DIFFERS,
                format!("`{name}` is installed as {there}, locked as {wanted}"),
            ),
            PipDifference::Extra(place) => overlay(&seen.overlay[*place]),
        });
    }
    let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (dist, path, altered) in &seen.pip_files {
        let what = if *altered { "altered" } else { "missing" };
        groups.entry(dist).or_default().push(format!("{path}: {what}"));
    }
    for (dist, notes) in groups {
        let is = if notes.len() == 1 { "is" } else { "are" };
        let message = format!(
            "{} of `{dist}` {is} not what was installed",
            count(notes.len(), "file")
        );
        all.push(with_notes(
            found(Some(dist), codes::PREFIX_PIP_ALTERED, message),
            notes,
        ));
    }
    for unmet in &seen.unmet {
        let name = unmet.of.split(' ').next().unwrap_or_default();
        let there = match &unmet.there {
            Some(version) => format!("{version} is there"),
            None => "nothing of that name is there".to_owned(),
        };
        let message = format!("`{}` requires {}, and {there}", unmet.of, unmet.wanted);
        all.push(found(Some(name), codes::PREFIX_REQUIRES_UNMET, message));
    }
    all.extend(seen.leaks.iter().map(leak));
    all
}

fn overlay(dist: &Dist) -> Found {
    let by = dist.installer.as_deref().unwrap_or("nobody who says so");
    let message = format!(
        "`{}` {} was installed over the environment by {by}",
        dist.name, dist.version
    );
    let mut notes = vec![dist.folder.clone()];
    notes.extend(dist.origin.iter().map(|origin| format!("from {origin}")));
    if dist.editable {
        notes.push("editable: its code lies outside of the environment".to_owned());
    }
    if !dist.outside.is_empty() {
        notes.push(format!(
            "{} outside of the environment",
            count(dist.outside.len(), "recorded file")
        ));
    }
    with_notes(found(Some(&dist.name), codes::PREFIX_PIP_OVERLAY, message), notes)
}

fn leak(leak: &Leak) -> Found {
    let (code, message) = match &leak.why {
        LeakKind::UserSite => (
            codes::PREFIX_USER_SITE,
            format!(
                "Python would import {} from {}",
                count(leak.modules, "module"),
                leak.place
            ),
        ),
        LeakKind::Variable(name) => (
            codes::PREFIX_PYTHON_PATH,
            format!("{name} makes Python look in {} first", leak.place),
        ),
        LeakKind::Pth(path) => (
            codes::PREFIX_PTH_LEADS_OUT,
            format!("{path} adds {} to what Python imports", leak.place),
        ),
    };
    let notes = match leak.hides.is_empty() {
        true => Vec::new(),
        false => vec![format!(
            "in the place of those installed: {}",
            folded(&leak.hides)
        )],
    };
    with_notes(found(None, code, message), notes)
}

fn folded(names: &[String]) -> String {
    let shown = names
        .iter()
        .take(MAX_NOTES)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(MAX_NOTES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn modes(seen: &Inspection) -> Vec<Found> {
    let (modes, meant) = (&seen.modes, &seen.meant);
    let mut all = Vec::new();
    all.extend(several(
        codes::PREFIX_WORLD_WRITABLE,
        &modes.world_writable,
        "that anybody may write",
    ));
    if !meant.group_writes {
        all.extend(several(
            codes::PREFIX_GROUP_WRITABLE,
            &modes.group_writable,
            "that the group may write",
        ));
    }
    if meant.group_reads {
        all.extend(several(
            codes::PREFIX_GROUP_UNREADABLE,
            &modes.group_unreadable,
            "that the group cannot read",
        ));
    }
    all.extend(several(
        codes::PREFIX_SETUID,
        &modes.setuid,
        "that run with other rights",
    ));
    for (owner, files) in modes.owners.iter().filter(|(owner, _)| **owner != meant.owner) {
        let what = format!("of user {owner} in an environment of user {}", meant.owner);
        all.extend(several(codes::PREFIX_OWNER_DIFFERS, files, &what));
    }
    all
}

fn history(seen: &Inspection) -> Vec<Found> {
    let history = &seen.history;
    let mut all = Vec::new();
    if history.changes > 1 {
        let message = format!("the history names {} changes", history.changes);
        let notes = history
            .last
            .iter()
            .map(|last| format!("the last was `{last}`"))
            .collect();
        all.push(with_notes(found(None, codes::PREFIX_HISTORY, message), notes));
    } else if history.changes == 1 {
        let message = "another program made the environment".to_owned();
        let notes = history.last.iter().map(|last| format!("by `{last}`")).collect();
        all.push(with_notes(found(None, codes::PREFIX_MARKED, message), notes));
    }
    for (program, file) in &history.marks {
        all.push(found(
            None,
            codes::PREFIX_MARKED,
            format!("{program} keeps notes in {file}"),
        ));
    }
    all
}
