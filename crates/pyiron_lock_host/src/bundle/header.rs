//! The header of a member of a tar archive, in the one way that bundles write it: POSIX ustar, a regular file of mode
//! 0644 that belongs to nobody. Reading one back means writing it again and comparing.

/// The bytes of a block; headers are one, and contents fill up to whole ones.
pub(super) const BLOCK: usize = 512;

/// The bytes of zeros that end an archive.
pub(super) const END: u64 = 2 * BLOCK as u64;

/// The most bytes that a member may have: eleven octal digits.
pub(super) const MAX_SIZE: u64 = (1 << 33) - 1;

/// The most bytes of a file name, and of the folders before it.
pub(super) const MAX_NAME: usize = 100;
const MAX_FOLDERS: usize = 155;

/// Where the size stands.
const SIZE: std::ops::Range<usize> = 124..136;

/// Returns the header of a member; `None` where the format cannot say it.
pub(super) fn header(path: &str, size: u64, epoch: u64) -> Option<[u8; BLOCK]> {
    let (folders, name) = match path.rsplit_once('/') {
        Some((folders, name)) if path.len() > MAX_NAME => (folders, name),
        _ => ("", path),
    };
    if name.is_empty() || name.len() > MAX_NAME || folders.len() > MAX_FOLDERS {
        return None;
    }
    let mut block = [0; BLOCK];
    let mut put = |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(SIZE.start, &octal(size)?);
    put(136, &octal(epoch)?);
    put(156, "0");
    put(257, "ustar\0");
    put(263, "00");
    put(329, "0000000\0");
    put(337, "0000000\0");
    put(345, folders);
    // The sum is taken with blanks in its own place.
    put(148, "        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Some(block)
}

fn octal(number: u64) -> Option<String> {
    (number <= MAX_SIZE).then(|| format!("{number:011o}\0"))
}

/// Returns the size that a header states for the member of this path; `None` where it is not that of such a member.
pub(super) fn size_in(block: &[u8; BLOCK], path: &str) -> Option<u64> {
    let name = &block[..MAX_NAME];
    let is_it = name.starts_with(path.as_bytes()) && name[path.len()..].iter().all(|byte| *byte == 0);
    let digits = &block[SIZE.start..SIZE.end - 1];
    if !is_it || !digits.iter().all(|digit| (b'0'..=b'7').contains(digit)) {
        return None;
    }
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()
}

/// Returns how many zeros follow a content, up to a whole block.
pub(super) const fn padding(size: u64) -> u64 {
    size.next_multiple_of(BLOCK as u64) - size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_size_and_name_and_sums_up() {
        let block = header("bundle.json", 1234, 1_780_272_000).unwrap();
        assert_eq!(size_in(&block, "bundle.json"), Some(1234));
        assert_eq!(size_in(&block, "bundle"), None);
        let stated = std::str::from_utf8(&block[148..154]).unwrap();
        let stated = u32::from_str_radix(stated, 8).unwrap();
        let blanks = 8 * u32::from(b' ');
        let others: u32 = block[..148]
            .iter()
            .chain(&block[156..])
            .map(|byte| u32::from(*byte))
            .sum();
        assert_eq!(stated, others + blanks);
    }

    #[test]
    fn a_long_path_is_split_before_its_name_and_a_long_name_has_no_header() {
        let name = "n".repeat(MAX_NAME);
        let block = header(&format!("packages/noarch/{name}"), 1, 0).unwrap();
        assert_eq!(&block[..MAX_NAME], name.as_bytes());
        assert!(block[345..].starts_with(b"packages/noarch\0"));
        assert_eq!(header(&format!("packages/noarch/{name}n"), 1, 0), None);
    }

    #[test]
    fn what_has_more_than_eleven_digits_has_no_header() {
        assert!(header("x", MAX_SIZE, MAX_SIZE).is_some());
        assert_eq!(header("x", MAX_SIZE + 1, 0), None);
        assert_eq!(header("x", 0, MAX_SIZE + 1), None);
    }
}
