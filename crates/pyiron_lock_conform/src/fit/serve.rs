//! Which of a tier's platforms serves a target: the most specific one whose promises the weakest node keeps.

use std::{cmp::Ordering, collections::BTreeSet};

use rattler_conda_types::{Subdir, Version};

use super::{
    machine::{Answer, Machine},
    view::LockView,
};

/// How a target is served.
#[derive(Debug)]
pub(crate) enum Serving<'v, 'a> {
    /// By this lock.
    By(&'v LockView<'a>),
    /// By this lock perhaps, for want of these facts.
    Perhaps(&'v LockView<'a>, BTreeSet<&'static str>),
    /// By none, though the subdir is there: each with what it promises and the target does not keep.
    Nobody(Vec<(&'v LockView<'a>, Vec<String>)>),
    /// The tier is not locked for any subdir of the target.
    NoSubdir,
}

/// Finds the lock that serves a target.
pub(crate) fn serve<'v, 'a>(
    views: &[&'v LockView<'a>],
    machine: &Machine<'_>,
    wanted: &[Subdir],
) -> Serving<'v, 'a> {
    let mut served: Vec<(&'v LockView<'a>, usize)> = Vec::new();
    let mut perhaps: Vec<(&'v LockView<'a>, BTreeSet<&'static str>)> = Vec::new();
    let mut refused = Vec::new();
    for view in views {
        if !wanted.contains(&view.subject.lock.platform.subdir) {
            continue;
        }
        let Kept {
            broken,
            unknown,
            moot,
        } = promises(view, machine);
        if !broken.is_empty() {
            refused.push((*view, broken));
        } else if unknown.is_empty() {
            served.push((*view, moot));
        } else {
            perhaps.push((*view, unknown));
        }
    }
    let order = |a: &LockView<'_>, b: &LockView<'_>| specificity(a, b, wanted);
    // A promise that is kept counts for more than one that nothing relies on.
    let best = served
        .into_iter()
        .max_by(|(a, moot), (b, other)| other.cmp(moot).then_with(|| order(a, b)));
    if let Some((best, _)) = best {
        return Serving::By(best);
    }
    // The least demanding lock is the one most likely to serve.
    if let Some((view, unknown)) = perhaps.into_iter().min_by(|(a, _), (b, _)| order(a, b)) {
        return Serving::Perhaps(view, unknown);
    }
    if refused.is_empty() {
        return Serving::NoSubdir;
    }
    refused.sort_by(|(a, _), (b, _)| order(a, b));
    Serving::Nobody(refused)
}

/// How a target keeps what a lock was promised.
struct Kept {
    /// What it breaks.
    broken: Vec<String>,
    /// The facts that would have to be known.
    unknown: BTreeSet<&'static str>,
    /// How many promises nobody can judge and no record relies on.
    moot: usize,
}

fn promises(view: &LockView<'_>, machine: &Machine<'_>) -> Kept {
    let (mut broken, mut unknown, mut moot) = (Vec::new(), BTreeSet::new(), 0);
    let lock = view.subject.lock;
    for promise in lock.platform.virtual_packages() {
        match machine.keeps(promise) {
            Answer::Yes => {}
            Answer::No(has) => broken.push(format!("it promises {promise}, the target has {has}")),
            Answer::Unknown(fact) if relies_on(view, promise.name()) => {
                unknown.insert(fact);
            }
            Answer::Unknown(_) => moot += 1,
        }
    }
    for need in &view.needs {
        let promised = lock.platform.virtual_package(need.spec.name()).is_some();
        match machine.offers(&need.spec, need.constrains) {
            Answer::Yes => {}
            Answer::No(has) if !lock.knows_promises => {
                broken.push(format!("a record needs {}, the target has {has}", need.spec.text));
            }
            Answer::Unknown(fact) if !promised || !lock.knows_promises => {
                unknown.insert(fact);
            }
            Answer::No(_) | Answer::Unknown(_) => {}
        }
    }
    Kept {
        broken,
        unknown,
        moot,
    }
}

fn relies_on(view: &LockView<'_>, name: &str) -> bool {
    view.needs.iter().any(|need| {
        need.spec.name() == name && (need.spec.spec.version.is_some() || need.spec.spec.build.is_some())
    })
}

/// Orders locks by how much they promise: the greater one is the more specific.
fn specificity(a: &LockView<'_>, b: &LockView<'_>, wanted: &[Subdir]) -> Ordering {
    let place = |view: &LockView<'_>| {
        wanted
            .iter()
            .position(|subdir| *subdir == view.subject.lock.platform.subdir)
    };
    let count = |view: &LockView<'_>| view.subject.lock.platform.virtual_packages().len();
    let version = |view: &LockView<'_>, name: &str| -> Option<Version> {
        let package = view.subject.lock.platform.virtual_package(name)?;
        Some(package.to_generic().version)
    };
    let build = |view: &LockView<'_>| {
        let package = view.subject.lock.platform.virtual_package("__archspec");
        package.map(|package| package.build().to_owned())
    };
    // The subdir named first by the target wins, then more promises, then a GPU, a newer CPU, a newer system.
    place(b)
        .cmp(&place(a))
        .then_with(|| count(a).cmp(&count(b)))
        .then_with(|| version(a, "__cuda").cmp(&version(b, "__cuda")))
        .then_with(|| build(a).cmp(&build(b)))
        .then_with(|| version(a, "__glibc").cmp(&version(b, "__glibc")))
        .then_with(|| version(a, "__linux").cmp(&version(b, "__linux")))
        .then_with(|| version(a, "__osx").cmp(&version(b, "__osx")))
        .then_with(|| b.subject.lock.platform.name.cmp(&a.subject.lock.platform.name))
}
