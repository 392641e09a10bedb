//! The seal of an unpacked package: the digest of its folder `info`, which its own list of files leaves out, and by which
//! it is linked. What the list names is not looked at here.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
};

use pyiron_lock_core::digest::hex;
use rattler_digest::{Sha256, digest::Digest as _};

/// Where the seal is; nothing of `info` is linked into prefixes.
const SEAL: &str = "pyiron-lock.sha256";

/// Seals a package that was just unpacked.
pub(super) fn set(package: &Path) -> io::Result<()> {
    let info = package.join("info");
    let seal = info.join(SEAL);
    match fs::remove_file(&seal) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let digest = digest(&info)?;
    File::create_new(seal)?.write_all(digest.as_bytes())
}

/// Returns whether a package is as it was sealed.
pub(super) fn holds(package: &Path) -> bool {
    let info = package.join("info");
    let sealed = fs::read(info.join(SEAL));
    matches!((sealed, digest(&info)), (Ok(sealed), Ok(digest)) if sealed == digest.as_bytes())
}

/// Returns the digest of names, sizes and contents of all files below a folder but the seal.
fn digest(info: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    let mut pending = vec![info.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                pending.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.retain(|path| *path != info.join(SEAL));
    files.sort();
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    for path in files {
        let name = path
            .strip_prefix(info)
            .unwrap_or(&path)
            .as_os_str()
            .as_encoded_bytes();
        let mut file = File::open(&path)?;
        for number in [name.len() as u64, file.metadata()?.len()] {
            digest.update(number.to_le_bytes());
        }
        digest.update(name);
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                count => digest.update(&buffer[..count]),
            }
        }
    }
    Ok(hex(&digest.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_changes_in_info_breaks_the_seal() {
        let place = tempfile::tempdir().unwrap();
        let (package, info) = (place.path(), place.path().join("info"));
        fs::create_dir_all(info.join("test")).unwrap();
        fs::write(info.join("index.json"), "{}").unwrap();
        fs::write(info.join("test/run"), "x").unwrap();
        assert!(!holds(package));
        set(package).unwrap();
        assert!(holds(package));
        set(package).unwrap();
        assert!(holds(package));

        for (path, changed) in [
            ("index.json", "{ }"),
            ("test/run", "y"),
            ("more", ""),
            (SEAL, "0"),
        ] {
            let whole = fs::read(info.join(path)).ok();
            fs::write(info.join(path), changed).unwrap();
            assert!(!holds(package), "{path}");
            match whole {
                Some(whole) => fs::write(info.join(path), whole).unwrap(),
                None => fs::remove_file(info.join(path)).unwrap(),
            }
            assert!(holds(package), "{path}");
        }
        fs::rename(info.join("test/run"), info.join("test/ran")).unwrap();
        assert!(!holds(package));
    }
}
