//! `requirements`: the Python packages of a lock under their names on PyPI, for programs that read nothing else, such as
//! those that propose newer versions. What it installs is not what is locked, and it says so.

use std::collections::BTreeMap;

use pyiron_lock_core::{Finding, pypi};

use super::names::by_name;
use crate::{
    ExportError,
    codes::EXPORT_RECORD_LEFT_OUT,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::{Input, Package},
    quote::comment,
};

pub(super) static FORMAT: Format = Format {
    name: "requirements",
    group: Group::Locks,
    title: "requirements.txt of the Python packages under their names on PyPI, for programs that read only that",
    needs: Needs::Lock,
    parameters: &[],
    proofs: &[Proof::Tested("packaging"), Proof::Tested("pip")],
    export,
};

/// Records that depend on Python and hold no package of it.
const NO_PACKAGES: &[&str] = &["cpython", "python_abi", "python-freethreading", "python-gil"];

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let mut export = Export::default();
    let mut pins: BTreeMap<String, String> = BTreeMap::new();
    let mut left: Vec<&str> = Vec::new();
    let mut other_versions: Vec<String> = Vec::new();
    for package in by_name(input.own.packages.iter().copied()) {
        let names = pypi_names(&package);
        let version = package.version();
        if names.is_empty() {
            left.push(package.name());
        }
        for name in names {
            if !is_version(&version) {
                other_versions.push(format!("{} {version}", package.name()));
                continue;
            }
            let own_name = pypi::normalised(package.name()) == name;
            // Packages that conda-forge splits share a name there; that of the name itself stands.
            if own_name || !pins.contains_key(&name) {
                pins.insert(name, version.clone());
            }
        }
    }
    export
        .files
        .add("requirements.txt", text(input, &pins, &left, &other_versions))?;
    let total = left.len() + other_versions.len();
    if total > 0 {
        let mut message = format!(
            "{total} of {} records of `{}` are not in `requirements.txt`, because PyPI has no such packages",
            input.own.packages.len(),
            input.own.tier.name
        );
        if !other_versions.is_empty() {
            message.push_str(&format!(" or versions: {}", other_versions.join(", ")));
        }
        export
            .findings
            .push(Finding::new(EXPORT_RECORD_LEFT_OUT, message));
    }
    Ok(export)
}

fn text(
    input: &Input<'_>,
    pins: &BTreeMap<String, String>,
    left: &[&str],
    other_versions: &[String],
) -> String {
    let mut lines = input.stamp();
    lines.push("For programs that read nothing else. NOT for installing: pip would fetch other files than those that".to_owned());
    lines.push(
        "are locked, builds for MPI or CUDA are not told apart, and no hash of a file on PyPI is known."
            .to_owned(),
    );
    lines.push("Names are what a record says, else by rule; none was looked up.".to_owned());
    if let Some(python) = input.own.packages.get("python") {
        lines.push(format!("Python {}", python.version()));
    }
    if !other_versions.is_empty() {
        lines.push("Not here, because pip cannot read their versions:".to_owned());
        lines.extend(wrapped(other_versions.iter().map(String::as_str)));
    }
    if !left.is_empty() {
        lines.push("Not here, because they are no packages of PyPI:".to_owned());
        lines.extend(wrapped(left.iter().copied()));
    }
    if !input.own.lock.pip.is_empty() {
        lines.push("Asked of pip and not locked, hence not here:".to_owned());
        let asked = input.own.lock.pip.iter();
        lines.extend(asked.map(|requirement| format!("  {requirement}")));
    }
    let mut text = String::new();
    for line in lines {
        text.push_str(&format!("# {}\n", comment(&line)));
    }
    for (name, version) in pins {
        text.push_str(&format!("{name}=={version}\n"));
    }
    text
}

/// Puts words on lines of at most 100 letters, each with two blanks before it.
fn wrapped<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < 100 => {
                line.push_str(", ");
                line.push_str(word);
            }
            _ => lines.push(format!("  {word}")),
        }
    }
    lines
}

/// Returns what PyPI calls a record: what the record itself says, else by the table of names for what depends on
/// Python; nothing for what is no Python package.
fn pypi_names(package: &Package<'_>) -> Vec<String> {
    let record = package.record();
    if let Some(purls) = &record.purls {
        let of_pypi = purls.iter().filter(|purl| purl.package_type() == "pypi");
        return of_pypi
            .map(|purl| pypi::normalised(purl.name()))
            .filter(|name| is_name(name))
            .collect();
    }
    let name = package.name();
    let python = record.noarch.is_python() || package.depends().any(|depend| depend == "python");
    if python && name != "python" && !name.starts_with('_') && !NO_PACKAGES.contains(&name) {
        vec![pypi::pypi_name(name)]
    } else {
        Vec::new()
    }
}

