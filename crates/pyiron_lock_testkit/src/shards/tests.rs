//! What the reader of the sharded format makes of the files, beside what the reader of the plain format says.

use std::{env, time::Instant};

use rattler_conda_types::{
    Channel as CondaChannel, ChannelConfig, RepoDataRecord, Shard, ShardedRepodata, Subdir,
    package::DistArchiveIdentifier,
};
use rattler_repodata_gateway::sparse::{PackageFormatSelection, SparseRepoData};
use serde_json::json;
use url::Url;

use super::*;
use crate::{Channel, Package};

const CHANNEL: &str = "https://test.pyiron-lock.invalid/";

fn channel() -> Channel {
    Channel::new("test")
        .packages([
            Package::new("numpy 1.26.0 py312_2")
                .depends(["libblas >=3.9", "python"])
                .constrains(["old <1"])
                .track_features(["slow"])
                .license("BSD-3-Clause")
                .timestamp(1_750_000_000_000),
            Package::new("numpy 1.25.0 py311_0").packed(crate::Format::TarBz2),
            Package::new("numpy 1.24.0 py311_0").broken(),
            Package::new("gone-for-good 1 0").broken(),
            Package::new("libblas 3.9.0"),
            Package::new("six 1.17.0 py_0").noarch_python(),
        ])
        .package(Package::new("libblas 3.9.0").subdir(Subdir::Win64))
}

fn index(folder: &Path) -> ShardedRepodata {
    let packed = fs::read(folder.join(INDEX)).unwrap();
    rmp_serde::from_slice(&zstd::decode_all(&packed[..]).unwrap()).unwrap()
}

/// Reads every shard as a client does: checks its digest, drops removed files, joins URLs.
fn from_shards(folder: &Path, subdir: Subdir) -> Vec<RepoDataRecord> {
    let index = index(folder);
    assert_eq!(index.info.subdir, subdir.as_str());
    let home = Url::parse(CHANNEL).unwrap().join(&format!("{subdir}/")).unwrap();
    let base = home.join(&index.info.base_url).unwrap();
    let mut records = Vec::new();
    for (name, digest) in &index.shards {
        let file = format!("{}.msgpack.zst", pyiron_lock_core::digest::hex(digest));
        let bytes = fs::read(folder.join(&index.info.shards_base_url).join(file)).unwrap();
        assert_eq!(
            rattler_digest::compute_bytes_digest::<rattler_digest::Sha256>(&bytes),
            *digest
        );
        let shard: Shard = rmp_serde::from_slice(&zstd::decode_all(&bytes[..]).unwrap()).unwrap();
        let removed = shard.removed;
        for (identifier, package_record) in shard.packages.into_iter().chain(shard.conda_packages) {
            assert_eq!(package_record.name.as_normalized(), name);
            if !removed.contains(&identifier) {
                records.push(RepoDataRecord {
                    url: base.join(&identifier.to_file_name()).unwrap(),
                    channel: Some(CHANNEL.to_owned()),
                    package_record,
                    identifier,
                });
            }
        }
    }
    records.sort_by(|left, right| left.url.cmp(&right.url));
    records
}

fn from_plain(text: Vec<u8>, subdir: Subdir) -> Vec<RepoDataRecord> {
    let config = ChannelConfig::default_with_root_dir("/".into());
    let channel = CondaChannel::from_str(CHANNEL, &config).unwrap();
    let sparse = SparseRepoData::from_bytes(channel, subdir.as_str(), text.into(), None).unwrap();
    let mut records = sparse.load_all_records(PackageFormatSelection::Both).unwrap();
    records.sort_by(|left, right| left.url.cmp(&right.url));
    records
}

/// Compares as values, then as the fields they are written with.
fn assert_same(sharded: &[RepoDataRecord], plain: &[RepoDataRecord]) {
    assert_eq!(sharded.len(), plain.len());
    for (sharded, plain) in sharded.iter().zip(plain) {
        assert_eq!(sharded, plain);
        assert_eq!(
            serde_json::to_value(sharded).unwrap(),
            serde_json::to_value(plain).unwrap()
        );
    }
}

/// Returns every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    found
}

