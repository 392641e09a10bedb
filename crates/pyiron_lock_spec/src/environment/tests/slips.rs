//! Slips of the hand: channels, selectors, words of YAML, the pip section, and what the help says.

use super::{findings, one, read, with_items};

/// Asserts that each file gives exactly one finding, as told.
fn each(cases: &[(&str, &str)]) {
    for (items, wanted) in cases {
        one(&with_items(items), wanted);
    }
}

#[test]
fn channels_are_names_or_web_addresses_without_secrets() {
    for (channel, wanted) in [
        (
            "../local",
            "error[channel-address] 1:12 \"../local\" .. is a folder .. `--channel-source NAME=DIR`",
        ),
        ("file:///srv/x", "error[channel-address] 1:12 .. is a folder"),
        ("/srv/x", "error[channel-address] 1:12 .. is a folder"),
        (
            "s3://bucket/x",
            "error[channel-address] 1:12 .. not at a web address",
        ),
        (
            "'https://me:hunter2@h.org/c'",
            "error[channel-secret] 1:12 .. holds a user name or password .. take it out",
        ),
        (
            "https://h.org/t/hunter2/c",
            "error[channel-secret] 1:12 .. holds a token",
        ),
        (
            "'https://h.org/t/${TOKEN}/c'",
            "warning[channel-variable] 1:12 .. not filled in",
        ),
        ("a b", "error[channel-unreadable] 1:12"),
    ] {
        one(&format!("channels: [{channel}]\ndependencies: [a]\n"), wanted);
    }
    let source = pyiron_lock_core::SourceFile::new(
        "environment.yml",
        "channels: ['https://me:hunter2@h.org/c', 'https://h.org/t/hunter2/main']\ndependencies: ['https://me:hunter2@h.org/c::a', 'b[channel=\"https://me:hunter2@h.org/c\"]']\n",
    );
    let reading = super::read_environment(&source, None);
    assert_eq!(reading.findings.len(), 4);
    for finding in &reading.findings {
        assert_eq!(finding.code.as_str(), "channel-secret");
        assert!(!format!("{} {:?}", finding.message, finding.help).contains("hunter2"));
    }
}

#[test]
fn missing_channels_are_told_from_channels_of_the_wrong_kind() {
    for (text, wanted) in [
        (
            "channels: conda-forge\ndependencies: [a]\n",
            "error[yaml-wrong-kind] 1:11 .. write `[conda-forge]`",
        ),
        (
            "channels: a b\ndependencies: [a]\n",
            "error[yaml-wrong-kind] 1:11 .. write a list, one item a line",
        ),
        (
            "channels: []\ndependencies: [a]\n",
            "warning[channels-missing] 1:1",
        ),
        (
            "channels: [nodefaults]\ndependencies: [a]\n",
            "warning[channels-missing] 1:1",
        ),
        (
            "channels: [3]\ndependencies: [a]\n",
            "error[yaml-wrong-kind] 1:12",
        ),
    ] {
        one(text, wanted);
    }
}

#[test]
fn a_subdir_in_a_request_is_refused() {
    each(&[
        (
            "- conda-forge/osx-arm64::numpy\n",
            "error[spec-subdir] 3:3 .. names the subdir `osx-arm64` .. `# [osx and arm64]`",
        ),
        (
            "- numpy[subdir=linux-64]\n",
            "error[spec-subdir] 3:3 .. `# [linux64]`",
        ),
        (
            "- conda-forge/noarch::numpy\n",
            "error[spec-subdir] 3:3 .. take the subdir out",
        ),
    ]);
    assert!(findings(&with_items("- https://h.org/c/linux-64/numpy-1.2-0.conda\n")).is_empty());
}

#[test]
fn a_colon_behind_the_name_gets_a_help_that_is_accepted() {
    each(&[
        (
            "- numpy: >=1\n",
            "error[yaml-syntax] 3:10 .. makes a map of `numpy` .. write `numpy >=1`",
        ),
        ("- numpy: *\n", "error[yaml-syntax] 3:10 .. write `numpy`"),
        ("- *\n", "error[yaml-syntax] 3:3 .. the package name is missing"),
        (
            "- numpy: !=1.2\n",
            "error[dependency-not-text] 3:3 .. write `numpy !=1.2`",
        ),
        (
            "- numpy: '*'\n",
            "error[dependency-not-text] 3:3 .. write `numpy`",
        ),
        (
            "- {name: numpy}\n",
            "error[dependency-not-text] 3:3 .. write `numpy`",
        ),
        (
            "- name: numpy\n  version: 1.2\n",
            "error[dependency-not-text] 3:3 .. write `numpy =1.2`",
        ),
    ]);
}

