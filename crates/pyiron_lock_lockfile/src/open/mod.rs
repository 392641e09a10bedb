//! A text as locks, whatever wrote it. The format is told by content; names of files do not count.

mod archive;
mod conda_lock;
mod explicit;
mod places;
pub(crate) mod rattler;
pub(crate) mod regular;

use pyiron_lock_core::{PlatformName, SourceRef, yaml::spanned};
use rattler_conda_types::Subdir;

use crate::{any::AnyLock, error::LockError, stamp::Block};

/// The newest version of the rattler format that is read.
const NEWEST_RATTLER: u32 = 7;

/// Reads a lock of any known format: one result for each environment on each platform, in an order that is the
/// same on every run.
///
/// What is wrong inside is data, for `verify` to judge. An error means that the text is no lock of a known format,
/// that a newer program wrote it, or that it cannot be taken apart.
pub fn open(source: &SourceRef) -> Result<Vec<AnyLock>, LockError> {
    let text = source.text();
    if let Some(block) = Block::read(text)? {
        return rattler::open(source, Some(&block));
    }
    if explicit::is_explicit(text) {
        return explicit::open(source).map(|lock| vec![lock]);
    }
    let outline = Outline::of(text);
    match outline.version {
        Some(1) if outline.packages_by_platform => conda_lock::open(source),
        Some(found) if found > NEWEST_RATTLER && outline.environments => Err(LockError::Newer {
            found,
            known: NEWEST_RATTLER,
        }),
        Some(4..=NEWEST_RATTLER) if outline.environments => rattler::open(source, None),
        Some(2 | 3) if outline.packages_by_platform => rattler::open(source, None),
        _ => Err(LockError::Unknown),
    }
}

/// The keys at the top of a YAML text, as far as they tell the format.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outline {
    version: Option<u32>,
    environments: bool,
    packages_by_platform: bool,
}

impl Outline {
    fn of(text: &str) -> Self {
        let mut outline = Self::default();
        if text.trim_start().starts_with('{') {
            if let Some(root) = spanned::read(text).ok().and_then(|document| document.root)
                && let spanned::Value::Mapping(entries) = root.value
            {
                for entry in entries {
                    outline.take(
                        entry.key.as_str().unwrap_or(""),
                        entry.value.as_str().unwrap_or(""),
                    );
                }
            }
            return outline;
        }
        for line in text.lines() {
            if let Some((key, value)) = line.split_once(':') {
                outline.take(key.trim_end(), value);
            }
        }
        outline
    }

    fn take(&mut self, key: &str, value: &str) {
        match key {
            "version" => {
                let value = value.split(" #").next().unwrap_or("").trim();
                self.version = value.parse().ok().or(self.version);
            }
            "environments" => self.environments = true,
            "package" | "metadata" => self.packages_by_platform = true,
            _ => {}
        }
    }
}

/// Returns a name for a platform of a lock that may call it what it likes.
fn platform_name(name: &str, subdir: Subdir) -> PlatformName {
    let plain = |text: &str| text.to_ascii_lowercase().parse().ok();
    plain(name)
        .or_else(|| plain(subdir.as_str()))
        .unwrap_or_else(|| "platform".parse().expect("a lower-case word is a name"))
}

/// Returns the URLs that a channel of a lock stands for: bare names are channels of conda-forge's host, `defaults` is
/// the channels of conda's makers.
fn channel_urls(channel: &str) -> Vec<String> {
    let bare = channel.trim_end_matches('/');
    if bare == "defaults" {
        return ["main", "r", "msys2"]
            .map(|name| format!("https://repo.anaconda.com/pkgs/{name}/"))
            .to_vec();
    }
    if bare.contains("://") {
        return vec![format!("{bare}/")];
    }
    vec![format!("https://conda.anaconda.org/{bare}/")]
}

#[cfg(test)]
mod tests {
    use pyiron_lock_core::SourceFile;

    use super::*;

    fn opened(text: &str) -> Result<Vec<AnyLock>, LockError> {
        open(&SourceFile::new("x", text))
    }

    #[test]
    fn texts_of_other_kinds_are_no_locks() {
        for text in [
            "",
            "name: x\ndependencies: [python]\n",
            "version: 6\n",
            "[project]\nname = \"x\"\n",
            "conda-lock-python-3.14.yaml",
            "{",
            "\u{0}",
        ] {
            assert!(matches!(opened(text), Err(LockError::Unknown)), "{text:?}");
        }
    }

    #[test]
    fn newer_formats_are_told() {
        let text = "version: 8\nenvironments: {}\npackages: []\n";
        assert!(matches!(
            opened(text),
            Err(LockError::Newer { found: 8, known: 7 })
        ));
        let text = "version: 7\nplatforms: []\nenvironments: {}\npackages: []\npyiron-lock:\n  format: 99\n";
        assert!(matches!(
            opened(text),
            Err(LockError::Newer { found: 99, known: 1 })
        ));
    }

    #[test]
    fn one_line_of_json_is_a_lock_too() {
        let text = "{\"version\": 6, \"environments\": {}, \"packages\": []}";
        assert!(opened(text).unwrap().is_empty());
    }

    #[test]
    fn hostile_nesting_is_refused() {
        let deep = "[".repeat(100_000);
        for head in ["version: 6\nenvironments: ", "version: 1\nmetadata:\npackage: "] {
            assert!(matches!(
                opened(&format!("{head}{deep}")),
                Err(LockError::Records(_))
            ));
        }
    }

    #[test]
    fn channels_have_one_spelling() {
        assert_eq!(
            channel_urls("conda-forge/"),
            ["https://conda.anaconda.org/conda-forge/"]
        );
        assert_eq!(channel_urls("https://a.invalid/b"), ["https://a.invalid/b/"]);
        assert_eq!(channel_urls("defaults").len(), 3);
    }
}
