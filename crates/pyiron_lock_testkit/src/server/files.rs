//! The files below the served folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use pyiron_lock_core::Digest;

/// Reads the file a path names. Only what is written in the path is looked at: a link in the folder may lead where
/// it likes.
pub(super) fn read(folder: &Path, path: &str) -> Option<Vec<u8>> {
    let file = locate(folder, path)?;
    file.is_file().then(|| fs::read(file).ok()).flatten()
}

/// Joins a path to the folder unless it could lead out.
fn locate(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut file = folder.to_owned();
    for part in path.strip_prefix('/')?.split('/') {
        if matches!(part, "" | "." | "..") || part.contains(['\\', ':', '\0']) {
            return None;
        }
        file.push(part);
    }
    Some(file)
}

/// Returns the type of what a path names.
pub(super) fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("json") => "application/json",
        Some("html") => "text/html; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Returns the strong tag of bytes.
pub(super) fn etag(bytes: &[u8]) -> String {
    format!("\"{:.32}\"", Digest::of(bytes).to_string())
}

/// Tells whether an `If-None-Match` header names a tag.
pub(super) fn names(header: &str, etag: &str) -> bool {
    header
        .split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out() {
        let folder = Path::new("served");
        assert_eq!(locate(folder, "/a/b.c"), Some(folder.join("a").join("b.c")));
        for path in [
            "",
            "/",
            "a",
            "/..",
            "/a/../b",
            "//a",
            "/a/",
            "/./a",
            "/a\\..\\b",
            "/c:/a",
            "/a\0",
        ] {
            assert_eq!(locate(folder, path), None, "{path:?}");
        }
    }

    #[test]
    fn a_tag_is_found_in_a_list() {
        let tag = etag(b"text");
        assert_eq!(tag.len(), 34);
        assert_ne!(tag, etag(b"texts"));
        assert!(names(&tag, &tag));
        assert!(names(&format!("\"x\", W/{tag}"), &tag));
        assert!(names("*", &tag));
        assert!(!names("\"x\"", &tag));
    }
}
