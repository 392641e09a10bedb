//! Digests of files: the one place that opens what packages installed. Only regular files are opened, links are not
//! followed, and what is read is bounded.

use std::{
    fs::{File, Metadata, OpenOptions},
    io::Read,
    path::Path,
};

use rattler_digest::digest::Digest;

/// The largest file that is read.
pub(super) const MAX_FILE_BYTES: u64 = 64 << 30;
/// How much is read at once.
pub(super) const BUFFER: usize = 64 << 10;

/// A SHA-256 digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sha256([u8; 32]);

impl Sha256 {
    /// The digest of nothing.
    pub(super) const EMPTY: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
        0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ]);

    /// Reads 64 hexadecimal digits.
    pub(super) fn from_hex(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 64 {
            return None;
        }
        let digit = |byte: u8| {
            char::from(byte)
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        };
        let mut digest = [0; 32];
        for (place, pair) in digest.iter_mut().zip(bytes.chunks_exact(2)) {
            *place = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(digest))
    }

    /// Reads 43 digits of base 64 for addresses, as pip records them.
    pub(super) fn from_base64(text: &str) -> Option<Self> {
        let text = text.trim_end_matches('=');
        if text.len() != 43 {
            return None;
        }
        let (mut digest, mut place, mut held, mut bits) = ([0_u8; 32], 0, 0_u32, 0);
        for byte in text.bytes() {
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'-' => 62,
                b'_' => 63,
                _ => return None,
            };
            held = held << 6 | u32::from(value);
            bits += 6;
            if bits >= 8 {
                bits -= 8;
                *digest.get_mut(place)? = u8::try_from(held >> bits & 0xff).ok()?;
                place += 1;
            }
        }
        Some(Self(digest))
    }

    fn of_parts(hasher: rattler_digest::Sha256) -> Self {
        Self(hasher.finalize().into())
    }
}

/// Opens a regular file without following a link in its place or waiting for anybody.
pub(super) fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;

        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        options.custom_flags(i32::try_from(flags.bits()).unwrap_or_default());
    }
    options.open(path)
}

/// Returns the digest of a regular file at a path; `seen` is what the file system says of it.
pub(super) fn at(path: &Path, seen: &Metadata, buffer: &mut [u8]) -> Result<Sha256, String> {
    let opened = open(path).map_err(|error| error.to_string())?;
    file(opened, seen, buffer).map(|(digest, _)| digest)
}

/// Returns the digest of a regular file that is open; `seen` is what the file system says of it. The first bytes stay in
/// `buffer`: how many is returned besides, none of a file that does not fit.
pub(super) fn file(mut file: File, seen: &Metadata, buffer: &mut [u8]) -> Result<(Sha256, usize), String> {
    let size = seen.len();
    if size > MAX_FILE_BYTES {
        return Err("it is larger than any file that is read".to_owned());
    }
    let mut hasher = rattler_digest::Sha256::default();
    let (mut whole, mut first) = (0_u64, None);
    loop {
        let mut filled = 0;
        while filled < buffer.len() {
            match file.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.to_string()),
            }
            // What the file system said was there is read: asking for more costs a call for every small file.
            if whole + u64::try_from(filled).unwrap_or(u64::MAX) == size {
                break;
            }
        }
        hasher.update(&buffer[..filled]);
        whole += u64::try_from(filled).unwrap_or(u64::MAX);
        first.get_or_insert(filled);
        if whole >= size || filled == 0 {
            break;
        }
    }
    if whole != size {
        return Err("it changes while it is read".to_owned());
    }
    let kept = if whole > u64::try_from(buffer.len()).unwrap_or(u64::MAX) {
        0
    } else {
        first.unwrap_or(0)
    };
    Ok((Sha256::of_parts(hasher), kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_read_from_both_spellings() {
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Sha256::from_hex(hex), Some(Sha256::EMPTY));
        let base64 = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
        assert_eq!(Sha256::from_base64(base64), Some(Sha256::EMPTY));
        for bad in ["", "e3", &hex[1..], &hex.replace('e', "x")] {
            assert_eq!(Sha256::from_hex(bad), None);
            assert_eq!(Sha256::from_base64(bad), None);
        }
    }

    #[test]
    fn a_file_larger_than_the_buffer_is_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let bytes: Vec<u8> = (0..10_007_u32).map(|number| (number % 251) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let seen = path.symlink_metadata().unwrap();
        let whole = Sha256::of_parts(rattler_digest::Sha256::new_with_prefix(&bytes));
        for size in [1, 7, 4096, 20_000] {
            let mut buffer = vec![0; size];
            assert_eq!(at(&path, &seen, &mut buffer).unwrap(), whole, "{size}");
        }
        std::os::unix::fs::symlink("file", folder.path().join("link")).unwrap();
        assert!(open(&folder.path().join("link")).is_err());
    }
}
