//! What environment files give, and what each mistake in them is called.

use proptest::prelude::*;
use pyiron_lock_core::{Finding, SourceFile, SourceRef};
use rattler_conda_types::Subdir;

mod slips;

use super::{EnvironmentFile, read_environment};
use crate::{Dialect, Reading};

fn read(text: &str) -> Reading<EnvironmentFile> {
    read_environment(&SourceFile::new("environment.yml", text), None)
}

/// Puts lines under `dependencies` of an otherwise good file; they start at line 3.
fn with_items(items: &str) -> String {
    format!("channels: [conda-forge]\ndependencies:\n{items}")
}

fn show(source: &SourceRef, finding: &Finding) -> String {
    let origin = &finding.origins[0];
    let place = source.position(origin.span.start);
    format!(
        "{}[{}] {}:{} {:?} {} / {}",
        finding.severity.as_str(),
        finding.code,
        place.line,
        place.column,
        source.slice(origin.span),
        finding.message,
        finding.help.as_deref().unwrap_or("")
    )
}

fn findings(text: &str) -> Vec<String> {
    let source = SourceFile::new("environment.yml", text);
    let reading = read_environment(&source, None);
    reading
        .findings
        .iter()
        .map(|finding| show(&source, finding))
        .collect()
}

/// Asserts that a file gives exactly one finding, which starts and goes on as told.
fn one(text: &str, wanted: &str) {
    let seen = findings(text);
    let mut parts = wanted.split(" .. ");
    let head = parts.next().unwrap();
    let fits = seen.len() == 1 && seen[0].starts_with(head) && parts.all(|part| seen[0].contains(part));
    assert!(fits, "\n{text}\nwanted {wanted}\nseen {seen:#?}");
}

fn names_on(file: &EnvironmentFile, subdir: Subdir) -> Vec<String> {
    file.dependencies_on(subdir)
        .map(|item| item.name.as_normalized().to_owned())
        .collect()
}

#[test]
fn a_file_is_read_with_all_its_parts() {
    let text = "name: demo\nchannels:\n- conda-forge\n- nodefaults\nplatforms: [linux-64, osx-arm64]\ndependencies:\n\
                - python =3.12 # why\n- gpaw = 25.7.0=*openmpi*  # [linux]\n- pip\n- pip:\n  - marimo ==0.3 # [osx]\n  - x\n\
                variables: {A: \"1\"}\n";
    let reading = read(text);
    assert!(reading.findings.is_empty(), "{:?}", reading.findings);
    let file = reading.value.unwrap();
    assert_eq!(file.name.as_ref().unwrap().value, "demo");
    assert!(file.nodefaults);
    assert_eq!(file.channels.len(), 1);
    assert_eq!(file.platforms[1].value, Subdir::OsxArm64);
    assert_eq!(
        file.source.slice(file.dependencies[1].span),
        "gpaw = 25.7.0=*openmpi*"
    );
    assert_eq!(file.dependencies[1].canonical, "gpaw ==25.7.0 *openmpi*");
    assert_eq!(names_on(&file, Subdir::Linux64), ["python", "gpaw", "pip"]);
    assert_eq!(names_on(&file, Subdir::Osx64), ["python", "pip"]);
    assert_eq!(
        file.pip_on(Subdir::Linux64)
            .map(|line| line.text.as_str())
            .collect::<Vec<_>>(),
        ["x"]
    );
    assert_eq!(file.pip_on(Subdir::OsxArm64).count(), 2);
    assert_eq!(file.variables[0].1.value, "1");
}

#[test]
fn windows_line_ends_anchors_and_quotes_are_fine() {
    let reading = read(
        "\u{feff}channels: &c [conda-forge]\r\ndependencies:\r\n  - &p python  # [linux]\r\n  - \"numpy >=1.20,<2\" # [win]\r\nx: *c\r\n",
    );
    let file = reading.value.unwrap();
    assert_eq!(names_on(&file, Subdir::Win64), ["numpy"]);
    assert_eq!(reading.findings[0].code.as_str(), "environment-unknown-key");
}

#[test]
fn an_alias_does_not_take_the_selector_of_its_anchor() {
    let file = read(&with_items("- &p python  # [linux]\n- *p\n")).value.unwrap();
    assert_eq!(names_on(&file, Subdir::Win64), ["python"]);
}