fn is_name(name: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    name.starts_with(|letter: char| letter.is_ascii_alphanumeric()) && name.chars().all(plain)
}

/// Returns whether a version is one of PEP 440 without a local part, which PyPI takes none of.
fn is_version(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let rest = match text.split_once('!') {
        Some((epoch, rest)) if number(epoch) => rest,
        Some(_) => return false,
        None => text.as_str(),
    };
    let release = rest.len()
        - rest
            .trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.')
            .len();
    let (release, mut rest) = rest.split_at(release);
    let (release, dotted) = match release.strip_suffix('.') {
        Some(release) => (release, true),
        None => (release, false),
    };
    if !release.split('.').all(number) {
        return false;
    }
    let mut words = 0;
    for kinds in [
        &["alpha", "beta", "preview", "pre", "rc", "a", "b", "c"][..],
        &["post", "rev", "r"],
        &["dev"],
    ] {
        let after = if words == 0 && dotted {
            rest
        } else {
            rest.trim_start_matches(['.', '_', '-'])
        };
        let Some(tail) = kinds.iter().find_map(|kind| after.strip_prefix(kind)) else {
            continue;
        };
        rest = tail.trim_start_matches(|letter: char| letter.is_ascii_digit());
        words += 1;
    }
    rest.is_empty() && (words > 0 || !dotted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::locks::samples::{LOCK, made};

    #[test]
    fn names_are_those_of_pypi_and_what_it_does_not_have_is_named() {
        let export = made(&FORMAT, LOCK, "x\nevil==1\u{2028}$(id)`é", &[]);
        let text = &export.files.get("requirements.txt").unwrap().text;
        let pins: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(pins.contains(&"graphviz==0.21"), "{text}");
        assert!(pins.contains(&"torch==2.7.1"), "{text}");
        assert!(pins.iter().all(|line| line.split("==").count() == 2), "{text}");
        assert!(
            !pins
                .iter()
                .any(|line| line.starts_with("python=") || line.starts_with("evil"))
        );
        assert!(text.contains("libffi"), "{text}");
        assert!(text.contains("#   pylint==3.0\n"), "{text}");
        assert!(
            export
                .findings
                .iter()
                .any(|finding| finding.code == EXPORT_RECORD_LEFT_OUT)
        );
    }

    #[test]
    fn a_version_is_one_that_pip_reads() {
        for version in [
            "1",
            "2024.1.1",
            "1!2.0",
            "1.0a1",
            "1.0.rc2",
            "1.0-beta",
            "1.0.post1",
            "1.0rc1.post2.dev3",
            "2.0.dev0",
            "1.0_rev3",
        ] {
            assert!(is_version(version), "{version}");
        }
        for version in [
            "",
            "9e",
            "1.1.1w",
            "1.0+cu118",
            "1..2",
            "1.",
            ".1",
            "x!1",
            "2023_06",
            "1.0.unknown",
            "dev",
            "1.0-3x",
        ] {
            assert!(!is_version(version), "{version}");
        }
    }

    #[test]
    fn what_a_record_says_of_itself_beats_the_rules() {
        let lock = "version: 6\nenvironments:\n  default:\n    channels:\n    - url: https://host.invalid/c/\n    \
                    packages:\n      linux-64:\n      - conda: https://host.invalid/c/noarch/a_b-1.0-pyh_0.conda\n      \
                    - conda: https://host.invalid/c/noarch/tool-2.0-pyh_0.conda\npackages:\n- conda: \
                    https://host.invalid/c/noarch/a_b-1.0-pyh_0.conda\n  sha256: SHA\n  depends: [python]\n  purls:\n  \
                    - pkg:pypi/Other.Name\n- conda: https://host.invalid/c/noarch/tool-2.0-pyh_0.conda\n  sha256: \
                    SHA\n  depends: [python]\n  purls: []\n";
        let export = made(&FORMAT, &lock.replace("SHA", &"a".repeat(64)), "x", &[]);
        let text = &export.files.get("requirements.txt").unwrap().text;
        let pins: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(pins, ["other-name==1.0"], "{text}");
    }
}
