//! Packs files into `.conda` or `.tar.bz2`. The bytes depend on the files and the build time alone: order, owner
//! and modes are fixed, and one thread compresses at one level.

use std::{
    collections::BTreeMap,
    io::{Cursor, Write as _},
};

use bzip2::{Compression, write::BzEncoder};
use tar::{Builder, EntryType, Header};
use zip::{CompressionMethod, DateTime, System, ZipWriter, write::SimpleFileOptions};

use crate::{
    contents::{Contents, Item},
    package::{Format, Package},
};

/// The zstd level; files this small gain nothing from a higher one.
const LEVEL: i32 = 9;

const IN_MEMORY: &str = "writing to memory does not fail";

/// Packs the metadata and the files of a package.
pub(super) fn archive(package: &Package, info: &BTreeMap<String, Vec<u8>>, contents: &Contents) -> Vec<u8> {
    let seconds = u64::try_from(package.stated_timestamp().unwrap_or_default() / 1000).unwrap_or_default();
    let info: BTreeMap<String, Item> = info
        .iter()
        .map(|(path, bytes)| {
            let item = Item::File {
                bytes: bytes.clone(),
                executable: false,
            };
            (path.clone(), item)
        })
        .collect();
    match package.format() {
        Format::Conda => conda(&package.stem(), &info, contents.items(), seconds),
        Format::TarBz2 => {
            let plain = tar(info.iter().chain(contents.items()), seconds);
            let mut encoder = BzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&plain).expect(IN_MEMORY);
            encoder.finish().expect(IN_MEMORY)
        }
    }
}

fn conda(stem: &str, info: &BTreeMap<String, Item>, files: &BTreeMap<String, Item>, seconds: u64) -> Vec<u8> {
    let zstd =
        |items: &BTreeMap<String, Item>| zstd::bulk::compress(&tar(items, seconds), LEVEL).expect(IN_MEMORY);
    // The metadata comes last, where a reader finds it from the end of the file.
    let parts = [
        (
            "metadata.json".to_owned(),
            br#"{"conda_pkg_format_version":2}"#.to_vec(),
        ),
        (format!("pkg-{stem}.tar.zst"), zstd(files)),
        (format!("info-{stem}.tar.zst"), zstd(info)),
    ];
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .system(System::Unix)
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(name, options).expect(IN_MEMORY);
        zip.write_all(&bytes).expect(IN_MEMORY);
    }
    zip.finish().expect(IN_MEMORY).into_inner()
}

fn tar<'i>(items: impl IntoIterator<Item = (&'i String, &'i Item)>, seconds: u64) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (path, item) in items {
        let mut header = Header::new_gnu();
        header.set_mtime(seconds);
        header.set_uid(0);
        header.set_gid(0);
        match item {
            Item::File { bytes, executable } => {
                header.set_mode(if *executable { 0o755 } else { 0o644 });
                header.set_size(bytes.len() as u64);
                builder.append_data(&mut header, path, bytes.as_slice())
            }
            Item::Link { target } => {
                header.set_entry_type(EntryType::Symlink);
                header.set_mode(0o777);
                header.set_size(0);
                builder.append_link(&mut header, path, target)
            }
        }
        .expect(IN_MEMORY);
    }
    builder.into_inner().expect(IN_MEMORY)
}
