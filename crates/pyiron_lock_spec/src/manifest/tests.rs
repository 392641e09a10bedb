//! What a manifest gives, and what each mistake in it is called.

use std::collections::BTreeSet;

use proptest::prelude::*;
use pyiron_lock_core::{Finding, SourceFile};

use super::{Manifest, channels, platforms, read, read_manifest, tiers};
use crate::Dialect;

const PLATFORMS: &str = "platforms:
  linux-64: { virtual-packages: { __glibc: \"2.28\", __linux: 4.18 } }
  linux-64-v3: { subdir: linux-64, virtual-packages: { __glibc: \"2.28\", __linux: \"4.18\", __archspec: \"1=x86_64_v3\" } }
  osx-arm64: { virtual-packages: { __osx: \"13.0\" } }
  win-64:
";

fn good(text: &str) -> Manifest {
    let reading = read_manifest(&SourceFile::new("tiers.yml", text));
    assert!(reading.findings.is_empty(), "{:?}", reading.findings);
    reading.value.unwrap()
}

fn findings(text: &str) -> Vec<String> {
    let source = SourceFile::new("tiers.yml", text);
    let show = |finding: &Finding| {
        let places: Vec<&str> = finding
            .origins
            .iter()
            .map(|origin| source.slice(origin.span))
            .collect();
        format!(
            "[{}] {places:?} {} / {}",
            finding.code,
            finding.message,
            finding.help.as_deref().unwrap_or("")
        )
    };
    read_manifest(&source).findings.iter().map(show).collect()
}

fn one(text: &str, wanted: &str) {
    let seen = findings(text);
    let mut parts = wanted.split(" .. ");
    let head = parts.next().unwrap();
    let fits = seen.len() == 1 && seen[0].starts_with(head) && parts.all(|part| seen[0].contains(part));
    assert!(fits, "\n{text}\nwanted {wanted}\nseen {seen:#?}");
}

fn tiers(text: &str) -> String {
    format!("{PLATFORMS}tiers:\n{text}")
}

#[test]
fn the_manifest_of_the_design_is_read() {
    let text = format!(
        "channels: [sample]\nchannel-sources:\n  sample: {{ url: \"https://sample.pyiron-lock.invalid/\", path: ../tests/sample-channel }}\n\
         selector-dialect: cmmc\n{}",
        tiers(
            "  recommended: { spec: recommended/environment.yml, extends: [advanced], aliases: [cmti], platforms: [linux-64] }\n\
               \x20 minimal: { spec: minimal/environment.yml, targets: [a], smoke: { imports: [numpy], commands: [python -V] } }\n\
               \x20 advanced: { spec: advanced/environment.yml, extends: [minimal], platforms: [linux-64-v3, linux-64], smoke: { imports: [] } }\n"
        )
    );
    let manifest = good(&text);
    assert_eq!(manifest.channels[0].value, "sample");
    assert_eq!(
        manifest.channel_sources["sample"].path.as_deref(),
        Some("../tests/sample-channel")
    );
    assert_eq!(manifest.selector_dialect, Some(Dialect::Cmmc));
    let promised: Vec<String> = manifest
        .platform("linux-64-v3")
        .unwrap()
        .virtual_packages()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        promised,
        [
            "__archspec=1=x86_64_v3",
            "__glibc=2.28",
            "__linux=4.18",
            "__unix=0"
        ]
    );
    let cmti = manifest.tier("cmti").unwrap();
    assert_eq!(cmti.name.as_str(), "recommended");
    assert_eq!(cmti.targets[0].value, "a");
    assert!(cmti.smoke.imports.is_empty());
    assert_eq!(cmti.smoke.commands[0].value, "python -V");
    let advanced: Vec<&str> = manifest
        .tier("advanced")
        .unwrap()
        .platforms
        .iter()
        .map(pyiron_lock_core::PlatformName::as_str)
        .collect();
    assert_eq!(advanced, ["linux-64", "linux-64-v3"]);
    assert_eq!(manifest.tier("minimal").unwrap().platforms.len(), 4);
    let names = |tiers: Vec<&super::Tier>| tiers.iter().map(|tier| tier.name.to_string()).collect::<Vec<_>>();
    assert_eq!(
        names(manifest.lineage(&cmti.name)),
        ["minimal", "advanced", "recommended"]
    );
    let layers: Vec<_> = manifest.layers().into_iter().map(names).collect();
    assert_eq!(layers, [["minimal"], ["advanced"], ["recommended"]]);
}

#[test]
fn a_diamond_has_each_ancestor_once() {
    let manifest = good(&tiers(
        "  d: { spec: d.yml, extends: [c, b] }\n  a: { spec: a.yml }\n  b: { spec: b.yml, extends: [a] }\n  c: { spec: c.yml, extends: [a] }\n  other: { spec: o.yml }\n",
    ));
    let lineage: Vec<&str> = manifest
        .lineage(&"d".parse().unwrap())
        .iter()
        .map(|tier| tier.name.as_str())
        .collect();
    assert_eq!(lineage, ["a", "b", "c", "d"]);
    assert_eq!(manifest.layers().len(), 3);
}

#[test]
fn mistakes_in_tiers_are_explained() {
    for (text, wanted) in [
        (
            "  a: { spec: a.yml, extend: [b] }\n",
            "[tiers-unknown-key] [\"extend\"] .. did you mean `extends`?",
        ),
        (
            "  a: { spec: a.yml, colour: red }\n",
            "[tiers-unknown-key] [\"colour\"] .. known are `spec`",
        ),
        (
            "  a: { targets: [x] }\n",
            "[tiers-missing-key] [\"a\"] .. spec: a/environment.yml",
        ),
        ("  A: { spec: a.yml }\n", "[tiers-name] [\"A\"]"),
        (
            "  a: { spec: a.yml }\n  a: { spec: b.yml }\n",
            "[yaml-duplicate-key] [\"a\", \"a\"]",
        ),
        (
            "  a: { spec: a.yml, aliases: [b] }\n  b: { spec: b.yml }\n",
            "[tiers-duplicate]",
        ),
        (
            "  base: { spec: a.yml }\n  b: { spec: b.yml, extends: [bse] }\n",
            "[tiers-unknown-parent] [\"bse\"] .. did you mean `base`?",
        ),
        (
            "  a: { spec: a.yml, extends: [c] }\n  b: { spec: b.yml, extends: [a] }\n  c: { spec: c.yml, extends: [b] }\n  d: { spec: d.yml, extends: [a] }\n",
            "[tiers-cycle] [\"c\", \"b\", \"a\"] .. a > c > b > a",
        ),
        (
            "  a: { spec: a.yml, extends: [a] }\n",
            "[tiers-cycle] [\"a\"] .. a > a",
        ),
        (
            "  a: { spec: a.yml }\nexclude-newer: 2026-07\n",
            "[tiers-exclude-newer] [\"2026-07\"] .. such as 2026-07-01",
        ),
        (
            "  a: { spec: a.yml }\n  b: { spec: b.yml, contains: [a] }\n",
            "[tiers-contains-one] .. `contains` of the tier `b` is a list .. name that one",
        ),
        (
            "  base: { spec: a.yml }\n  b: { spec: b.yml, contains: bse }\n",
            "[tiers-unknown-parent] [\"bse\"] .. contains `bse`",
        ),
        (
            "  a: { spec: a.yml }\n  b: { spec: b.yml, contains: a, extends: [a] }\n",
            "[tiers-duplicate] [\"a\", \"a\"]",
        ),
        (
            "  a: { spec: a.yml, contains: b }\n  b: { spec: b.yml, extends: [a] }\n",
            "[tiers-cycle] [\"b\", \"a\"] .. a > b > a",
        ),
        (
            "  a: { spec: /etc/passwd }\n",
            "[tiers-spec-path] [\"/etc/passwd\"] .. is absolute",
        ),
        ("  a: { spec: b/../../x.yml }\n", "[tiers-spec-path] .. has `..`"),
        ("  a: { spec: 'C:\\x.yml' }\n", "[tiers-spec-path]"),
        (
            "  a: { spec: a.yml, platforms: [linux64] }\n",
            "[tiers-platform-unknown] [\"linux64\"] .. `linux-64`",
        ),
        (
            "  a: { spec: a.yml, platforms: [linux-64] }\n  b: { spec: b.yml, extends: [a], platforms: [linux-64, win-64] }\n",
            "[tiers-platform-not-in-parent] [\"win-64\", \"a\"]",
        ),
        (
            "  a: { spec: a.yml, platforms: [linux-64] }\n  b: { spec: b.yml, platforms: [win-64] }\n  c: { spec: c.yml, extends: [a, b] }\n",
            "[tiers-platform-not-in-parent] [\"c\"]",
        ),
        (
            "  a: { spec: a.yml, platforms: linux-64 }\n",
            "[yaml-wrong-kind] [\"linux-64\"] .. write `[linux-64]`",
        ),
        (
            "  a: { spec: a.yml, platforms: [] }\n  b: { spec: b.yml, extends: [a], platforms: [win-64] }\n",
            "[tiers-empty] [\"[]\"] `platforms` of the tier `a` is empty",
        ),
        ("  {}\n", "[tiers-empty] [\"{}\"] `tiers` is empty"),
        ("  a: a.yml\n", "[yaml-wrong-kind] [\"a.yml\"]"),
        (
            "  a: { spec: a.yml, smoke: { import: [x] } }\n",
            "[tiers-unknown-key] [\"import\"] .. `imports`",
        ),
    ] {
        one(&tiers(text), wanted);
    }
}

#[test]
fn mistakes_elsewhere_are_explained() {
    let with = |platforms: &str, more: &str| {
        format!("{more}platforms:\n{platforms}tiers:\n  a: {{ spec: a.yml }}\n")
    };
    let osx = "  osx-64: { virtual-packages: { __osx: 13 } }\n";
    for (platforms, more, wanted) in [
        (
            "  linux-64: { virtual-packages: { __linux: 4.18 } }\n",
            "",
            "[tiers-virtual-package-missing] [\"linux-64\"] .. `__glibc`",
        ),
        (
            "  linux-64-v3: { virtual-packages: {} }\n",
            "",
            "[tiers-platform-subdir] [\"linux-64-v3\"] .. `subdir: linux-64`",
        ),
        ("  noarch:\n", "", "[tiers-platform-subdir] [\"noarch\"]"),
        (
            "  osx-64: { virtual-packages: { __osx: 13, cuda: 12 } }\n",
            "",
            "[tiers-virtual-package] [\"cuda\"] .. write `__cuda`",
        ),
        (
            "  osx-64: { virtual-packages: { __osx: 13, __cuda: } }\n",
            "",
            "[yaml-wrong-kind]",
        ),
        (
            "  osx-64: { virtual-packages: { __osx: 13, __glibc: 2.28 } }\n",
            "",
            "[tiers-virtual-package] [\"__glibc\"] .. does not exist on osx-64",
        ),
        (
            "  osx-64: { virtual-packages: { __osx: x y } }\n",
            "",
            "[tiers-virtual-package] [\"__osx\"]",
        ),
        (
            osx,
            "chanels: [a]\n",
            "[tiers-unknown-key] [\"chanels\"] .. `channels`",
        ),
        (
            osx,
            "selector-dialect: cmcm\n",
            "[tiers-selector-dialect] [\"cmcm\"] .. `cmmc`",
        ),
        (
            osx,
            "channel-sources: { a: { url: /x } }\n",
            "[tiers-channel-source] [\"/x\"]",
        ),
        (
            osx,
            "channel-sources: { a: { url: 'https://u:p@h/' } }\n",
            "[channel-secret] .. password",
        ),
        (
            osx,
            "channel-sources: { a: {} }\n",
            "[tiers-channel-source] .. the channel source `a` says nothing",
        ),
        (
            osx,
            "channel-sources: { a: { mirror: 'https://h/?token=x' } }\n",
            "[channel-secret] .. token",
        ),
        (
            osx,
            "channel-sources: { a: { mirror: ../x } }\n",
            "[tiers-channel-source] [\"../x\"] .. is not a web address",
        ),
        (osx, "channels: [defaults]\n", "[channels-default]"),
        (
            osx,
            "channels: [../x]\n",
            "[channel-address] [\"../x\"] .. `--channel-source NAME=DIR`",
        ),
        (
            osx,
            "channels: ['https://u:p@h/']\n",
            "[channel-secret] .. user name or password",
        ),
        (
            osx,
            "channels: ['https://h/t/x/c']\n",
            "[channel-secret] .. a token",
        ),
        ("  {}\n", "", "[tiers-empty] [\"{}\"] .. `platforms` is empty"),
    ] {
        let seen = findings(&with(platforms, more));
        assert!(
            !seen.is_empty() && wanted.split(" .. ").all(|part| seen[0].contains(part)),
            "{wanted}\n{seen:#?}"
        );
    }
    one(
        "tiers:\n  a: { spec: a.yml }\n",
        "[tiers-missing-key] .. has no `platforms`",
    );
    one(PLATFORMS, "[tiers-missing-key] .. has no `tiers`");
    one("", "[tiers-missing-key]");
    one("- a\n", "[yaml-wrong-kind]");
}

#[test]
fn the_schema_has_the_keys_that_are_read() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../../specs/tiers.schema.json")).unwrap();
    for (pointer, keys) in [
        ("", read::TOP_KEYS),
        ("/$defs/channel-source", channels::SOURCE_KEYS),
        ("/$defs/platform", platforms::PLATFORM_KEYS),
        ("/$defs/tier", tiers::TIER_KEYS),
        ("/$defs/smoke", tiers::SMOKE_KEYS),
    ] {
        let object = schema.pointer(pointer).unwrap();
        let properties: BTreeSet<&str> = object["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(properties, keys.iter().copied().collect(), "at {pointer:?}");
        assert_eq!(object["additionalProperties"], false, "at {pointer:?}");
    }
    for pointer in [
        "/properties/platforms/minProperties",
        "/properties/tiers/minProperties",
        "/$defs/tier/properties/platforms/minItems",
    ] {
        assert_eq!(
            schema.pointer(pointer),
            Some(&serde_json::json!(1)),
            "at {pointer:?}"
        );
    }
    let dialects: Vec<&str> = schema
        .pointer("/properties/selector-dialect/enum")
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|word| word.as_str())
        .collect();
    assert_eq!(dialects, read::DIALECTS);
    assert!(
        read::DIALECTS
            .iter()
            .all(|word| Dialect::from_word(word).is_some())
    );
}

proptest! {
    #[test]
    fn mangled_manifests_never_panic(cut in 0usize..900, junk in "[a-z0-9:{}\\[\\], \n&*!\"-]{0,12}", skip in 0usize..40) {
        let text = tiers("  a: { spec: a.yml, aliases: [z], platforms: [linux-64] }\n  b: { spec: b.yml, extends: [z], targets: [t], smoke: { imports: [x] } }\n  c: { spec: c.yml, extends: [a, b] }\n");
        let cut = cut.min(text.len());
        let rest = (cut + skip).min(text.len());
        let reading = read_manifest(&SourceFile::new("tiers.yml", format!("{}{junk}{}", &text[..cut], &text[rest..])));
        prop_assert!(reading.value.is_some() != reading.findings.iter().any(Finding::is_error));
        if let Some(manifest) = reading.value {
            let count: usize = manifest.layers().iter().map(Vec::len).sum();
            prop_assert_eq!(count, manifest.tiers.len());
            for tier in &manifest.tiers {
                prop_assert_eq!(&manifest.lineage(&tier.name).last().unwrap().name, &tier.name);
            }
        }
    }
}
