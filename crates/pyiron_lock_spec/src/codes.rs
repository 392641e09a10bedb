//! Every kind of finding of this room, with what it means and what to write instead. Knows no text and no place.

use pyiron_lock_core::{Code, codes};

codes! {
    ENVIRONMENT_UNKNOWN_KEY = "environment-unknown-key", Warning, "an environment file has an unknown key",
        "CEP 24 knows `name`, `prefix`, `channels`, `dependencies`, `variables`, `platforms` and `category`. Other \
         keys are ignored with this warning, as the standard asks; a misspelt `dependencies` would else vanish.";
    ENVIRONMENT_IGNORED_KEY = "environment-ignored-key", Warning, "a key is known but has no effect here",
        "`category` belongs to tools that lock groups of files together, `prefix` to one machine. Neither changes \
         what is locked.";
    ENVIRONMENT_NO_DEPENDENCIES = "environment-no-dependencies", Error, "an environment file asks for nothing",
        "CEP 24 requires `dependencies`, a list of package requests. An intended empty list is written \
         `dependencies: []`.";
    ENVIRONMENT_NAME = "environment-name", Error, "an environment name has forbidden characters",
        "A name becomes a folder, so CEP 24 forbids `/`, blanks, `:` and `#` in it.";
    ENVIRONMENT_RESERVED_NAME = "environment-reserved-name", Warning, "an environment has a reserved name",
        "CEP 24 says that tools should not accept `base` and `root`: creating such an environment would change the \
         installation of conda itself. The name is never used for a lock, so that the file stays usable.";
    ENVIRONMENT_PLATFORM = "environment-platform", Error, "a file names a platform that cannot be locked",
        "`platforms` lists subdirs such as `linux-64` or `osx-arm64`. `noarch` is where packages live, not where \
         they run, and CEP 24 has it refused.";
    VARIABLE_NAME = "variable-name", Error, "an environment variable has an impossible name",
        "Names of variables start with a letter or `_` and go on with letters, digits and `_`; others cannot be \
         set on every system.";
    VARIABLE_NOT_TEXT = "variable-not-text", Warning, "an environment variable is not text",
        "YAML reads the value as a number, a boolean or nothing, and other programs may write it differently: \
         `1.10` may become `1.1`, `yes` may become `True`, `12:30:00` 45000. Here it is kept as written, and nothing \
         is empty text. Put it in quotes.";
    CHANNELS_MISSING = "channels-missing", Warning, "a file names no channels",
        "Without `channels` each program falls back on its own settings, so that the same file gives different \
         environments. Name the channels: `channels: [conda-forge, nodefaults]`.";
    CHANNELS_DEFAULT = "channels-default", Warning, "a file uses Anaconda's default channels",
        "`defaults` and the channels on Anaconda's own hosts come with terms of use that most institutes are not \
         covered by. pyiron is on conda-forge.";
    CHANNEL_UNREADABLE = "channel-unreadable", Error, "a channel cannot be read",
        "A channel is a name such as `conda-forge` or a URL, written as text.";
    CHANNEL_ADDRESS = "channel-address", Error, "a channel is not at a web address",
        "A lock has to mean the same on every machine, so its channels are names or http and https addresses. A \
         folder goes to `--channel-source NAME=DIR`, or under `channel-sources` of a manifest, beside the address \
         that locks will hold.";
    CHANNEL_SECRET = "channel-secret", Error, "the address of a channel holds a secret",
        "A password, a token (`/t/...`) or a query in a channel would be copied into locks, logs and commit \
         histories. Give the plain address.";
    CHANNEL_VARIABLE = "channel-variable", Warning, "the address of a channel names an environment variable",
        "conda fills in `$NAME` and `${NAME}` when it reads the file. A lock must not depend on who makes it, so the \
         address is taken as written, and no records will be found there. Give the plain address.";

    DEPENDENCY_NOT_TEXT = "dependency-not-text", Error, "a dependency is not text",
        "Each item is one request as text, for instance `- python =3.10`. `- python: 3.10` is a map, `- 3.10` a \
         number, and a lone `-` is nothing. A warning tells of words such as `on` that only YAML 1.1 takes for \
         something else.";
    DEPENDENCY_SECTION_UNKNOWN = "dependency-section-unknown", Error, "dependencies have an unknown section",
        "A map among the dependencies hands its content to another installer. Only `pip` is known; CEP 24 has \
         others refused, as they would be left out of the environment in silence.";
    DEPENDENCY_TWO_LINES = "dependency-two-lines", Error, "a dependency runs over two lines",
        "YAML joins a line that is indented further to the one above, so two requests became one. Give both the \
         same indentation. Among pip requirements it is a warning, as some options may be that long.";
    DEPENDENCY_REPEATED = "dependency-repeated", Warning, "a request stands twice in one file",
        "Both lines say the same; one can go. Files that were merged by a script often end up like this.";
    DEPENDENCY_TWICE = "dependency-twice", Warning, "one package is asked for in two ways in one file",
        "Both lines hold at the same time. If that is meant, one line says it more clearly: `numpy >=1.20,<2`.";
    REQUESTS_DISJOINT = "requests-disjoint", Error, "two requests exclude each other",
        "No version or build satisfies both lines, or both conditions of one line, so no environment can. Change one \
         of them. Requests of different tiers are merged when one extends the other.";
    PIP_EMPTY = "pip-empty", Warning, "a pip section is empty",
        "A `pip` section without items does nothing; some programs stop at it. Items that stand below `- pip:` at the \
         same indentation are conda requests.";
    PIP_SECRET = "pip-secret", Error, "a pip requirement holds credentials",
        "Requirements are recorded in locks as they are written. Take the user name, password or token out and give it \
         to pip by its configuration or by a variable.";
    VARIABLE_SECRET = "variable-secret", Warning, "a variable looks like a secret",
        "Variables are recorded in locks and set for everybody who uses the environment. Set secrets where the \
         environment is used instead.";
    PIP_NOT_REQUESTED = "pip-not-requested", Warning, "a file has pip requirements but does not ask for pip",
        "Without `pip` among the dependencies the section is installed by whatever pip happens to be there; conda \
         warns and adds one of its choice. Add `- pip`.";

    SPEC_UNREADABLE = "spec-unreadable", Error, "a package request cannot be read",
        "A request is a name, maybe a version, maybe a build: `numpy`, `numpy =1.26`, `numpy >=1.20,<2`, \
         `lammps =2024.08.29=*openmpi*`.";
    SPEC_NAME_PATTERN = "spec-name-pattern", Error, "a package name is a pattern",
        "A request has to name one package. Patterns are for versions and builds: `numpy 1.26.*`, \
         `lammps =2024.08.29=*openmpi*`.";
    SPEC_LOCAL_PATH = "spec-local-path", Error, "a package request points at a local path",
        "A lock has to mean the same on every machine, so it cannot hold a path of this one. Put the package in a \
         channel.";
    SPEC_SUBDIR = "spec-subdir", Error, "a package request names a subdir",
        "`channel/subdir::name` and `[subdir=...]` take the package of one subdir wherever the file is used, so that \
         a lock for another platform would hold packages that cannot run there. The platform decides the subdir; a \
         selector says where a line holds: `# [osx and arm64]`.";
    SPEC_FILE = "spec-file", Error, "a package request names a file",
        "`[fn=...]` names one archive of one platform, and solvers do not look at it. Ask for the version and the build \
         that it has.";
    SPEC_PIP = "spec-pip", Error, "a package request belongs to pip",
        "`git+https://...`, `-e .` and other options are understood by pip only. Move the line under `- pip:`.";
    SPEC_BUILD = "spec-build", Error, "a build string cannot match anything",
        "What stands after the version is read as a build string. Two version conditions are joined by a comma: \
         `numpy >=1.20,<2`, not `numpy >=1.20 <2`.";
    SPEC_EXTRAS = "spec-extras", Error, "a package request has extras in square brackets",
        "Extras such as `package[extra]` belong to pip. A conda package has none: name the packages that the extra \
         would bring, or move the line to the `pip` section. Brackets in a conda request hold `key=value` pairs.";
    SPEC_LENIENT = "spec-lenient", Warning, "a version condition means something else than it looks like",
        "An ordering has no use for `*`, so it is dropped: `>1.2.*` is read as `>=1.2`, and `<=1.2.*` as `<=1.2`, \
         which leaves out 1.2.5. Write the bound that is meant.";
    SPEC_ODD_VERSION = "spec-odd-version", Warning, "a version has no digit",
        "Such versions are legal but almost always a slip: `numpy pandas` on one line asks for numpy in a version \
         called pandas, and `>=abc` is true of nearly everything.";
    SPEC_ODD_NAME = "spec-odd-name", Warning, "a package name looks like a version",
        "The line starts with a version, so the name is probably missing.";
    SPEC_GIVEN_TWICE = "spec-given-twice", Warning, "a request states one thing twice",
        "In `numpy 1.2[version=1.3]` the part in brackets wins and the other is dropped. Keep one.";

    SELECTOR_SYNTAX = "selector-syntax", Error, "a selector cannot be read",
        "A selector is made of words joined by `and` and `or`, with parentheses: `# [linux or osx]`. `not` is not \
         part of CEP 24: name the platforms that are meant.";
    SELECTOR_UNKNOWN_WORD = "selector-unknown-word", Error, "a selector uses an unknown word",
        "Dropping or keeping the line would be a guess, so the file is refused. Known are `linux`, `osx`, `win`, \
         `unix`, `linux64`, `osx64`, `win64`, `x86_64`, `arm64`, `aarch64` and a few rarer ones; `sel(...)` knows \
         `linux`, `osx`, `win` and `unix`. A comment that is no selector must not start with a bracket.";
    SELECTOR_CMMC_WORD = "selector-cmmc-word", Error, "a selector uses a word of the cmmc dialect",
        "`macos`, `macarm`, `unix64` and `x64` are words of the pyiron cluster environment, not of CEP 24. Either \
         set `selector-dialect: cmmc` in the manifest, or write `osx64`, `osx and arm64`, `unix and x86_64`, \
         `x86_64`.";
    SELECTOR_MIXED = "selector-mixed", Error, "a file mixes two styles of selectors",
        "CEP 24 wants one style a document: programs that know one style do not know the other, and would apply \
         every line of it. Use either comments (`# [linux]`) or `sel(linux):`.";
    SELECTOR_MISPLACED = "selector-misplaced", Error, "a selector stands where it has no effect",
        "Selectors are read at the end of a line that holds one dependency or one pip requirement. Elsewhere they \
         would be ignored, and the line would apply everywhere.";
    SELECTOR_WITHOUT_HASH = "selector-without-hash", Error, "a selector is written without `#`",
        "`- lammps [linux]` is the syntax of constructor. In an environment file the selector is a comment: \
         `- lammps  # [linux]`.";
    SELECTOR_IN_TEXT = "selector-in-text", Error, "a comment is part of a request",
        "Inside quotes, or without a blank before it, `#` does not start a YAML comment. What follows is dropped by \
         those who read the request, so a selector there would be lost.";
    SELECTOR_LATE = "selector-late", Warning, "a comment holds a selector that is not read",
        "CEP 24 reads `# [linux]` only: one closed bracket at the start, with nothing or a blank behind it. \
         conda-lock also reads `# some text [linux]`. Here such a bracket is prose, and unless another one is read \
         the line applies everywhere. Write it in the form that is read if it is a selector.";

    TIERS_UNKNOWN_KEY = "tiers-unknown-key", Error, "the manifest has an unknown key",
        "Unknown keys are refused, because a misspelt one would be ignored in silence. `specs/tiers.schema.json` \
         lists what there is.";
    TIERS_MISSING_KEY = "tiers-missing-key", Error, "the manifest lacks a key",
        "The manifest needs `platforms` and `tiers`, a tier needs `spec`, a channel source needs `url`.";
    TIERS_NAME = "tiers-name", Error, "a name in the manifest is not a plain word",
        "Names of tiers and platforms become folders and files: lower-case letters, digits, `-` and `_`, starting \
         with a letter, at most 64 characters.";
    TIERS_DUPLICATE = "tiers-duplicate", Error, "a name is used twice in the manifest",
        "A tier, an alias or an entry of a list stands twice, so that it is not clear which is meant. Keep one.";
    TIERS_EMPTY = "tiers-empty", Error, "a list or map of the manifest is empty",
        "A manifest without platforms or tiers, and a tier without platforms, would lock nothing and say that all is \
         well. Name at least one; a tier without the key has the platforms of its parents, else all.";
    TIERS_UNKNOWN_PARENT = "tiers-unknown-parent", Error, "a tier builds on one that does not exist",
        "`extends` and `contains` name tiers of the same manifest, by name or alias.";
    TIERS_CYCLE = "tiers-cycle", Error, "tiers build on each other in a circle",
        "Every tier in the circle would build on itself. Take one `extends` or `contains` away.";
    TIERS_CONTAINS_ONE = "tiers-contains-one", Error, "`contains` names more than one tier",
        "A lock holds the records of one other lock exactly, as an image is built from one other image. Name that \
         tier; requests of further tiers are merged with `extends`.";
    TIERS_SPEC_PATH = "tiers-spec-path", Error, "the path of a spec leaves its folder",
        "`spec` is a path relative to the folder of the manifest, with `/` between parts, without `..` and not \
         absolute, so that a project can be moved and a manifest cannot reach for other files.";
    TIERS_SPEC_MISSING = "tiers-spec-missing", Error, "the file of a tier does not exist",
        "`spec` names the environment.yml of the tier, relative to the folder of the manifest. There is no such file.";
    TIERS_PLATFORM_UNKNOWN = "tiers-platform-unknown", Error, "a tier names an unknown platform",
        "`platforms` of a tier lists names from `platforms` of the manifest.";
    TIERS_PLATFORM_NOT_IN_PARENT = "tiers-platform-not-in-parent", Error, "a tier has a platform its parent lacks",
        "A tier contains what its parents contain, so it can only be locked for platforms that all of them have.";
    TIERS_PLATFORM_SUBDIR = "tiers-platform-subdir", Error, "a platform has no valid subdir",
        "A platform needs a conda subdir such as `linux-64`. It is the name of the platform unless `subdir` says \
         otherwise; `noarch` is not a place where packages run.";
    TIERS_VIRTUAL_PACKAGE = "tiers-virtual-package", Error, "a virtual package cannot be read",
        "Virtual packages are promises about machines: a name with two underscores and `VERSION` or \
         `VERSION=BUILD`, for instance `__glibc: \"2.28\"` or `__archspec: \"1=x86_64_v3\"`. `__glibc` and `__linux` \
         exist on linux only, `__osx` on macOS only.";
    TIERS_VIRTUAL_PACKAGE_MISSING = "tiers-virtual-package-missing", Error, "a platform promises too little",
        "On linux the solver has to know `__glibc` and `__linux`, on macOS `__osx`; else the machine that solves \
         would decide. Promise what the oldest machine has.";
    TIERS_CHANNEL_SOURCE = "tiers-channel-source", Error, "a channel source cannot be read",
        "A channel source has a `url`, the address that locks will hold, and maybe a `path`, a folder that stands \
         in for it. Passwords and tokens do not belong here: a manifest is public.";
    TIERS_EXCLUDE_NEWER = "tiers-exclude-newer", Error, "the cut-off is not a date",
        "`exclude-newer` leaves out builds that are newer: a date, which stands for the whole of that day in UTC, or a \
         timestamp with its offset. A time without an offset would mean another moment on another machine.";
    TIERS_SELECTOR_DIALECT = "tiers-selector-dialect", Error, "the selector dialect is unknown",
        "Without `selector-dialect` selectors have the meaning of CEP 24. `cmmc` gives them the meaning of the \
         pyiron cluster environment, where `linux` is linux-64 and `macos` is osx-64.";

    COMPOSE_TIER_MISSING = "compose-tier-missing", Error, "a tier cannot be put together",
        "The tier, or one that it extends, is not in the manifest or its file could not be read.";
    COMPOSE_PLATFORM_NOT_IN_FILE = "compose-platform-not-in-file", Warning, "a file does not list the subdir",
        "The file has a `platforms` list without the subdir that is locked. The manifest decides, yet one of the \
         two is out of date.";
    COMPOSE_CHANNEL_NOT_LISTED = "compose-channel-not-listed", Error, "a request wants an unlisted channel",
        "`channel::name` takes the package from that channel only. It is not among the channels that are read, so \
         nothing would be found. Channels of the command line come before those of the manifest, and those before \
         the ones of the file.";
    COMPOSE_VARIABLE_OVERRIDDEN = "compose-variable-overridden", Note, "a tier overrides a variable",
        "Two tiers set one variable to different values; the later in the line of inheritance wins.";
}

/// Returns whether the places of a finding hold a secret, so that their text may not be shown.
pub(crate) fn is_about_a_secret(code: Code) -> bool {
    [CHANNEL_SECRET, PIP_SECRET, VARIABLE_SECRET].contains(&code)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ALL;

    #[test]
    fn words_are_unique_kebab_case_and_documented() {
        let words: BTreeSet<&str> = ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), ALL.len());
        for code in ALL {
            assert!(
                code.as_str().chars().all(|c| c.is_ascii_lowercase() || c == '-'),
                "{code}"
            );
            assert!(
                code.info().docs.len() > 60 && code.info().docs.ends_with('.'),
                "{code}"
            );
        }
    }
}