#[test]
fn every_field_of_every_record_survives() {
    let dir = tempfile::tempdir().unwrap();
    channel().write_shards(dir.path()).unwrap();
    for (subdir, count) in [(Subdir::Linux64, 3), (Subdir::Win64, 1), (Subdir::NoArch, 1)] {
        let sharded = from_shards(&dir.path().join(subdir.as_str()), subdir);
        assert_eq!(sharded.len(), count);
        assert_same(&sharded, &from_plain(channel().repodata(subdir).into(), subdir));
        let mut expected = channel().records_in(subdir);
        expected.sort_by(|left, right| left.url.cmp(&right.url));
        assert_same(&sharded, &expected);
    }
}

#[test]
fn removed_files_are_named_in_the_shard_of_their_name() {
    let dir = tempfile::tempdir().unwrap();
    channel().write_shards(dir.path()).unwrap();
    let folder = dir.path().join("linux-64");
    let index = index(&folder);
    let removed = |name: &str| {
        let file = format!(
            "shards/{}.msgpack.zst",
            pyiron_lock_core::digest::hex(&index.shards[name])
        );
        let bytes = fs::read(folder.join(file)).unwrap();
        let shard: Shard = rmp_serde::from_slice(&zstd::decode_all(&bytes[..]).unwrap()).unwrap();
        let mut files: Vec<String> = shard
            .removed
            .iter()
            .map(DistArchiveIdentifier::to_file_name)
            .collect();
        files.sort();
        files
    };
    assert_eq!(removed("numpy"), ["numpy-1.24.0-py311_0.conda"]);
    assert_eq!(removed("gone-for-good"), ["gone-for-good-1-0.conda"]);
    assert_eq!(removed("libblas"), [""; 0]);
}

#[test]
fn a_field_nobody_knows_passes_and_hashes_are_raw_bytes() {
    let record =
        json!({"name": "a", "sha256": "ab".repeat(32), "md5": "cd".repeat(16), "new_field": [1.5, -3, null]});
    let index = json!({"packages.conda": {"a-1-0.conda": record}});
    let split = Split::new(&index).unwrap();
    let bytes = split.shards["a"].msgpack().unwrap();
    let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    assert!(holds(b"\xa6sha256\xc4\x20\xab\xab"));
    assert!(holds(b"\xa3md5\xc4\x10\xcd\xcd"));
    assert!(holds(b"\xa9new_field\x93\xcb"));
}

#[test]
fn the_same_index_gives_the_same_bytes() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    channel().write_shards(first.path()).unwrap();
    channel().write_repodata(first.path()).unwrap();
    fs::remove_file(first.path().join("linux-64/repodata.json")).unwrap();
    write_shards_to(first.path(), second.path()).unwrap();
    for (path, bytes) in files(second.path()) {
        let twin = first.path().join(path.strip_prefix(second.path()).unwrap());
        assert_eq!(bytes, fs::read(twin).unwrap(), "{}", path.display());
    }
}

#[test]
fn a_section_that_would_get_lost_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("noarch");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("repodata.json"),
        r#"{"packages": {}, "v3": {"whl": {}}}"#,
    )
    .unwrap();
    let error = write_shards(dir.path()).unwrap_err().to_string();
    assert!(error.ends_with("the section `v3` cannot be sharded"), "{error}");
}

#[test]
fn the_genuine_index_survives() {
    let Some(from) = env::var_os("PYIRON_LOCK_REAL_INDEX") else {
        eprintln!("the_genuine_index_survives did not run: PYIRON_LOCK_REAL_INDEX is not set");
        return;
    };
    let to = tempfile::tempdir().unwrap();
    let start = Instant::now();
    write_shards_to(Path::new(&from), to.path()).unwrap();
    eprintln!("sharded the genuine index in {:?}", start.elapsed());
    let mut lines: Vec<String> = fs::read_dir(to.path())
        .unwrap()
        .par_bridge()
        .map(|entry| {
            let folder = entry.unwrap().path();
            let subdir: Subdir = folder.file_name().unwrap().to_str().unwrap().parse().unwrap();
            let text = index_text(&Path::new(&from).join(subdir.as_str()))
                .unwrap()
                .unwrap();
            let plain = from_plain(text, subdir);
            assert_same(&from_shards(&folder, subdir), &plain);
            let shards = files(&folder.join("shards"));
            let bytes: usize = shards.values().map(Vec::len).sum();
            let list = fs::read(folder.join(INDEX)).unwrap().len();
            let (records, shards) = (plain.len(), shards.len());
            format!("{subdir}: {records} records, {shards} shards of {bytes} bytes, a list of {list} bytes")
        })
        .collect();
    lines.sort();
    eprintln!("{}", lines.join("\n"));
}
