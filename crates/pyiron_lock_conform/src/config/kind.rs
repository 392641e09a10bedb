//! What a file is, told by its name and, where the name says nothing, by its text. Checks nothing.

use super::{environment, ini, json, settings::KEYS};
use pyiron_lock_core::{SourceRef, yaml::Value};

/// What a configuration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigKind {
    /// `.pyiron` or the file that `PYIRONCONFIG` names.
    Pyiron,
    /// A queue directory of pysqa.
    Queues,
    /// A `kernel.json`.
    Kernel,
    /// Variables, one `NAME=value` a line, as `env` prints them.
    Environment,
}

impl ConfigKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Pyiron, Self::Queues, Self::Kernel, Self::Environment];

    /// Returns the word shown to people and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pyiron => "pyiron",
            Self::Queues => "queues",
            Self::Kernel => "kernel",
            Self::Environment => "environment",
        }
    }

    /// Returns what a file is, if it is any of them.
    pub fn of(source: &SourceRef) -> Option<Self> {
        let name = source.name();
        let base = name.rsplit('/').next().unwrap_or(name);
        let text = source.text();
        match base {
            "queue.yaml" | "clusters.yaml" => Some(Self::Queues),
            "kernel.json" => Some(Self::Kernel),
            _ if base.ends_with(".pyiron") => Some(Self::Pyiron),
            _ if base.ends_with(".env") => Some(Self::Environment),
            _ if base.ends_with(".json") => starts_something(text).then_some(Self::Kernel),
            _ if base.ends_with(".yaml") || base.ends_with(".yml") => {
                is_of_queues(text).then_some(Self::Queues)
            }
            _ if has_variables(source) => Some(Self::Environment),
            _ if has_settings(source) => Some(Self::Pyiron),
            _ => None,
        }
    }
}

fn starts_something(text: &str) -> bool {
    let Ok(root) = json::read(text) else { return false };
    let Value::Mapping(entries) = root.value else {
        return false;
    };
    entries.iter().any(|entry| entry.key.as_str() == Some("argv"))
}

fn is_of_queues(text: &str) -> bool {
    text.lines()
        .any(|line| line.starts_with("queue_type:") || line.starts_with("cluster_primary:"))
}

fn has_variables(source: &SourceRef) -> bool {
    let ours = |name: &str| name.starts_with("PYIRON") || name.starts_with("JUPYTERHUB_");
    let is_section = |line: &str| line.trim_start().starts_with('[');
    !source.text().lines().any(is_section)
        && environment::read(source)
            .iter()
            .any(|variable| ours(&variable.name))
}

fn has_settings(source: &SourceRef) -> bool {
    let known = |name: &str| KEYS.iter().any(|key| key.names.contains(&name));
    let entries = ini::read(source).entries;
    entries.iter().any(|entry| known(&entry.key.value.to_uppercase()))
}

#[cfg(test)]
mod tests {
    use pyiron_lock_core::SourceFile;

    use super::*;

    #[test]
    fn names_and_texts_tell_kinds() {
        use ConfigKind::{Environment, Kernel, Pyiron, Queues};
        for (name, text, kind) in [
            ("/home/a/.pyiron", "", Some(Pyiron)),
            ("a/credentials", "[DEFAULT]\npasswd = a\n", Some(Pyiron)),
            ("a/clusters.yaml", "", Some(Queues)),
            ("a/draco.yaml", "queue_type: SLURM\n", Some(Queues)),
            ("environment.yml", "dependencies: []\n", None),
            ("k/kernel.json", "{", Some(Kernel)),
            ("k/mine.json", "{\"argv\": []}", Some(Kernel)),
            ("package.json", "{}", None),
            ("job.env", "A=1\nexport PYIRONCONFIG=/a\n", Some(Environment)),
            ("printed", "JUPYTERHUB_USER=a\n", Some(Environment)),
            ("setup.cfg", "[metadata]\nlicense = MIT\n", None),
            ("script.sh", "A=1\n", None),
        ] {
            assert_eq!(ConfigKind::of(&SourceFile::new(name, text)), kind, "{name}");
        }
    }
}
