//! `pixi`: a pixi.toml and the pixi.lock that fulfils it, in version 6 of the format, which every pixi since 0.39 reads.
//! pixi finds a lock out of date when it lacks what the manifest asks for, and also when it has more than that.

use std::collections::BTreeSet;

use serde::Serialize;

use super::names::{by_name, channels, direct};
use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::{Input, Package},
    quote::{comment, yaml, yaml_word},
    template::template,
};

pub(super) static FORMAT: Format = Format {
    name: "pixi",
    group: Group::Locks,
    title: "pixi.toml with the pixi.lock that fulfils it",
    needs: Needs::Lock,
    parameters: &[],
    proofs: &[
        Proof::Tested("pixi-sbom"),
        Proof::Tested("py-rattler"),
        Proof::Documented("pixi, Manifest reference and Lock file"),
    ],
    export,
};

#[derive(Serialize)]
struct Filling {
    stamp: Vec<String>,
    name: String,
    channels: Vec<String>,
    platform: String,
    requirements: Vec<(String, String)>,
    glibc: Option<String>,
    dependencies: Vec<(String, String)>,
    variables: Vec<(String, String)>,
    variables_left: Vec<String>,
    pip: Vec<String>,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let mut export = Export::default();
    export.files.add("pixi.toml", manifest(input)?)?;
    export.files.add("pixi.lock", lock(input)?)?;
    Ok(export)
}

fn manifest(input: &Input<'_>) -> Result<String, ExportError> {
    let own = input.own;
    let virtual_packages = own.platform().virtual_packages();
    let requirements = virtual_packages.iter().filter_map(|promise| {
        let (key, value) = match promise.name() {
            "__linux" => ("linux", promise.version()),
            "__osx" => ("macos", promise.version()),
            "__cuda" => ("cuda", promise.version()),
            "__archspec" => ("archspec", promise.build()),
            _ => return None,
        };
        Some((key.to_owned(), value.to_owned()))
    });
    let stamp = own.lock.stamp.as_ref();
    // pixi writes values into a script of the shell, so that only harmless ones are passed on.
    let harmless = |text: &str| {
        text.chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "_./:,+@%=-".contains(letter))
    };
    let (variables, left): (Vec<_>, Vec<_>) = stamp
        .map(|stamp| stamp.variables.clone())
        .unwrap_or_default()
        .into_iter()
        .partition(|(name, value)| harmless(name) && harmless(value));
    let glibc = own.platform().virtual_package("__glibc");
    template!("locks/pixi.toml.j2").fill(Filling {
        stamp: input.stamp(),
        name: own.tier.name.clone(),
        channels: channels(input)?,
        platform: own.platform().subdir.as_str().to_owned(),
        requirements: requirements.collect(),
        glibc: glibc.map(|glibc| glibc.version().to_owned()),
        dependencies: roots(input)
            .iter()
            .map(|package| (package.name().to_owned(), format!("=={}", package.version())))
            .collect(),
        variables,
        variables_left: left.into_iter().map(|(name, _)| name).collect(),
        pip: own.lock.pip.clone(),
    })
}

/// Returns what was asked for, and what nothing of that leads to, so that every record has a reason to be there.
fn roots<'a>(input: &Input<'a>) -> Vec<Package<'a>> {
    let packages = &input.own.packages;
    let mut roots = direct(input);
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    for root in &roots {
        reach(input, *root, &mut reached);
    }
    // What others depend on comes first, so the last that is missing leads to the most.
    for package in packages.iter().rev() {
        if !reached.contains(package.name()) {
            roots.push(*package);
            reach(input, *package, &mut reached);
        }
    }
    by_name(roots.into_iter())
}

fn reach<'a>(input: &Input<'a>, from: Package<'a>, reached: &mut BTreeSet<&'a str>) {
    let mut waiting = vec![from];
    while let Some(package) = waiting.pop() {
        if reached.insert(package.name()) {
            waiting.extend(package.depends().filter_map(|name| input.own.packages.get(name)));
        }
    }
}

fn lock(input: &Input<'_>) -> Result<String, ExportError> {
    let packages = by_name(input.own.packages.iter().copied());
    let mut text = String::new();
    for line in input.stamp() {
        text.push_str(&format!("# {}\n", comment(&line)));
    }
    text.push_str("version: 6\nenvironments:\n  default:\n    channels:\n");
    for channel in channels(input)? {
        text.push_str(&format!("    - url: {}\n", yaml_word(&format!("{channel}/"))));
    }
    let subdir = input.own.platform().subdir;
    text.push_str(&format!("    packages:\n      {subdir}:\n"));
    for package in &packages {
        text.push_str(&format!("      - conda: {}\n", yaml_word(package.url().as_str())));
    }
    text.push_str("packages:\n");
    for package in &packages {
        push(&mut text, package);
    }
    Ok(text)
}

