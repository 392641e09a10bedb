//! Why requests cannot be satisfied, told in the user's own lines; an obstacle that several tiers and platforms
//! share is told once.

use std::collections::HashMap;

use pyiron_lock_core::{Finding, RequestSet};
use pyiron_lock_solve::{Chain, Clash, Explanation, Problem, Suggestion};

use super::{counted, folded};

/// One obstacle and where it stands in the way.
pub(crate) struct Told {
    /// The obstacle.
    pub(crate) finding: Finding,
    /// The tiers, in the order they were met, each with its platforms; no tier for a bare file.
    pub(crate) places: Vec<(Option<String>, Vec<String>)>,
}

impl Told {
    /// Returns the places as one line.
    pub(crate) fn places_text(&self) -> String {
        let places: Vec<String> = self
            .places
            .iter()
            .map(|(tier, platforms)| match tier {
                Some(tier) => format!("{tier} on {}", folded(platforms)),
                None => folded(platforms),
            })
            .collect();
        places.join("; ")
    }
}

/// Tells explanations, each obstacle once with all the places it stands in the way.
pub(crate) fn conflict_findings<'a>(
    explanations: impl IntoIterator<Item = (&'a RequestSet, &'a Explanation)>,
) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (set, explanation) in explanations {
        let tier = set.tier.as_ref().map(ToString::to_string);
        let platform = set.platform.name.to_string();
        for problem in &explanation.problems {
            let finding = finding(problem, set);
            let index = *known.entry(identity(&finding)).or_insert_with(|| {
                told.push(Told {
                    finding,
                    places: Vec::new(),
                });
                told.len() - 1
            });
            let places = &mut told[index].places;
            match places.iter_mut().find(|(known, _)| *known == tier) {
                Some((_, platforms)) => platforms.push(platform.clone()),
                None => places.push((tier.clone(), vec![platform.clone()])),
            }
        }
    }
    told
}

/// Returns what makes two tellings the same: all their words and places.
fn identity(finding: &Finding) -> String {
    let origins: Vec<String> = finding
        .origins
        .iter()
        .map(|origin| format!("{}:{}:{}", origin.source.name(), origin.span.start, origin.label))
        .collect();
    format!(
        "{}\n{}\n{}",
        finding.message,
        origins.join("\n"),
        finding.notes.join("\n")
    )
}

fn finding(problem: &Problem, set: &RequestSet) -> Finding {
    let mut finding = obstacle(problem, set);
    if let Some(cut_off) = set.exclude_newer {
        finding
            .notes
            .push(format!("note: records newer than {cut_off} do not count"));
    }
    finding
}

fn obstacle(problem: &Problem, set: &RequestSet) -> Finding {
    let text = |request: usize| set.requests[request].text();
    let name = |request: usize| set.requests[request].name.as_normalized();
    match problem {
        Problem::PackageNotFound { request, suggestion } => {
            let message = match &set.requests[*request].spec.channel {
                Some(channel) => format!(
                    "the channel `{}` has no package `{}`",
                    channel.name(),
                    name(*request)
                ),
                None => format!("the channels have no package `{}`", name(*request)),
            };
            let finding = with_origins(
                Finding::new(problem.code(), message),
                set,
                *request,
                "asked for here",
            );
            match suggestion {
                Some(suggestion) => finding.help(suggestion_text(name(*request), suggestion)),
                None => finding,
            }
        }
        Problem::AllNewer { request } => {
            let message = format!("every record of `{}` is newer than the cut-off", name(*request));
            with_origins(
                Finding::new(problem.code(), message),
                set,
                *request,
                "asked for here",
            )
        }
        Problem::VersionNotFound {
            request,
            available,
            count,
            build_only,
        } => {
            let what = if *build_only { "build" } else { "version" };
            let message = format!("no {what} of `{}` matches `{}`", name(*request), text(*request));
            let mut list = available.join(", ");
            if *count > available.len() {
                list = format!("{list} and {} more", count - available.len());
            }
            let verb = if *count == 1 { "is" } else { "are" };
            with_origins(
                Finding::new(problem.code(), message),
                set,
                *request,
                "asked for here",
            )
            .note(format!("note: there {verb} {}: {list}", counted(*count, what)))
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

/// Returns what to say of a name that may be meant instead of one that does not exist.
pub(crate) fn suggestion_text(asked: &str, suggestion: &Suggestion) -> String {
    match suggestion {
        Suggestion::Alike(near) => format!("did you mean `{near}`?"),
        Suggestion::FromPypi(conda) => {
            format!("`{asked}` is its name on PyPI; the channels have it as `{conda}`")
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
        (Clash::VirtualPackage { name, .. }, [only]) if set.requests[*only].name.as_normalized() == name => {
            format!("{} is not what the platform promises", lines[0])
        }
        (Clash::VirtualPackage { name, promised }, _) => {
            let verb = if lines.len() == 1 { "needs" } else { "need" };
            let lines = folded(&lines);
            match promised {
                Some(_) => format!("{lines} {verb} another `{name}` than the platform promises"),
                None => format!("{lines} {verb} `{name}`, which the platform does not promise"),
            }
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
                format!("{name} {}", shortened(spec))
            }
        })
        .collect();
    match specs.len() {
        0..=2 => specs.join(" or "),
        more => format!("{} or {} or {} other ranges", specs[0], specs[1], more - 2),
    }
}

/// Returns a constraint with no more than two of the builds that its pattern lists; a level of CPU lists dozens.
fn shortened(spec: &str) -> String {
    let pattern = spec.split_once("^(").and_then(|(before, rest)| {
        let (builds, after) = rest.split_once(")$")?;
        Some((before, builds, after))
    });
    let Some((before, builds, after)) = pattern else {
        return spec.to_owned();
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let builds: Vec<&str> = builds.split('|').collect();
    if builds.len() <= 2 || !builds.iter().all(|build| build.chars().all(plain)) {
        return spec.to_owned();
    }
    let others = builds.len() - 1;
    let before = before.trim_end_matches("[build=\"").trim_end();
    let after = after.trim_start_matches("\"]");
    format!("{before} {} or {others} others{after}", builds[0])
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
