//! What tiers come to when they are put together.

use std::{collections::BTreeMap, path::PathBuf};

use pyiron_lock_core::{Finding, RequestSet, SourceFile, TierName};
use rattler_conda_types::{Channel, ChannelConfig};

use super::{NamedChannel, compose, compose_single};
use crate::{Manifest, Reading, read_environment, read_manifest};

fn manifest(tiers: &str) -> Manifest {
    let text = format!(
        "platforms: {{ linux-64: {{ virtual-packages: {{ __glibc: 2.28, __linux: 4.18 }} }}, win-64: }}\ntiers:\n{tiers}"
    );
    let reading = read_manifest(&SourceFile::new("specs/tiers.yml", text));
    reading.value.unwrap_or_else(|| panic!("{:?}", reading.findings))
}

fn channels(names: &[&str]) -> Vec<NamedChannel> {
    let config = ChannelConfig::default_with_root_dir(PathBuf::from("/"));
    names
        .iter()
        .map(|name| NamedChannel {
            name: (*name).to_owned(),
            channel: Channel::from_str(name, &config).unwrap(),
        })
        .collect()
}

fn put(tiers: &str, files: &[(&str, &str)], tier: &str, platform: &str) -> Reading<RequestSet> {
    let manifest = manifest(tiers);
    let files: BTreeMap<TierName, _> = files
        .iter()
        .map(|(name, items)| {
            let text = format!("channels: [conda-forge]\n{items}");
            let reading = read_environment(&SourceFile::new(format!("specs/{name}.yml"), text), None);
            (
                name.parse().unwrap(),
                reading.value.unwrap_or_else(|| panic!("{:?}", reading.findings)),
            )
        })
        .collect();
    let platform = manifest.platform(platform).unwrap().clone();
    compose(
        &manifest,
        &files,
        &tier.parse().unwrap(),
        &platform,
        &channels(&["conda-forge"]),
    )
}

fn lines(set: &RequestSet) -> Vec<String> {
    set.requests
        .iter()
        .map(|request| {
            format!(
                "{} <{}> x{}",
                request.canonical,
                request.tier.as_ref().unwrap(),
                request.origins.len()
            )
        })
        .collect()
}

const CHAIN: &str = "  a: { spec: a.yml }\n  b: { spec: b.yml, extends: [a], aliases: [bb] }\n  c: { spec: c.yml, extends: [a] }\n  d: { spec: d.yml, extends: [b, c] }\n";

#[test]
fn equal_requests_join_and_compatible_ones_stay_side_by_side() {
    let reading = put(
        CHAIN,
        &[
            ("a", "dependencies: [python =3.12, numpy]\nvariables: {X: a}"),
            (
                "b",
                "dependencies: [python=3.12, numpy >=1.20]\nvariables: {X: b, Y: b}",
            ),
            ("c", "dependencies: [numpy, {pip: [x]}]"),
            ("d", "dependencies: [ase, {pip: [x, y]}]"),
        ],
        "d",
        "linux-64",
    );
    let set = reading.value.unwrap();
    assert_eq!(
        lines(&set),
        [
            "python 3.12.* <a> x2",
            "numpy <a> x2",
            "numpy >=1.20 <b> x1",
            "ase <d> x1"
        ]
    );
    assert_eq!(set.pip.len(), 2);
    assert_eq!(
        set.variables,
        [("X".to_owned(), "b".to_owned()), ("Y".to_owned(), "b".to_owned())]
    );
    assert_eq!(set.requests[0].origins[1].source.name(), "specs/b.yml");
    let codes: Vec<&str> = reading
        .findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    assert_eq!(codes, ["compose-variable-overridden"]);
}

#[test]
fn disjoint_requests_show_both_lines() {
    let files = [
        ("a", "dependencies:\n- numpy =1.26.4  # [linux]\n"),
        ("b", "dependencies:\n- numpy >=2\n"),
    ];
    let reading = put(CHAIN, &files, "b", "linux-64");
    assert!(reading.value.is_none());
    let finding = &reading.findings[0];
    assert_eq!(finding.code.as_str(), "requests-disjoint");
    let places: Vec<String> = finding
        .origins
        .iter()
        .map(|origin| format!("{}: {}", origin.source.name(), origin.source.slice(origin.span)))
        .collect();
    assert_eq!(places, ["specs/b.yml: numpy >=2", "specs/a.yml: numpy =1.26.4"]);
    assert_eq!(
        finding.message,
        "`numpy =1.26.4` of the tier `a` and `numpy >=2` of the tier `b` exclude each other"
    );
    assert!(put(CHAIN, &files, "b", "win-64").value.is_some());
}