fn push(text: &mut String, package: &Package<'_>) {
    let record = package.record();
    text.push_str(&format!(
        "- conda: {}\n  build_number: {}\n",
        yaml_word(package.url().as_str()),
        record.build_number
    ));
    if record.noarch.is_python() {
        text.push_str("  noarch: python\n");
    }
    text.push_str(&format!("  sha256: {}\n", yaml(&package.sha256())));
    if let Some(md5) = package.md5() {
        text.push_str(&format!("  md5: {}\n", yaml(&md5)));
    }
    push_list(text, "depends", &record.depends);
    push_list(text, "constrains", &record.constrains);
    push_list(text, "track_features", &record.track_features);
    for (key, value) in [
        ("features", &record.features),
        ("license", &record.license),
        ("license_family", &record.license_family),
        ("python_site_packages_path", &record.python_site_packages_path),
    ] {
        if let Some(value) = value {
            text.push_str(&format!("  {key}: {}\n", yaml(value)));
        }
    }
    if let Some(size) = package.size() {
        text.push_str(&format!("  size: {size}\n"));
    }
    if let Some(timestamp) = &record.timestamp {
        text.push_str(&format!("  timestamp: {}\n", timestamp.timestamp_millis()));
    }
}

fn push_list(text: &mut String, key: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    text.push_str(&format!("  {key}:\n"));
    for item in items {
        text.push_str(&format!("  - {}\n", yaml(item)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::locks::samples::{LOCK, OURS, made};

    fn text(lock: &str, tier: &str, file: &str) -> String {
        made(&FORMAT, lock, tier, &[])
            .files
            .get(file)
            .unwrap()
            .text
            .clone()
    }

    #[test]
    fn the_lock_is_read_back_with_the_same_records() {
        for lock in [OURS, LOCK] {
            let made = text(lock, "x", "pixi.lock");
            let read = |text: &str| {
                let locks =
                    pyiron_lock_lockfile::open(&pyiron_lock_core::SourceFile::new("x", text)).unwrap();
                let mut records: Vec<_> = locks[0]
                    .entries
                    .iter()
                    .map(|entry| entry.record.clone())
                    .collect();
                records.sort_by_key(|record| record.package_record.name.as_normalized().to_owned());
                records
            };
            let of = |records: Vec<rattler_conda_types::RepoDataRecord>| {
                let facts = records.into_iter().map(|record| {
                    let package = record.package_record;
                    (
                        record.url,
                        package.sha256,
                        package.md5,
                        package.depends,
                        package.constrains,
                        package.license,
                    )
                });
                facts.collect::<Vec<_>>()
            };
            assert_eq!(of(read(&made)), of(read(lock)));
        }
    }

    #[test]
    fn the_manifest_asks_for_every_record_directly_or_not() {
        let ours = text(OURS, "small", "pixi.toml");
        // Nothing that was asked for leads to pip's Python package alone; openssl comes with Python.
        assert!(
            ours.contains("\"bzip2\" = \"==1.0.8\"\n") && ours.contains("\"pip\" = \"=="),
            "{ours}"
        );
        assert!(!ours.contains("\"openssl\""), "{ours}");
        assert!(ours.contains("platforms = [\"linux-64\"]\n"), "{ours}");
        assert!(
            ours.contains("\"linux\" = \"4.18\"\nlibc = { family = \"glibc\", version = \"2.28\" }\n"),
            "{ours}"
        );
    }

    #[test]
    fn a_value_that_a_shell_would_run_is_named_and_not_passed_on() {
        let ours = text(OURS, "small", "pixi.toml");
        assert!(ours.contains("\"OMP_NUM_THREADS\" = \"1\"\n"), "{ours}");
        assert!(!ours.contains("$(id)") && ours.contains("NASTY"), "{ours}");
    }

    #[test]
    fn a_name_of_a_tier_is_one_text() {
        let made = text(LOCK, "a\"\n[tasks]\nevil = 'x'", "pixi.toml");
        assert!(
            made.contains("name = \"a\\\"\\n[tasks]\\nevil = 'x'\"\n"),
            "{made}"
        );
        assert!(!made.lines().any(|line| line.starts_with("[tasks]")), "{made}");
    }
}
