//! The bytes of shards and of their list: maps with sorted keys, hashes as raw bytes.

use std::{collections::BTreeMap, io};

use rattler_digest::{Md5, Sha256, parse_digest_from_hex};
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};
use serde_json::{Map, Value};

use super::split::Shard;

/// Something that is written as msgpack.
pub(super) trait Packed: Serialize + Sized {
    /// Returns its bytes.
    fn msgpack(&self) -> io::Result<Vec<u8>> {
        rmp_serde::to_vec_named(self).map_err(io::Error::other)
    }
}

/// The list of a subdir's shards.
pub(super) struct Index<'a> {
    /// Where things lie.
    pub(super) info: &'a Value,
    /// The digest of each name's shard.
    pub(super) shards: &'a BTreeMap<&'a str, Vec<u8>>,
}

impl Packed for Index<'_> {}
impl Packed for Shard<'_> {}

impl Serialize for Index<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shards: BTreeMap<&str, Bytes<'_>> = self
            .shards
            .iter()
            .map(|(name, digest)| (*name, Bytes(digest)))
            .collect();
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("info", &Plain(self.info))?;
        map.serialize_entry("shards", &shards)?;
        map.end()
    }
}

impl Serialize for Shard<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("packages", &Records(&self.packages))?;
        map.serialize_entry("packages.conda", &Records(&self.conda_packages))?;
        map.serialize_entry("removed", &self.removed)?;
        map.end()
    }
}

/// Raw bytes.
struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// Records by file name.
struct Records<'a>(&'a BTreeMap<&'a str, &'a Map<String, Value>>);

impl Serialize for Records<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(file, record)| (file, Record(record))))
    }
}

/// One record, whose hashes are raw bytes.
struct Record<'a>(&'a Map<String, Value>);

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in sorted(self.0) {
            match digest(key, value) {
                Some(bytes) => map.serialize_entry(key, &Bytes(&bytes))?,
                None => map.serialize_entry(key, &Plain(value))?,
            }
        }
        map.end()
    }
}

/// Returns the bytes of a hash; of a field that is none, nothing.
fn digest(key: &str, value: &Value) -> Option<Vec<u8>> {
    let text = value.as_str()?;
    match key {
        "sha256" => parse_digest_from_hex::<Sha256>(text).map(|bytes| bytes.to_vec()),
        "md5" => parse_digest_from_hex::<Md5>(text).map(|bytes| bytes.to_vec()),
        _ => None,
    }
}

/// Any other value, with sorted keys.
struct Plain<'a>(&'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&Plain(item))?;
                }
                list.end()
            }
            Value::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in sorted(entries) {
                    map.serialize_entry(key, &Plain(value))?;
                }
                map.end()
            }
            other => other.serialize(serializer),
        }
    }
}

fn sorted(entries: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
}