#[test]
fn sel_maps_hold_where_they_say() {
    let text = with_items("- sel(linux): cxx-compiler <1.11 # GCC\n- sel(unix): a\n- sel(win): b\n");
    let file = read(&text).value.unwrap();
    assert_eq!(names_on(&file, Subdir::Linux64), ["cxx-compiler", "a"]);
    assert_eq!(names_on(&file, Subdir::Win64), ["b"]);
}

#[test]
fn the_cmmc_dialect_follows_the_script_table() {
    let words = ["win", "linux", "macos", "macarm", "unix64", "unix", "x64"];
    let items: String = words
        .iter()
        .map(|word| format!("- p-{word} =1=*openmpi*  # [{word}]\n"))
        .collect();
    let source = SourceFile::new("environment.yml", with_items(&items));
    let file = read_environment(&source, Some(Dialect::Cmmc)).value.unwrap();
    for (subdir, kept) in [
        (
            Subdir::Linux64,
            ["p-linux", "p-unix64", "p-unix", "p-x64"].as_slice(),
        ),
        (Subdir::Osx64, &["p-macos", "p-unix64", "p-unix", "p-x64"]),
        (Subdir::OsxArm64, &["p-macarm", "p-unix"]),
        (Subdir::Win64, &["p-win", "p-x64"]),
        (Subdir::LinuxAarch64, &[]),
    ] {
        assert_eq!(names_on(&file, subdir), kept, "{subdir}");
    }
    one(
        &with_items("- a  # [macos]\n"),
        "error[selector-cmmc-word] 3:8 \"[macos]\" .. `selector-dialect: cmmc`",
    );
}

#[test]
fn decoys_are_not_selectors() {
    let text = with_items(
        "- a # [1] see paper\n- b # [docs](https://x.org)\n- c # see docs\n# [win]\n- pip\n- pip:\n  - git+https://x.org/[win]/y\n",
    );
    let reading = read(&text);
    assert!(reading.findings.is_empty(), "{:?}", findings(&text));
    assert_eq!(
        names_on(&reading.value.unwrap(), Subdir::Linux64),
        ["a", "b", "c", "pip"]
    );
}

#[test]
fn requests_that_are_not_text_are_explained() {
    for (items, wanted) in [
        (
            "- python: 3.10\n",
            "error[dependency-not-text] 3:3 \"python: 3.10\" .. map, not text / write `python =3.10`",
        ),
        (
            "- numpy: '>=1.20'\n",
            "error[dependency-not-text] 3:3 .. write `numpy >=1.20`",
        ),
        (
            "- 3.10\n",
            "error[dependency-not-text] 3:3 \"3.10\" a dependency is a number .. `python =3.10`",
        ),
        (
            "- a\n-\n",
            "error[dependency-not-text] 4:1 \"-\" a dependency is nothing",
        ),
        (
            "- ~\n",
            "error[dependency-not-text] 3:1 \"- ~\" a dependency is `~`",
        ),
        ("- !=1.2\n", "error[dependency-not-text] 3:1 \"- !=1.2\" .. tag"),
        (
            "- true\n",
            "error[dependency-not-text] 3:3 \"true\" a dependency is a boolean",
        ),
        (
            "- [a, b]\n",
            "error[dependency-not-text] 3:3 \"[a, b\" a dependency is a list",
        ),
        (
            "- conda: [a]\n",
            "error[dependency-section-unknown] 3:3 \"conda\"",
        ),
        (
            "- numpy:\n",
            "error[dependency-section-unknown] 3:3 \"numpy\" .. without a colon",
        ),
        (
            "- a\n  - b\n",
            "error[dependency-two-lines] 3:3 \"a\" `a - b` was joined .. indentation",
        ),
        (
            "- >=1.2\n",
            "error[yaml-syntax] 3:3 \">=1.2\" .. the package name is missing .. `numpy >=1.2`",
        ),
        (
            "- a\n\t- b\n",
            "error[yaml-syntax] 4:1 .. a tab .. indent with blanks",
        ),
        ("- *numpy\n", "error[yaml-syntax] 3:3 .. alias"),
        (
            "- pip: numpy\n",
            "error[yaml-wrong-kind] 3:8 \"numpy\" .. write `[numpy]`",
        ),
        (
            "- pip:\n  - 3.10\n",
            "error[yaml-wrong-kind] 4:5 \"3.10\" .. write `\"3.10\"`, in quotes",
        ),
        ("- pip:\n", "warning[pip-empty] 3:3 \"pip\""),
    ] {
        one(&with_items(items), wanted);
    }
}

