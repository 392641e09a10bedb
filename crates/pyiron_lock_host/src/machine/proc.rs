//! What the kernel and the system say in text files, taken apart. Reads no file itself.

/// Returns the value of a `Key: value` line.
pub(super) fn field<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(':').map(str::trim))
}

/// Returns the umask out of `/proc/self/status`.
pub(super) fn umask(status: &str) -> Option<u32> {
    u32::from_str_radix(field(status, "Umask")?, 8).ok()
}

/// Returns the memory of the machine out of `/proc/meminfo`, in bytes.
pub(super) fn memory(meminfo: &str) -> Option<u64> {
    let kibibytes = field(meminfo, "MemTotal")?.strip_suffix("kB")?.trim();
    kibibytes.parse::<u64>().ok()?.checked_mul(1024)
}

/// Returns the folder of the unified control group out of `/proc/self/cgroup`.
pub(super) fn cgroup(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("0::"))
}

/// Returns the name out of `/etc/os-release`.
pub(super) fn os_name(text: &str) -> Option<String> {
    let value = |key: &str| {
        let found = text
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        Some(found?.trim().trim_matches(['"', '\'']).to_owned())
    };
    value("PRETTY_NAME").or_else(|| value("NAME"))
}

/// Returns the number of a group out of `/etc/group`.
pub(super) fn group_id(text: &str, name: &str) -> Option<u32> {
    text.lines().find_map(|line| {
        let mut parts = line.split(':');
        (parts.next() == Some(name)).then(|| parts.nth(1)?.parse().ok())?
    })
}

/// Returns the groups of this process out of `/proc/self/status`: its own and the further ones.
pub(super) fn groups(status: &str) -> Vec<u32> {
    let words = ["Gid", "Groups"].into_iter().filter_map(|key| field(status, key));
    words
        .flat_map(str::split_whitespace)
        .filter_map(|word| word.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_kernel_are_taken_apart() {
        let status = "Name:\tx\nUmask:\t0027\nGid:\t10\t10\t10\t10\nGroups:\t4 24 \n";
        assert_eq!(umask(status), Some(0o27));
        assert_eq!(groups(status), [10, 10, 10, 10, 4, 24]);
        assert_eq!(
            memory("MemTotal:        2048 kB\nMemFree: 1 kB\n"),
            Some(2_097_152)
        );
        assert_eq!(memory("MemTotal: 99999999999999999999 kB\n"), None);
        assert_eq!(cgroup("1:name=systemd:/\n0::/user.slice\n"), Some("/user.slice"));
    }

    #[test]
    fn names_are_found_among_others() {
        let release = "NAME=\"Rocky Linux\"\nPRETTY_NAME=\"Rocky Linux 8.10\"\n";
        assert_eq!(os_name(release).as_deref(), Some("Rocky Linux 8.10"));
        let groups = "root:x:0:\nmaterials:x:4711:jane,joe\nmaterial:x:1:\n";
        assert_eq!(group_id(groups, "materials"), Some(4711));
        assert_eq!(group_id(groups, "mat"), None);
    }
}
