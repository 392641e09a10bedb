//! Why requests cannot be satisfied, told in the user's own lines; platforms and tiers that share a story share
//! one telling.

use pyiron_lock_core::{Finding, RequestSet};
use pyiron_lock_solve::{Chain, Clash, Explanation, Problem};

use super::{counted, folded};

/// One story and the tiers and platforms it happens on.
pub(crate) struct Told {
    /// The story, one finding an obstacle.
    pub(crate) findings: Vec<Finding>,
    /// The requests that take part in each obstacle, as findings point at them.
    pub(crate) tiers: Vec<String>,
    /// The platforms, in the order of the manifest.
    pub(crate) platforms: Vec<String>,
}

/// Tells explanations, equal ones once.
pub(crate) fn conflict_findings<'a>(
    explanations: impl IntoIterator<Item = (&'a RequestSet, &'a Explanation)>,
) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    for (set, explanation) in explanations {
        let findings: Vec<Finding> = explanation
            .problems
            .iter()
            .map(|problem| finding(problem, set))
            .collect();
        let tier = set.tier.as_ref().map(ToString::to_string);
        let platform = set.platform.name.to_string();
        let known = match told.iter_mut().find(|known| known.findings == findings) {
            Some(known) => known,
            None => {
                told.push(Told {
                    findings,
                    tiers: Vec::new(),
                    platforms: Vec::new(),
                });
                let last = told.len() - 1;
                &mut told[last]
            }
        };
        if !known.platforms.contains(&platform) {
            known.platforms.push(platform);
        }
        known
            .tiers
            .extend(tier.filter(|tier| !known.tiers.contains(tier)));
    }
    told
}

fn finding(problem: &Problem, set: &RequestSet) -> Finding {
    let text = |request: usize| set.requests[request].text();
    let name = |request: usize| set.requests[request].name.as_normalized();
    match problem {
        Problem::PackageNotFound { request, suggestion } => {
            let message = format!("the channels have no package `{}`", name(*request));
            let finding = with_origins(
                Finding::new(problem.code(), message),
                set,
                *request,
                "asked for here",
            );
            match suggestion {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding,
            }
        }
        Problem::VersionNotFound {
            request,
            available,
            count,
            build_only,
        } => {
            let what = if *build_only { "build" } else { "version" };
            let message = format!("no {what} of `{}` matches `{}`", name(*request), text(*request));
            let mut versions = available.join(", ");
            if *count > available.len() {
                versions = format!("{versions} and {} more", count - available.len());
            }
            with_origins(
                Finding::new(problem.code(), message),
                set,
                *request,
                "asked for here",
            )
            .note(format!("there are {}: {versions}", counted(*count, "version")))
        }
        Problem::Unsatisfiable {
            requests,
            clash,
            chains,
            also,
        } => {
            let mut finding = Finding::new(problem.code(), headline(requests, clash, set));
            for request in requests {
                let label = chains
                    .iter()
                    .find(|chain| chain.request == *request)
                    .map_or_else(|| "takes part".to_owned(), label);
                finding = with_origins(finding, set, *request, &label);
            }
            for chain in chains.iter().filter(|chain| !chain.steps.is_empty()) {
                finding = finding.note(path(chain, set));
            }
            finding = finding.note(format!("note: {}", meaning(clash)));
            for (clash, chain) in also {
                finding = finding
                    .note(path(chain, set))
                    .note(format!("note: {}", meaning(clash)));
            }
            finding
        }
    }
}

fn with_origins(mut finding: Finding, set: &RequestSet, request: usize, label: &str) -> Finding {
    for origin in &set.requests[request].origins {
        finding = finding.at(&origin.source, origin.span, label);
    }
    finding
}

fn headline(requests: &[usize], clash: &Clash, set: &RequestSet) -> String {
    let lines: Vec<String> = requests
        .iter()
        .map(|request| format!("`{}`", set.requests[*request].text()))
        .collect();
    match (clash, requests) {
        (Clash::VirtualPackage { name, .. }, _) => {
            format!(
                "{} needs more of `{name}` than the platform promises",
                folded(&lines)
            )
        }
        (Clash::NoRecord { name }, [_]) => {
            format!("{} needs `{name}`, which the channels do not have", lines[0])
        }
        (Clash::NoMatchingRecord { name }, [_]) => {
            format!(
                "{} needs a version of `{name}` that the channels do not have",
                lines[0]
            )
        }
        (Clash::Excluded { name, .. }, [_]) => format!("{} needs `{name}`, which is ruled out", lines[0]),
        (_, [_]) => format!("{} cannot be installed", lines[0]),
        _ => format!("{} exclude each other", folded(&lines)),
    }
}

fn label(chain: &Chain) -> String {
    let wanted = wanted(chain);
    match chain.steps.len() {
        0 => format!("wants {wanted}"),
        1 => format!("needs {wanted}"),
        steps => format!("needs {wanted}, through {}", chain.steps[steps - 1].name),
    }
}

fn wanted(chain: &Chain) -> String {
    let name = &chain.wanted.name;
    let specs: Vec<String> = chain
        .wanted
        .specs
        .iter()
        .map(|spec| {
            if spec == "*" || spec.is_empty() {
                name.clone()
            } else {
                format!("{name} {spec}")
            }
        })
        .collect();
    match specs.len() {
        0..=2 => specs.join(" or "),
        more => format!("{} or {} or {} other ranges", specs[0], specs[1], more - 2),
    }
}

fn path(chain: &Chain, set: &RequestSet) -> String {
    let mut words = vec![format!("path: `{}`", set.requests[chain.request].text())];
    words.extend(chain.steps.iter().map(|step| {
        if step.candidates > 3 {
            format!("{} {} ({} versions)", step.name, step.versions, step.candidates)
        } else {
            format!("{} {}", step.name, step.versions).trim_end().to_owned()
        }
    }));
    words.push(wanted(chain));
    words.join(" > ")
}

fn meaning(clash: &Clash) -> String {
    match clash {
        Clash::OneVersionOnly { name } => format!("only one version of `{name}` can be installed"),
        Clash::NoRecord { name } => format!("the channels have no package `{name}`"),
        Clash::NoMatchingRecord { name } => format!("the channels have `{name}`, but no record that matches"),
        Clash::VirtualPackage {
            name,
            promised: Some(promised),
        } => {
            format!("the platform promises `{name}` {promised}")
        }
        Clash::VirtualPackage { name, promised: None } => format!("the platform does not promise `{name}`"),
        Clash::Excluded { name, reasons } => format!("`{name}` is ruled out: {}", folded(reasons)),
    }
}