#[test]
fn requests_that_cannot_be_read_are_explained() {
    for (items, wanted) in [
        (
            "- numpy=\n",
            "error[spec-unreadable] 3:3 \"numpy=\" .. ends where a version belongs / write the version, or only `numpy`",
        ),
        ("- numpy >=\n", "error[spec-unreadable] 3:3 \"numpy >=\" .. ends"),
        ("- numpy >=1.2,\n", "error[spec-unreadable] 3:3 .. ends"),
        (
            "- numpy=>1.2\n",
            "error[spec-unreadable] 3:3 .. write `numpy>=1.2`",
        ),
        (
            "- '>=1.2'\n",
            "error[spec-unreadable] 3:3 \"'>=1.2'\" `>=1.2` has no package name",
        ),
        (
            "- python:3.10\n",
            "error[spec-unreadable] 3:3 .. colon .. write `python =3.10`",
        ),
        (
            "- fenics =*_42\n",
            "error[spec-unreadable] 3:3 .. write `fenics=*=*_42`",
        ),
        ("- numpy* >1\n", "error[spec-name-pattern] 3:3"),
        ("- '*'\n", "error[spec-name-pattern] 3:3"),
        ("- '^py.*$'\n", "error[spec-name-pattern] 3:3"),
        ("- ./here::numpy\n", "error[spec-local-path] 3:3"),
        (
            "- file:///c/linux-64/numpy-1.2-0.conda\n",
            "error[spec-local-path] 3:3",
        ),
        ("- numpy >=1.2 <2\n", "error[spec-build] 3:3 .. `<2` .. comma"),
        ("- numpy = 1.2 = abc\n", "error[spec-build] 3:3 .. `=abc`"),
        ("- metatrain[pet]>=2\n", "error[spec-extras] 3:3"),
        (
            "- lammps [linux]\n",
            "error[selector-without-hash] 3:3 .. write `lammps  # [linux]`",
        ),
        ("- lammps [linux|osx]\n", "error[selector-without-hash] 3:3"),
        (
            "- 'lammps # [linux]'\n",
            "error[selector-in-text] 3:3 .. write `lammps  # [linux]`",
        ),
        ("- lammps#[linux]\n", "error[selector-in-text] 3:3"),
        ("- lammps#why\n", "warning[selector-in-text] 3:3"),
        (
            "- numpy >1.2.*\n",
            "warning[spec-lenient] 3:3 \"numpy >1.2.*\" `>1.2.*` is read as `>=1.2`",
        ),
        ("- numpy >=abc\n", "warning[spec-odd-version] 3:3 .. `abc`"),
        ("- numpy pandas\n", "warning[spec-odd-version] 3:3 .. `pandas`"),
        ("- numpy 1.2[version=1.3]\n", "warning[spec-given-twice] 3:3"),
        ("- 1.2.3\n", "warning[spec-odd-name] 3:3"),
    ] {
        one(&with_items(items), wanted);
    }
}

