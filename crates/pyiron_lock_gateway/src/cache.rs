//! Keeps the cache folder within its limit: what was not used for longest goes first, snapshots last of all.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// A file of the cache.
struct Kept {
    path: PathBuf,
    is_snapshot: bool,
    used: SystemTime,
    bytes: u64,
}

/// Removes files until the folder holds at most `limit` bytes; returns how many bytes went.
///
/// Everything in the cache can be fetched again but snapshots, which go only when nothing else is left. A file that
/// cannot be removed stays: another run may be using it.
pub fn sweep_cache(cache: &Path, limit: u64) -> u64 {
    let mut files = Vec::new();
    list(cache, false, &mut files);
    let mut held: u64 = files.iter().map(|file| file.bytes).sum();
    let before = held;
    files.sort_by(|a, b| (a.is_snapshot, a.used, &a.path).cmp(&(b.is_snapshot, b.used, &b.path)));
    for file in files {
        if held <= limit {
            break;
        }
        if fs::remove_file(&file.path).is_ok() {
            held -= file.bytes;
        }
    }
    before - held
}

fn list(folder: &Path, is_snapshot: bool, files: &mut Vec<Kept>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        // Links are neither followed nor removed: what they lead to is not part of the cache.
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() {
            list(&path, is_snapshot || entry.file_name() == "snapshots", files);
        } else if metadata.is_file() {
            let changed = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            let read = metadata.accessed().unwrap_or(changed);
            files.push(Kept {
                path,
                is_snapshot,
                used: changed.max(read),
                bytes: metadata.len(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn file(folder: &Path, name: &str, bytes: usize, age: u64) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, vec![0; bytes]).unwrap();
        let at = SystemTime::now() - Duration::from_secs(age);
        let times = fs::FileTimes::new().set_accessed(at).set_modified(at);
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_times(times)
            .unwrap();
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first_and_snapshots_last() {
        let folder = tempfile::tempdir().unwrap();
        file(folder.path(), "index/old", 100, 300);
        file(folder.path(), "index/new", 100, 10);
        file(folder.path(), "snapshots/older", 100, 900);
        assert_eq!(sweep_cache(folder.path(), 300), 0);
        assert_eq!(sweep_cache(folder.path(), 250), 100);
        assert!(!folder.path().join("index/old").exists());
        assert!(folder.path().join("index/new").exists());
        assert_eq!(sweep_cache(folder.path(), 50), 200);
        assert_eq!(sweep_cache(&folder.path().join("absent"), 50), 0);
    }
}