#[test]
fn words_that_yaml_1_1_reads_otherwise_are_told() {
    each(&[
        (
            "- yes\n",
            "warning[dependency-not-text] 3:3 \"yes\" .. YAML 1.1 .. `\"yes\"`, in quotes",
        ),
        ("- on\n", "warning[dependency-not-text] 3:3"),
        (
            "- True\n",
            "error[dependency-not-text] 3:3 \"True\" a dependency is a boolean",
        ),
        (
            "- null\n",
            "error[dependency-not-text] 3:1 .. `null`, which YAML reads as nothing",
        ),
    ]);
    assert!(findings(&with_items("- 'on'\n")).is_empty());
    for (value, wanted) in [
        ("yes", "is a boolean to programs that read YAML 1.1"),
        ("True", "is a boolean"),
        ("0x10", "is a number"),
        ("1_000", "is a number"),
        ("12:30:00", "is a number"),
        ("2024-01-01", "is a date"),
        ("1.10", "is a number"),
    ] {
        let text = format!("channels: [c]\nvariables:\n  A: {value}\ndependencies: [a]\n");
        one(
            &text,
            &format!("warning[variable-not-text] 3:6 {value:?} .. {wanted} .. in quotes"),
        );
    }
    let reading = read("channels: [c]\nvariables: {A: null, B: '', C: 'yes'}\ndependencies: [a]\n");
    assert_eq!(reading.findings.len(), 1);
    assert_eq!(reading.findings[0].origins[0].label, "read as empty text");
    assert_eq!(
        reading.findings[0].help.as_deref(),
        Some("write `\"\"`, in quotes")
    );
}

#[test]
fn lines_that_belong_to_pip_are_sent_there() {
    each(&[
        (
            "- git+https://me:hunter2@h.org/x\n",
            "error[spec-pip] 3:3 .. move it under `- pip:`",
        ),
        ("- -e .\n", "error[spec-pip] 3:3"),
        ("- --pre\n", "error[spec-pip] 3:3"),
        ("- dask[complete]\n", "error[spec-extras] 3:3 .. under `- pip:`"),
        (
            "- numpy; python_version<'3'\n",
            "error[spec-unreadable] 3:3 .. marker .. under `- pip:`",
        ),
        ("- numpy >=1.2 ; x\n", "error[spec-unreadable] 3:3 .. marker"),
    ]);
}

#[test]
fn pip_sections_are_what_they_look_like() {
    each(&[
        (
            "- pip: []\n",
            "warning[pip-empty] 3:3 \"pip\" the pip section is empty",
        ),
        (
            "- pip:\n- requests\n",
            "warning[pip-empty] 3:3 \"pip\" .. lines below it are conda requests .. indent",
        ),
        (
            "- pip:\n  - x\n",
            "warning[pip-not-requested] 3:3 \"pip\" .. add `- pip`",
        ),
        (
            "- pip\n- pip:\n  - a\n    b\n",
            "warning[dependency-two-lines] 5:5 .. `a b` was joined",
        ),
        (
            "- pip: a\n    b\n",
            "error[yaml-wrong-kind] 3:8 .. one item a line",
        ),
        (
            "- pip\n  - a\n",
            "error[dependency-two-lines] 3:3 .. write `- pip:`",
        ),
        (
            "- numpy\n -scipy\n",
            "error[dependency-two-lines] 3:3 .. write `- scipy`",
        ),
    ]);
    assert!(findings(&with_items("- pip >=20\n- pip:\n  - x\n")).is_empty());
}

