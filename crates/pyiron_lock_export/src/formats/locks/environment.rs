//! `environment`: an environment.yml for what reads nothing else, such as conda, mamba and repo2docker. Whoever uses it
//! solves again; the pins say how much is left to that solve.

use serde::Serialize;

use super::names::{by_name, channels, direct};
use crate::{
    ExportError,
    codes::EXPORT_RECORD_LEFT_OUT,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::{Input, Package},
    parameters::{Kind, Parameter},
    template::template,
};
use pyiron_lock_core::Finding;

pub(super) static FORMAT: Format = Format {
    name: "environment",
    group: Group::Locks,
    title: "environment.yml with exact versions, for conda, mamba and repo2docker",
    needs: Needs::Lock,
    parameters: &[Parameter {
        key: "pins",
        what: "what is pinned: what was asked for (direct), every record with its build (all), or all that conda can \
               solve for (solvable)",
        kind: Kind::Word(&["direct", "all", "solvable"]),
        default: Some("direct"),
    }],
    proofs: &[
        Proof::Tested("py-rattler"),
        Proof::Documented("conda, Managing environments, Creating an environment file manually"),
    ],
    export,
};

/// The package that stands for a level of instructions. Its builds are chosen by a regular expression, which conda does
/// not read, and by the processor of the machine that solves.
pub(super) const MICROARCH: &str = "_x86_64-microarch-level";

#[derive(Serialize)]
struct Filling {
    stamp: Vec<String>,
    name: String,
    channels: Vec<String>,
    dependencies: Vec<String>,
    pip: Vec<String>,
    pip_names: Vec<String>,
    variables: Vec<(String, String)>,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let mut export = Export::default();
    let pins = input.parameters.get("pins").unwrap_or("direct");
    export.files.add("environment.yml", environment(input, pins)?)?;
    if pins == "solvable"
        && let Some(package) = input.own.packages.get(MICROARCH)
    {
        let text = format!(
            "`{MICROARCH}` {} is not among the pins of environment.yml",
            package.build()
        );
        export.findings.push(
            Finding::new(EXPORT_RECORD_LEFT_OUT, text)
                .note("its builds are told apart by a regular expression, which conda does not read"),
        );
    }
    Ok(export)
}

/// Returns the environment file with these pins: `direct`, `all` or `solvable`.
pub(crate) fn environment(input: &Input<'_>, pins: &str) -> Result<String, ExportError> {
    let packages = &input.own.packages;
    let stamp = input.own.lock.stamp.as_ref();
    let mut dependencies: Vec<String> = match pins {
        "direct" => {
            let mut direct = direct(input);
            // A file without Python gets that of whoever reads it, not the one that everything here is built for.
            if let Some(python) = packages.get("python")
                && !direct.iter().any(|package| package.name() == "python")
            {
                direct.push(python);
            }
            by_name(direct.into_iter())
                .iter()
                .map(|package| format!("{}=={}", package.name(), package.version()))
                .collect()
        }
        _ => by_name(packages.iter().copied())
            .iter()
            .filter(|package| pins == "all" || package.name() != MICROARCH)
            .map(whole)
            .collect(),
    };
    let pip = stamp.map(|stamp| stamp.unlocked_pip.clone()).unwrap_or_default();
    let has_pip = dependencies.iter().any(|text| text.starts_with("pip="));
    if !pip.is_empty() && !has_pip {
        dependencies.push(match packages.get("pip") {
            Some(pip) => format!("pip=={}", pip.version()),
            None => "pip".to_owned(),
        });
        dependencies.sort();
    }
    let mut channels: Vec<String> = channels(input)?.into_iter().map(short).collect();
    channels.push("nodefaults".to_owned());
    template!("locks/environment.yml.j2").fill(Filling {
        stamp: input.stamp(),
        name: input.own.tier.name.clone(),
        channels,
        dependencies,
        pip,
        pip_names: if stamp.is_some() {
            Vec::new()
        } else {
            input.own.lock.pip.clone()
        },
        variables: stamp
            .map(|stamp| stamp.variables.clone().into_iter().collect())
            .unwrap_or_default(),
    })
}

/// Returns the name of a channel that every reader knows by it.
fn short(channel: String) -> String {
    match channel.as_str() {
        "https://conda.anaconda.org/conda-forge" => "conda-forge".to_owned(),
        _ => channel,
    }
}

fn whole(package: &Package<'_>) -> String {
    format!("{}={}={}", package.name(), package.version(), package.build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::locks::samples::{LOCK, OURS, made};

    fn text(lock: &str, tier: &str, set: &[(&str, &str)]) -> String {
        made(&FORMAT, lock, tier, set)
            .files
            .get("environment.yml")
            .unwrap()
            .text
            .clone()
    }

    #[test]
    fn what_was_asked_for_is_pinned_and_the_python_it_was_built_for() {
        let text = text(OURS, "small", &[]);
        let expected = "channels:\n  - https://sample.pyiron-lock.invalid\n  - nodefaults\ndependencies:\n  \
                        - bzip2==1.0.8\n  - libzlib==1.3.2\n  - pip==";
        assert!(text.contains(expected), "{text}");
        assert!(text.contains("\n  - python==3."), "{text}");
        assert!(!text.contains("openssl"), "{text}");
    }

    #[test]
    fn pip_requirements_and_variables_are_one_text_each() {
        let text = text(OURS, "small", &[]);
        assert!(
            text.contains("  - pip:\n      - \"pylint ==3.0; python_version > '3'\"\n"),
            "{text}"
        );
        assert!(
            text.contains("  \"NASTY\": \"a: 'b' \\\"$(id)\\\" `x` \\u00e9\"\n"),
            "{text}"
        );
        assert!(text.contains("  \"OMP_NUM_THREADS\": \"1\"\n"), "{text}");
    }

    #[test]
    fn a_lock_that_names_no_requests_pins_every_name() {
        let text = text(LOCK, "x", &[]);
        assert!(
            text.contains("- libffi==3.4.6\n") && text.contains("- python==1.10\n"),
            "{text}"
        );
        assert!(
            text.contains("pip where the lock is installed: pylint==3.0\n"),
            "{text}"
        );
    }

    #[test]
    fn conda_is_not_asked_for_what_it_cannot_read_and_that_is_said() {
        let export = made(&FORMAT, LOCK, "x", &[("pins", "solvable")]);
        let text = &export.files.get("environment.yml").unwrap().text;
        assert!(
            text.contains("- pytorch=2.7.1=cpu_py312_0\n") && !text.contains(MICROARCH),
            "{text}"
        );
        assert!(
            export
                .findings
                .iter()
                .any(|finding| finding.code == EXPORT_RECORD_LEFT_OUT)
        );
        let all = made(&FORMAT, LOCK, "x", &[("pins", "all")]);
        assert!(
            all.files
                .get("environment.yml")
                .unwrap()
                .text
                .contains("- _x86_64-microarch-level=3=5_level3\n")
        );
        assert!(
            all.findings
                .iter()
                .all(|finding| finding.code != EXPORT_RECORD_LEFT_OUT)
        );
    }

    #[test]
    fn a_name_of_a_tier_is_one_text() {
        let text = text(LOCK, "no\nchannels: [evil]\"$(id)", &[]);
        assert!(
            text.contains("\nname: \"no\\nchannels: [evil]\\\"$(id)\"\n"),
            "{text}"
        );
        assert!(
            !text.lines().any(|line| line.starts_with("channels: [")),
            "{text}"
        );
    }
}
