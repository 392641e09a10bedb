//! The block at the end of a lockfile: what was asked for, and digests to tell quickly whether that changed.

use std::collections::BTreeMap;

use pyiron_lock_core::{
    Contained, Digest, Lock, LockedRequest, TierName,
    yaml::{bounded, data},
};
use serde::{Deserialize, Serialize};

use crate::error::LockError;

/// The format number that this program writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

const KEY: &str = "pyiron-lock:\n";
const DIGEST_KEY: &str = "  digest: ";

/// The block as written; see [`Stamp::read`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Stamp {
    /// The format number.
    pub format: u32,
    /// The tier; absent for a file without a project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// The platform.
    pub platform: String,
    /// The direct requests, sorted.
    pub requests: Vec<StampRequest>,
    /// The lock whose records this one holds exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<StampContained>,
    /// The last moment whose builds counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_newer: Option<String>,
    /// Pip requirements: recorded, not locked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unlocked_pip: Vec<String>,
    /// Environment variables the specs set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// The digest of the request set.
    #[serde(with = "hex")]
    pub request_digest: Digest,
    /// The digest of the reachable index records.
    #[serde(with = "hex")]
    pub index_digest: Digest,
    /// When the newest of these was built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_cut_off: Option<String>,
    /// The digest of the URLs and hashes of the records.
    #[serde(with = "hex")]
    pub records_digest: Digest,
    /// The solver crates whose choices these are.
    pub solver: String,
    /// The digest of the whole file without the line of this field.
    #[serde(with = "hex")]
    pub digest: Digest,
}

/// A request in the block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StampRequest {
    /// The constraint in canonical spelling.
    pub spec: String,
    /// The tier it comes from; absent for a file without a project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
}

/// The lock that is contained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StampContained {
    /// Its tier.
    pub tier: String,
    /// The digest of its records.
    #[serde(with = "hex")]
    pub records_digest: Digest,
}

#[derive(Serialize, Deserialize)]
struct Wrapper {
    #[serde(rename = "pyiron-lock")]
    stamp: Stamp,
}

impl Stamp {
    /// Reads the block and checks the digest over the bytes; the records are not parsed.
    pub fn read(text: &str) -> Result<Self, LockError> {
        let block = Block::read(text)?.ok_or(LockError::Foreign)?;
        if block.foreign_line_ends {
            return Err(LockError::LineEnds);
        }
        if !block.holds {
            return Err(LockError::Damaged);
        }
        Ok(block.stamp)
    }

    /// Appends the block for a lock to the text of its records.
    pub(crate) fn append(lock: &Lock, records: String) -> Result<String, LockError> {
        let stamp = Self {
            format: FORMAT,
            tier: lock.tier.as_ref().map(ToString::to_string),
            platform: lock.platform.name.to_string(),
            requests: lock.requests.iter().map(StampRequest::from).collect(),
            contains: lock.contains.as_ref().map(StampContained::from),
            exclude_newer: lock.exclude_newer.map(|cut_off| cut_off.to_string()),
            unlocked_pip: lock.unlocked_pip.clone(),
            variables: lock.variables.iter().cloned().collect(),
            request_digest: lock.request_digest,
            index_digest: lock.index.digest,
            index_cut_off: lock.index.cut_off.map(|cut_off| cut_off.to_string()),
            records_digest: lock.records_digest(),
            solver: lock.solver.clone(),
            digest: Digest::of(b""),
        };
        let block =
            data::to_string(&Wrapper { stamp }).map_err(|error| LockError::Block(error.to_string()))?;
        let mut text = records;
        text.push_str(&block);
        let digest = digest_of(&text).ok_or_else(|| LockError::Block("no digest line".to_owned()))?;
        let line = text.rfind(DIGEST_KEY).unwrap_or(text.len());
        text.truncate(line);
        text.push_str(&format!("{DIGEST_KEY}{digest}\n"));
        Ok(text)
    }
}

/// The block of a text that may have been changed since it was written.
pub(crate) struct Block {
    /// What it says.
    pub(crate) stamp: Stamp,
    /// Whether its digest is that of the text.
    pub(crate) holds: bool,
    /// Whether a checkout rewrote the line ends.
    foreign_line_ends: bool,
}

impl Block {
    /// Reads the block of a text; `None` where there is none.
    pub(crate) fn read(text: &str) -> Result<Option<Self>, LockError> {
        let unix = text.rfind(&format!("\n{KEY}"));
        let Some(newline) = unix.or_else(|| text.rfind("\npyiron-lock:\r\n")) else {
            return Ok(None);
        };
        let block = &text[newline + 1..];
        if let Some(found) = newer_format(block) {
            return Err(LockError::Newer { found, known: FORMAT });
        }
        bounded(block).map_err(|error| LockError::Block(error.to_string()))?;
        let Wrapper { stamp } = data::from_str(block).map_err(|error| LockError::Block(error.to_string()))?;
        Ok(Some(Self {
            holds: digest_of(text) == Some(stamp.digest),
            stamp,
            foreign_line_ends: unix.is_none(),
        }))
    }
}

impl From<&LockedRequest> for StampRequest {
    fn from(request: &LockedRequest) -> Self {
        Self {
            spec: request.spec.clone(),
            tier: request.tier.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&Contained> for StampContained {
    fn from(contained: &Contained) -> Self {
        Self {
            tier: contained.tier.to_string(),
            records_digest: contained.records,
        }
    }
}

impl TryFrom<StampContained> for Contained {
    type Error = LockError;

    fn try_from(contained: StampContained) -> Result<Self, LockError> {
        Ok(Self {
            tier: tier_name(&contained.tier)?,
            records: contained.records_digest,
        })
    }
}

impl TryFrom<StampRequest> for LockedRequest {
    type Error = LockError;

    fn try_from(request: StampRequest) -> Result<Self, LockError> {
        Ok(Self {
            spec: request.spec,
            tier: parse_tier(request.tier)?,
        })
    }
}

pub(crate) fn parse_tier(tier: Option<String>) -> Result<Option<TierName>, LockError> {
    tier.map(|tier| tier_name(&tier)).transpose()
}

fn tier_name(tier: &str) -> Result<TierName, LockError> {
    tier.parse()
        .map_err(|error: pyiron_lock_core::NameError| LockError::Block(error.to_string()))
}

/// Returns the digest of the text without its last line, which has to be the digest line.
fn digest_of(text: &str) -> Option<Digest> {
    let body = text.strip_suffix('\n')?;
    let line = body.rfind('\n')? + 1;
    body[line..]
        .starts_with(DIGEST_KEY)
        .then(|| Digest::of(&text.as_bytes()[..line]))
}

fn newer_format(block: &str) -> Option<u32> {
    let line = block.lines().nth(1)?;
    let format = line.strip_prefix("  format: ")?.trim().parse().ok()?;
    (format > FORMAT).then_some(format)
}

mod hex {
    use pyiron_lock_core::Digest;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&digest.to_string())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}