#[test]
fn everyday_mistakes_in_requests_have_a_help() {
    each(&[
        (
            "- numpy ≥1.2\n",
            "error[spec-unreadable] 3:3 .. write `numpy >=1.2`",
        ),
        (
            "- python, numpy\n",
            "error[spec-unreadable] 3:3 .. more than one package .. a line of its own",
        ),
        ("- file:///x.conda\n", "error[spec-local-path] 3:3"),
        (
            "- python >3.10,<3.9\n",
            "error[requests-disjoint] 3:3 .. exclude each other",
        ),
        (
            "- numpy :1.2\n",
            "error[spec-unreadable] 3:3 .. write `numpy =1.2`",
        ),
        (
            "- x=3.10=\n",
            "error[spec-unreadable] 3:3 .. ends where a build string belongs .. only `x=3.10`",
        ),
        (
            "- numpy =1..2\n",
            "error[spec-unreadable] 3:3 .. `numpy =1..2` has a version that cannot be read",
        ),
        (
            "- numpy >1.2.*,<3\n",
            "warning[spec-lenient] 3:3 .. `>1.2.*` is read as part of",
        ),
        (
            "- sel(): d\n",
            "error[selector-syntax] 3:3 .. `sel()` ends where a word belongs",
        ),
        (
            "- sel(linux):\n",
            "error[dependency-not-text] 3:1 .. behind `sel(linux):`",
        ),
    ]);
    one(
        "channels: [c]\ndependencies:\n-numpy -scipy\nname: x\n",
        "error[yaml-syntax] 3:1 .. a blank is missing",
    );
    one(
        "channels: [c]\ndependencies:\n  -numpy\n  -scipy\n",
        "error[environment-no-dependencies] 3:3 .. leave a blank behind each `-`",
    );
}

#[test]
fn two_packages_are_not_taken_for_two_conditions() {
    each(&[
        (
            "- numpy >=1, scipy\n",
            "error[spec-unreadable] 3:3 .. more than one package",
        ),
        (
            "- 'numpy: >=1'\n",
            "error[spec-unreadable] 3:3 .. colon .. write `numpy >=1`",
        ),
    ]);
    assert!(
        findings(&with_items(
            "- n >=1,!=1.2,<2\n- 'm[version=\">=1,<2\",build=\"*mkl\"]'\n"
        ))
        .is_empty()
    );
}

#[test]
fn selectors_that_nobody_reads_are_told() {
    each(&[
        (
            "- a  # [linux], needed\n",
            "warning[selector-late] 3:6 .. followed by `,` .. applies everywhere",
        ),
        (
            "- a  # [linux]: needed\n",
            "warning[selector-late] 3:6 .. followed by `:`",
        ),
        (
            "- a  # [linux][win]\n",
            "warning[selector-late] 3:6 .. another bracket",
        ),
        (
            "- a  # [linux or\n",
            "warning[selector-late] 3:6 .. lacks its closing bracket",
        ),
        (
            "- a  # [linux] # [win]\n",
            "warning[selector-late] 3:6 .. `[win]` stands behind `[linux]`",
        ),
        (
            "- a  # [py>=39]\n",
            "error[selector-syntax] 3:8 .. platforms only",
        ),
        (
            "- a  # [osx-arm64]\n",
            "error[selector-unknown-word] 3:8 .. write `osx and arm64`",
        ),
    ]);
}

#[test]
fn selectors_that_cannot_be_used_are_explained() {
    for (items, wanted) in [
        (
            "- a  # [linx]\n",
            "error[selector-unknown-word] 3:8 \"[linx]\" .. did you mean `linux`?",
        ),
        ("- a  # [not win]\n", "error[selector-syntax] 3:8 \"[not win]\""),
        ("- a  # [py<39]\n", "error[selector-syntax] 3:8"),
        (
            "- sel(linux64): a\n",
            "error[selector-unknown-word] 3:3 \"sel(linux64)\"",
        ),
        (
            "- sel(linux): a\n- b  # [win]\n",
            "error[selector-mixed] 4:8 \"[win]\"",
        ),
        (
            "- pip\n- pip:  # [linux]\n  - a\n",
            "error[selector-misplaced] 4:9 \"# [linux]\"",
        ),
        (
            "- a # only here [linux]\n",
            "warning[selector-late] 3:5 .. write `# [linux]`",
        ),
    ] {
        one(&with_items(items), wanted);
    }
    one(
        "channels: [a, b] # [linux]\ndependencies: [x]\n",
        "error[selector-misplaced] 1:18",
    );
}
