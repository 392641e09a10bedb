//! What the words of selectors mean, in each vocabulary. Does not know how they are joined or where they stand.

use rattler_conda_types::Subdir;

use super::SelectorTrouble;
use crate::{codes, tree::did_you_mean};

/// The words of CEP 24: those of conda-build 25.1 that speak of the target, and `osx64`.
const CONDA: &[&str] = &[
    "linux",
    "osx",
    "win",
    "unix",
    "linux64",
    "osx64",
    "win64",
    "x86_64",
    "arm64",
    "aarch64",
    "x86",
    "linux32",
    "win32",
    "ppc64le",
    "ppc64",
    "s390x",
    "armv6l",
    "armv7l",
    "riscv32",
    "riscv64",
    "emscripten",
    "wasi",
    "wasm32",
    "freebsd",
    "zos",
];
/// The words of the pyiron cluster environment (cmmc_env), which never knew another platform than these four.
const CMMC: &[(&str, &[Subdir])] = &[
    ("linux", &[Subdir::Linux64]),
    ("macos", &[Subdir::Osx64]),
    ("macarm", &[Subdir::OsxArm64]),
    ("unix64", &[Subdir::Linux64, Subdir::Osx64]),
    ("unix", &[Subdir::Linux64, Subdir::Osx64, Subdir::OsxArm64]),
    ("win", &[Subdir::Win64]),
    ("x64", &[Subdir::Linux64, Subdir::Osx64, Subdir::Win64]),
];
const SEL: &[&str] = &["linux", "osx", "win", "unix"];

/// What selectors cannot be asked.
pub(super) const PLATFORMS_ONLY: &str = "selectors ask for platforms only, not for versions or settings";

/// A set of words with their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vocabulary {
    Conda,
    Cmmc,
    Sel,
}

impl Vocabulary {
    fn words(self) -> Vec<&'static str> {
        match self {
            Self::Conda => CONDA.to_vec(),
            Self::Cmmc => CMMC.iter().map(|(word, _)| *word).collect(),
            Self::Sel => SEL.to_vec(),
        }
    }

    /// Returns whether a known word holds on a subdir.
    pub(super) fn holds(self, word: &str, subdir: Subdir) -> bool {
        if self == Self::Cmmc {
            return CMMC
                .iter()
                .any(|(known, subdirs)| *known == word && subdirs.contains(&subdir));
        }
        let (os, arch) = subdir.as_str().split_once('-').unwrap_or(("", ""));
        match word {
            "unix" => os == "linux" || os == "osx",
            "linux" | "osx" | "win" | "emscripten" | "wasi" | "freebsd" | "zos" => os == word,
            "linux64" => (os, arch) == ("linux", "64"),
            "linux32" => (os, arch) == ("linux", "32"),
            "osx64" => (os, arch) == ("osx", "64"),
            "win64" => (os, arch) == ("win", "64"),
            "win32" => (os, arch) == ("win", "32"),
            "x86_64" => arch == "64",
            "x86" => arch == "64" || arch == "32",
            _ => arch == word,
        }
    }

    /// Returns what is wrong with a word, if it is not one of ours.
    pub(super) fn check(self, word: &str) -> Result<(), SelectorTrouble> {
        if self.words().contains(&word) {
            return Ok(());
        }
        if self == Self::Conda && CMMC.iter().any(|(known, _)| *known == word) {
            return Err(SelectorTrouble {
                code: codes::SELECTOR_CMMC_WORD,
                message: format!("the selector word `{word}` belongs to the cmmc dialect"),
                help: Some(format!(
                    "set `selector-dialect: cmmc` in the manifest, or write `{}`",
                    match word {
                        "macos" => "osx64",
                        "macarm" => "osx and arm64",
                        "unix64" => "unix and x86_64",
                        _ => "x86_64",
                    }
                )),
            });
        }
        Err(SelectorTrouble {
            code: codes::SELECTOR_UNKNOWN_WORD,
            message: format!("the selector word `{word}` is not known"),
            help: Some(self.suggest(word)),
        })
    }

    fn suggest(self, word: &str) -> String {
        if let (Self::Conda, Ok(subdir)) = (self, word.parse::<Subdir>())
            && subdir != Subdir::NoArch
        {
            return format!("write `{}`", words_for(subdir));
        }
        let twin = match (self, word) {
            (Self::Cmmc, "osx" | "osx64" | "mac") => Some("macos"),
            (Self::Cmmc, "arm64") => Some("macarm"),
            (Self::Cmmc, "x86_64") => Some("x64"),
            (Self::Cmmc, "linux64") => Some("linux"),
            (Self::Cmmc, "win64") | (_, "windows") => Some("win"),
            (_, "mac" | "darwin" | "macosx") => Some("osx"),
            _ => None,
        };
        if let Some(twin) = twin {
            return format!("write `{twin}`");
        }
        if is_other_variable(word) {
            return PLATFORMS_ONLY.to_owned();
        }
        match did_you_mean(word, self.words()) {
            Some(help) => help,
            None => match self {
                Self::Sel => "`sel(...)` takes `linux`, `osx`, `win` or `unix`".to_owned(),
                Self::Cmmc => format!("known are {}", list(&self.words())),
                Self::Conda => format!(
                    "known are {} and a few rarer ones; a comment that is no selector must not start with a bracket",
                    list(&CONDA[..10])
                ),
            },
        }
    }
}

/// Returns the expression of CEP 24 that holds on one subdir.
pub(crate) fn words_for(subdir: Subdir) -> String {
    let (os, arch) = subdir.as_str().split_once('-').unwrap_or((subdir.as_str(), ""));
    let short = format!("{os}{arch}");
    if CONDA.contains(&short.as_str()) {
        return short;
    }
    let arch = if arch == "64" { "x86_64" } else { arch };
    format!("{os} and {arch}")
}

/// Returns whether a word has a meaning as a selector for somebody, if not for us.
pub(super) fn is_selector_word(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    CONDA.contains(&lower.as_str())
        || CMMC.iter().any(|(known, _)| *known == lower)
        || is_other_variable(&lower)
        || matches!(lower.as_str(), "windows" | "darwin" | "mac" | "macosx")
}

/// Returns whether a word is a variable of conda-build that CEP 24 leaves out.
fn is_other_variable(word: &str) -> bool {
    let python = word.strip_prefix("py").or_else(|| word.strip_prefix("np"));
    matches!(
        word,
        "build_platform" | "target_platform" | "py2k" | "py3k" | "environ" | "nomkl"
    ) || python.is_some_and(|digits| digits.chars().all(|c| c.is_ascii_digit()))
}

fn list(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
