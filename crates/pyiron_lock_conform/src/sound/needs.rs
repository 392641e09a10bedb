//! `depends` and `constrains` of every record, against the records and what the platform promises. Each text is read
//! once, however many records have it.

use std::collections::{BTreeSet, HashMap};

use pyiron_lock_core::index::dependency_name;
use pyiron_lock_lockfile::LockEntry;
use rattler_conda_types::{MatchSpec, Matches, ParseMatchSpecOptions, RepodataRevision};

use super::{
    codes::{
        LOCK_CONSTRAINS_BROKEN, LOCK_DEPENDENCY_MISSING, LOCK_DEPENDENCY_UNMET, LOCK_DEPENDENCY_UNREADABLE,
        LOCK_PROMISES_UNKNOWN, LOCK_VIRTUAL_PACKAGE,
    },
    titled,
    view::{Case, View},
};
use crate::closure::name_of;

/// A text with the records that have it.
struct Asked<'a> {
    text: &'a str,
    required: bool,
    by: Vec<&'a LockEntry>,
}

/// Checks what records need and what they exclude.
pub(super) fn check<'a>(view: &View<'a>) -> Vec<Case<'a>> {
    let lock = view.lock;
    let mut by_name: HashMap<&str, Vec<&LockEntry>> = HashMap::with_capacity(lock.entries.len());
    for entry in &lock.entries {
        by_name.entry(name_of(entry)).or_default().push(entry);
    }
    let unread: BTreeSet<&str> = lock
        .unread
        .iter()
        .filter_map(|unread| unread.name.as_deref())
        .collect();
    let mut cases = Vec::new();
    let mut missing: Vec<(String, Asked<'_>)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut promises_asked = false;
    for asked in asked(&lock.entries) {
        let name = dependency_name(asked.text);
        if name.starts_with("__") {
            promises_asked = true;
            if lock.knows_promises {
                cases.extend(promise(view, &name, &asked));
            }
            continue;
        }
        match by_name.get(&*name) {
            None if asked.required && !unread.contains(&*name) && !is_conditional(&asked) => {
                let index = *known.entry(name.clone().into_owned()).or_insert(missing.len());
                match missing.get_mut(index) {
                    Some((_, known)) => known.by.extend(asked.by),
                    None => missing.push((name.into_owned(), asked)),
                }
            }
            None => {}
            Some(there) => cases.extend(unmet(view, &asked, &name, there)),
        }
    }
    cases.extend(missing.iter().map(|(name, asked)| {
        let message = format!("`{name}` is missing, {}", needed_by(asked));
        let case = view.about(LOCK_DEPENDENCY_MISSING, &asked.by, &message, "needs it");
        case.led_to(asked.by[0], asked.text)
    }));
    if promises_asked && !lock.knows_promises {
        let message = "records need virtual packages, and the lock does not say what its platform promises";
        cases.push(view.at(LOCK_PROMISES_UNKNOWN, Default::default(), message, ""));
    }
    cases
}

/// Gathers every text once, in the order of the lock.
fn asked(entries: &[LockEntry]) -> Vec<Asked<'_>> {
    let mut all: Vec<Asked<'_>> = Vec::new();
    let mut known: HashMap<(&str, bool), usize> = HashMap::new();
    for entry in entries {
        let package = &entry.record.package_record;
        let depends = package.depends.iter().map(|text| (text.as_str(), true));
        let constrains = package.constrains.iter().map(|text| (text.as_str(), false));
        for (text, required) in depends.chain(constrains) {
            let index = *known.entry((text, required)).or_insert_with(|| {
                all.push(Asked {
                    text,
                    required,
                    by: Vec::new(),
                });
                all.len() - 1
            });
            all[index].by.push(entry);
        }
    }
    all
}

