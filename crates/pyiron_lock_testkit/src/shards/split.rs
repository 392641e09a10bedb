//! Which package name each file of an index belongs to.

use std::collections::BTreeMap;

use rattler_conda_types::Subdir;
use serde_json::{Map, Value, json};

/// An index, divided by package name.
#[derive(Debug)]
pub(super) struct Split<'a> {
    info: Map<String, Value>,
    /// The shards by normalised name.
    pub(super) shards: BTreeMap<String, Shard<'a>>,
}

/// What an index says of one package name.
#[derive(Debug, Default)]
pub(super) struct Shard<'a> {
    /// The records of `.tar.bz2` archives by file name.
    pub(super) packages: BTreeMap<&'a str, &'a Map<String, Value>>,
    /// The records of `.conda` archives by file name.
    pub(super) conda_packages: BTreeMap<&'a str, &'a Map<String, Value>>,
    /// The files that were removed.
    pub(super) removed: Vec<&'a str>,
}

impl<'a> Split<'a> {
    /// Divides an index; one with a section that it does not know is refused, so that no record gets lost.
    pub(super) fn new(index: &'a Value) -> Result<Self, String> {
        let sections = index.as_object().ok_or("the index is not an object")?;
        let mut split = Self {
            info: Map::new(),
            shards: BTreeMap::new(),
        };
        for (section, content) in sections {
            match (section.as_str(), content) {
                ("repodata_version", _) => {}
                ("info", Value::Object(info)) => split.info.clone_from(info),
                ("packages", Value::Object(entries)) => {
                    split.records(entries, |shard| &mut shard.packages)?;
                }
                ("packages.conda", Value::Object(entries)) => {
                    split.records(entries, |shard| &mut shard.conda_packages)?;
                }
                ("removed", Value::Array(files)) => split.removed(files)?,
                _ => return Err(format!("the section `{section}` cannot be sharded")),
            }
        }
        Ok(split)
    }

    /// Returns what the list of shards says of the subdir: as the index does, and where files lie.
    pub(super) fn info(&self, subdir: Subdir) -> Value {
        let mut info = self.info.clone();
        info.insert("subdir".to_owned(), json!(subdir.as_str()));
        info.entry("base_url").or_insert_with(|| json!("./"));
        info.insert("shards_base_url".to_owned(), json!("./shards/"));
        Value::Object(info)
    }

    fn records(
        &mut self,
        entries: &'a Map<String, Value>,
        section: impl for<'s> Fn(&'s mut Shard<'a>) -> &'s mut BTreeMap<&'a str, &'a Map<String, Value>>,
    ) -> Result<(), String> {
        for (file, record) in entries {
            let record = record
                .as_object()
                .ok_or_else(|| format!("the record of {file} is not an object"))?;
            let name = record
                .get("name")
                .and_then(Value::as_str)
                .ok_or_else(|| format!("the record of {file} has no name"))?;
            section(self.shards.entry(name.to_lowercase()).or_default()).insert(file, record);
        }
        Ok(())
    }

    /// Puts removed files into the shards their names tell; a name that has no other file gets a shard as well.
    fn removed(&mut self, files: &'a [Value]) -> Result<(), String> {
        for file in files {
            let file = file.as_str().ok_or("a removed file is not named by text")?;
            let stem = file.strip_suffix(".conda").or(file.strip_suffix(".tar.bz2"));
            let name = stem
                .and_then(|stem| stem.rsplitn(3, '-').nth(2))
                .ok_or_else(|| format!("the removed file {file} has no archive's name"))?;
            self.shards
                .entry(name.to_lowercase())
                .or_default()
                .removed
                .push(file);
        }
        for shard in self.shards.values_mut() {
            shard.removed.sort_unstable();
        }
        Ok(())
    }
}
