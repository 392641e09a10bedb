//! A sharded index (CEP 16) made from a plain one: one shard for each package name, named by its digest, and one
//! list that says which name is in which shard. Knows how such files look, not what their records mean: fields
//! pass through as they are, and hashes become raw bytes.

mod msgpack;
mod split;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use rattler_conda_types::Subdir;
use rayon::prelude::*;
use serde_json::Value;

use self::{
    msgpack::{Index, Packed},
    split::Split,
};

/// The list of a subdir's shards.
const INDEX: &str = "repodata_shards.msgpack.zst";

/// The zstd level of every file.
const LEVEL: i32 = 3;

/// Writes `SUBDIR/repodata_shards.msgpack.zst` and `SUBDIR/shards/SHA256.msgpack.zst` for every subdir of a channel
/// folder that holds `repodata.json` or `repodata.json.zst`.
///
/// The same index gives the same bytes. Shards of an earlier index stay, as they do on a server.
pub fn write_shards(folder: &Path) -> io::Result<()> {
    write_shards_to(folder, folder)
}

/// Writes the sharded index of the channel folder `from` below `to`, which may lie elsewhere.
pub fn write_shards_to(from: &Path, to: &Path) -> io::Result<()> {
    let mut subdirs: Vec<(PathBuf, Subdir)> = Vec::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if let Some(subdir) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
            subdirs.push((entry.path(), subdir));
        }
    }
    subdirs.into_par_iter().try_for_each(|(folder, subdir)| {
        let Some(text) = index_text(&folder)? else {
            return Ok(());
        };
        let index: Value = serde_json::from_slice(&text)
            .map_err(|error| invalid(format!("the index in {} is not JSON: {error}", folder.display())))?;
        let split = Split::new(&index).map_err(|error| invalid(format!("{}: {error}", folder.display())))?;
        write(&split, subdir, &to.join(subdir.as_str()))
    })
}

/// Reads a subdir's plain index, packed or not.
fn index_text(folder: &Path) -> io::Result<Option<Vec<u8>>> {
    let plain = folder.join("repodata.json");
    if plain.is_file() {
        return fs::read(plain).map(Some);
    }
    let packed = folder.join("repodata.json.zst");
    if packed.is_file() {
        return zstd::decode_all(fs::File::open(packed)?).map(Some);
    }
    Ok(None)
}

/// Writes the shards of one subdir, and the list of them.
fn write(split: &Split<'_>, subdir: Subdir, folder: &Path) -> io::Result<()> {
    let shards = folder.join("shards");
    fs::create_dir_all(&shards)?;
    let digests: BTreeMap<&str, Vec<u8>> = split
        .shards
        .par_iter()
        .map(|(name, shard)| {
            let bytes = pack(shard)?;
            let digest = rattler_digest::compute_bytes_digest::<rattler_digest::Sha256>(&bytes).to_vec();
            let file = format!("{}.msgpack.zst", pyiron_lock_core::digest::hex(&digest));
            fs::write(shards.join(file), bytes)?;
            Ok((name.as_str(), digest))
        })
        .collect::<io::Result<_>>()?;
    let index = Index {
        info: &split.info(subdir),
        shards: &digests,
    };
    fs::write(folder.join(INDEX), pack(&index)?)
}

/// Encodes and compresses a value.
fn pack<T: Packed>(value: &T) -> io::Result<Vec<u8>> {
    zstd::encode_all(&value.msgpack()?[..], LEVEL)
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