#[test]
fn the_top_level_follows_cep_24() {
    let good = "dependencies: [a]\n";
    for (text, wanted) in [
        (
            "channels: [c]\ndependancies: [a]\ndependencies: [a]\n",
            "warning[environment-unknown-key] 2:1 \"dependancies\" .. did you mean `dependencies`?",
        ),
        (
            "channels: [c]\ndependencies: [a]\npip: [b]\n",
            "warning[environment-unknown-key] 3:1 \"pip\" .. under `dependencies`",
        ),
        (
            "channels: [c]\ncategory: dev\ndependencies: [a]\n",
            "warning[environment-ignored-key] 2:1",
        ),
        (
            "channels: [c]\ndependencies:\n",
            "error[environment-no-dependencies] 2:1 \"dependencies\" `dependencies` is nothing",
        ),
        (
            "channels: [c]\ndependencies: {a: 1}\n",
            "error[environment-no-dependencies] 2:15 .. is a map",
        ),
        (
            "channels: [c]\ndependencies: numpy\n",
            "error[environment-no-dependencies] 2:15 .. is text",
        ),
        ("channels: [c]\n", "error[environment-no-dependencies] 1:1"),
        (
            "- numpy\n- python\n",
            "error[yaml-wrong-kind] 1:1 \"- numpy\" .. `dependencies:` above",
        ),
        ("", "error[environment-no-dependencies] 1:1"),
        (good, "warning[channels-missing] 1:1"),
        (
            "channels:\ndependencies: [a]\n",
            "warning[channels-missing] 1:1 \"channels\"",
        ),
        (
            "channels: [defaults]\ndependencies: [a]\n",
            "warning[channels-default] 1:12 \"defaults\"",
        ),
        (
            "channels: ['https://repo.anaconda.com/pkgs/main']\ndependencies: [a]\n",
            "warning[channels-default] 1:12",
        ),
        (
            "channels: [https://conda.anaconda.org/conda-forge]\nname: base\ndependencies: [a]\n",
            "warning[environment-reserved-name] 2:7",
        ),
        (
            "channels: [c]\nname: a b\ndependencies: [a]\n",
            "error[environment-name] 2:7 .. a blank",
        ),
        (
            "channels: [c]\nname: 2024\ndependencies: [a]\n",
            "error[yaml-wrong-kind] 2:7 .. a number .. write `\"2024\"`, in quotes",
        ),
        (
            "channels: [c]\nplatforms: [noarch]\ndependencies: [a]\n",
            "error[environment-platform] 2:13",
        ),
        (
            "channels: [c]\nplatforms: [linux64]\ndependencies: [a]\n",
            "error[environment-platform] 2:13 .. `linux-64`",
        ),
        (
            "channels: [c]\nvariables: {A: 1.10}\ndependencies: [a]\n",
            "warning[variable-not-text] 2:16 \"1.10\"",
        ),
        (
            "channels: [c]\nvariables: {A B: x}\ndependencies: [a]\n",
            "error[variable-name] 2:13",
        ),
        (
            "channels: [c]\nvariables: {A: [x]}\ndependencies: [a]\n",
            "error[yaml-wrong-kind] 2:16",
        ),
        (
            "channels: [c]\nchannels: [d]\ndependencies: [a]\n",
            "error[yaml-duplicate-key] 2:1 \"channels\"",
        ),
        (
            "channels: [c]\ndependencies: [a, a]\n",
            "warning[dependency-repeated] 2:19",
        ),
        (
            "channels: [c]\ndependencies: [a =1.2, a >1]\n",
            "warning[dependency-twice] 2:24",
        ),
        (
            "channels: [c]\ndependencies: [a =1.2, a =1.3]\n",
            "error[requests-disjoint] 2:24",
        ),
    ] {
        one(text, wanted);
    }
    one(
        "channels: {a: b}\ndependencies: [a]\n",
        "error[yaml-wrong-kind] 1:11",
    );
}

#[test]
fn lines_for_different_platforms_do_not_meet() {
    assert!(findings(&with_items("- a =1  # [linux]\n- a =2  # [win]\n")).is_empty());
    one(
        &with_items("- a =1  # [linux]\n- a =2  # [unix]\n"),
        "error[requests-disjoint] 4:3",
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_gives_a_value_or_an_error_with_a_place(text in ".{0,200}", items in prop::collection::vec(
        "[a-zA-Z0-9=<>!~*#,.:|&\\[\\](){}'\" _+@%^$\\\\/-]{0,30}", 0..6)) {
        let lines: String = items.iter().map(|item| format!("  - {item}\n")).collect();
        for text in [text.clone(), with_items(&lines), format!("{}{text}", with_items(&lines))] {
            let source = SourceFile::new("environment.yml", text);
            let reading = read_environment(&source, None);
            prop_assert!(reading.value.is_some() != reading.findings.iter().any(Finding::is_error));
            for finding in &reading.findings {
                prop_assert!(!finding.origins.is_empty());
                for origin in &finding.origins {
                    prop_assert!(source.text().get(origin.span.start..origin.span.end).is_some());
                }
            }
            for dependency in reading.value.iter().flat_map(|file| &file.dependencies) {
                let again = crate::line::parse(&dependency.canonical).map(|line| line.canonical);
                prop_assert_eq!(again.as_ref(), Ok(&dependency.canonical));
            }
        }
    }
}