/// Reads a text.
fn parsed(asked: &Asked<'_>) -> Option<MatchSpec> {
    let options = ParseMatchSpecOptions::lenient().with_repodata_revision(RepodataRevision::V3);
    MatchSpec::from_str(asked.text, options).ok()
}

/// Returns whether a text holds under conditions only; those that have none are not read for it.
fn is_conditional(asked: &Asked<'_>) -> bool {
    asked.text.contains(['[', ';']) && parsed(asked).is_some_and(|spec| spec.condition.is_some())
}

fn unreadable<'a>(view: &View<'a>, asked: &Asked<'a>) -> Case<'a> {
    let message = format!("`{}` of {} cannot be read", asked.text, titled(asked.by[0]));
    view.about(LOCK_DEPENDENCY_UNREADABLE, &asked.by, &message, "has it")
}

/// Checks a text against the records of its name. What holds under conditions only is left alone.
fn unmet<'a>(view: &View<'a>, asked: &Asked<'a>, name: &str, there: &[&'a LockEntry]) -> Option<Case<'a>> {
    if asked.text == name {
        return None;
    }
    let Some(spec) = parsed(asked) else {
        return Some(unreadable(view, asked));
    };
    if spec.condition.is_some() {
        return None;
    }
    // Several records of one name are a finding of their own.
    let fits = |entry: &&LockEntry| spec.matches(&entry.record);
    if there.iter().any(fits) && (asked.required || there.iter().all(fits)) {
        return None;
    }
    let found = there
        .iter()
        .copied()
        .find(|entry| !fits(entry))
        .unwrap_or(there[0]);
    let (code, verb) = if asked.required {
        (LOCK_DEPENDENCY_UNMET, "does not satisfy")
    } else {
        (LOCK_CONSTRAINS_BROKEN, "is excluded by")
    };
    let message = format!("{} {verb} `{}`, {}", titled(found), asked.text, needed_by(asked));
    let mut case = view.about(
        code,
        &asked.by,
        &message,
        if asked.required { "needs it" } else { "excludes it" },
    );
    if !found.span.is_empty() {
        case.finding = case.finding.at(view.source(), found.span, "is this");
    }
    Some(case.led_to(asked.by[0], asked.text))
}

/// Checks a text against what the platform promises.
fn promise<'a>(view: &View<'a>, name: &str, asked: &Asked<'a>) -> Option<Case<'a>> {
    let promised = view.lock.platform.virtual_package(name);
    if promised.is_none() && !asked.required {
        return None;
    }
    let Some(spec) = parsed(asked) else {
        return Some(unreadable(view, asked));
    };
    if spec.condition.is_some() {
        return None;
    }
    let met = promised.is_some_and(|package| {
        let package = package.to_generic();
        let version = spec.version.as_ref();
        let build = spec.build.as_ref();
        version.is_none_or(|version| version.matches(&package.version))
            && build.is_none_or(|build| build.matches(package.build_string.as_str()))
    });
    if met {
        return None;
    }
    let promises = promised.map_or_else(|| format!("no {name}"), |package| format!("`{package}`"));
    let code = if asked.required {
        LOCK_VIRTUAL_PACKAGE
    } else {
        LOCK_CONSTRAINS_BROKEN
    };
    let message = format!(
        "`{}` is not met, the platform promises {promises}, {}",
        asked.text,
        needed_by(asked)
    );
    let label = if asked.required {
        "needs it"
    } else {
        "excludes what is promised"
    };
    let case = view.about(code, &asked.by, &message, label);
    Some(case.led_to(asked.by[0], asked.text))
}

fn needed_by(asked: &Asked<'_>) -> String {
    let verb = if asked.required {
        "needed by"
    } else {
        "a constraint of"
    };
    match asked.by.as_slice() {
        [one] => format!("{verb} {}", titled(one)),
        [one, other] => format!("{verb} {} and {}", titled(one), titled(other)),
        all => format!("{verb} {} and {} more", titled(all[0]), all.len() - 1),
    }
}