#[test]
fn an_alias_a_missing_file_and_an_unknown_tier() {
    let files = [("a", "dependencies: [x]"), ("b", "dependencies: [y]")];
    assert_eq!(
        put(CHAIN, &files, "bb", "linux-64")
            .value
            .unwrap()
            .tier
            .unwrap()
            .as_str(),
        "b"
    );
    for tier in ["d", "nobody"] {
        let reading = put(CHAIN, &files, tier, "linux-64");
        assert!(reading.value.is_none() && reading.findings[0].code.as_str() == "compose-tier-missing");
    }
}

#[test]
fn a_file_alone_has_no_tier_and_the_digest_does_not_see_spelling() {
    let digest = |items: &str| {
        let source = SourceFile::new(
            "environment.yml",
            format!("channels: [conda-forge]\ndependencies:\n{items}"),
        );
        let file = read_environment(&source, None).value.unwrap();
        let manifest = manifest("  a: { spec: a.yml }\n");
        let reading = compose_single(
            &file,
            manifest.platform("linux-64").unwrap(),
            &channels(&["conda-forge"]),
        );
        let set = reading.value.unwrap();
        assert!(set.tier.is_none() && set.requests[0].tier.is_none());
        set.digest()
    };
    assert_eq!(
        digest("- numpy =1.26\n- ase\n"),
        digest("# why\n- 'ase *'\n- numpy 1.26.* # [linux]\n- x  # [win]\n")
    );
    assert_ne!(digest("- numpy =1.26\n"), digest("- numpy ==1.26\n"));
}

#[test]
fn channels_of_requests_are_looked_up_and_platforms_compared() {
    let reading = put(
        CHAIN,
        &[(
            "a",
            "platforms: [osx-64]\ndependencies: ['conda-forge::x', 'other::y']",
        )],
        "a",
        "linux-64",
    );
    let codes: Vec<&str> = reading
        .findings
        .iter()
        .map(|finding: &Finding| finding.code.as_str())
        .collect();
    assert_eq!(
        codes,
        ["compose-platform-not-in-file", "compose-channel-not-listed"]
    );
    assert!(reading.value.is_none());
    let told = |place: usize| {
        let finding = &reading.findings[place];
        format!("{} / {}", finding.message, finding.help.as_deref().unwrap_or(""))
    };
    assert_eq!(
        told(0),
        "`specs/a.yml` does not list the subdir linux-64 / add `linux-64`, or take `platforms` out"
    );
    assert_eq!(
        told(1),
        "`other::y` wants the channel `other`, which is not listed / listed are `conda-forge`"
    );
}

#[test]
fn a_channel_of_a_request_is_found_by_its_name_in_the_manifest() {
    let of = |wanted: &str, names: &[(&str, &str)]| {
        let text = format!("channels: [c]\ndependencies: ['{wanted}::x']\n");
        let source = SourceFile::new("environment.yml", text);
        let file = read_environment(&source, None).value.unwrap();
        let listed: Vec<NamedChannel> = names
            .iter()
            .map(|(name, url)| NamedChannel {
                name: (*name).to_owned(),
                channel: Channel::from_url(url::Url::parse(url).unwrap()),
            })
            .collect();
        let manifest = manifest("  a: { spec: a.yml }\n");
        let reading = compose_single(&file, manifest.platform("linux-64").unwrap(), &listed);
        match reading.value {
            Some(set) => set.requests[0]
                .spec
                .channel
                .as_ref()
                .unwrap()
                .base_url
                .to_string(),
            None => reading.findings[0].help.clone().unwrap_or_default(),
        }
    };
    let sample = ("sample", "https://sample.invalid/");
    let forge = ("conda-forge", "https://conda.anaconda.org/conda-forge");
    let mirror = ("conda-forge", "https://mirror.invalid/forge");
    assert_eq!(of("sample", &[sample]), "https://sample.invalid/");
    assert_eq!(of("https://sample.invalid", &[sample]), "https://sample.invalid/");
    assert_eq!(of("conda-forge", &[mirror]), "https://mirror.invalid/forge/");
    assert_eq!(
        of("https://conda.anaconda.org/conda-forge", &[sample, forge]),
        "https://conda.anaconda.org/conda-forge/"
    );
    assert_eq!(
        of("https://other.invalid/conda-forge", &[forge]),
        "listed are `conda-forge`"
    );
    assert_eq!(of("smple", &[forge, sample]), "did you mean `sample`?");
    assert_eq!(
        of("other", &[forge, sample]),
        "listed are `conda-forge`, `sample`"
    );
}
