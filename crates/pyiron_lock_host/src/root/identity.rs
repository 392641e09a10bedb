//! Who a run is, so that others can tell whether it is still alive. The only thing asked of the system is `/proc`;
//! where there is none, a run is known by its number alone.

use std::fs;

/// Who a run is: a process, on a boot of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The machine.
    pub host: String,
    /// The boot of the machine.
    boot: String,
    /// The namespace in which the number of the process counts.
    namespace: String,
    /// When the process began, in ticks since the boot.
    began: String,
    /// The number of the process.
    pub pid: u32,
}

impl Identity {
    /// Returns who this process is.
    pub fn of_this_process() -> Self {
        let word = |path: &str| {
            let text = fs::read_to_string(path).unwrap_or_default();
            let word: String = text
                .trim()
                .chars()
                .filter(|letter| !letter.is_whitespace())
                .collect();
            if word.is_empty() { "-".to_owned() } else { word }
        };
        let pid = std::process::id();
        Self {
            host: word("/proc/sys/kernel/hostname"),
            boot: word("/proc/sys/kernel/random/boot_id"),
            namespace: fs::read_link("/proc/self/ns/pid")
                .map_or_else(|_| "-".to_owned(), |link| link.to_string_lossy().into_owned()),
            began: began(pid).unwrap_or_else(|| "-".to_owned()),
            pid,
        }
    }

    /// Returns the words by which others know it: the machine first, the number of the process last, as the exported
    /// install script writes them too.
    pub(crate) fn words(&self, token: &str) -> String {
        format!(
            "{} {} {} {} {token} {}",
            self.host, self.boot, self.namespace, self.began, self.pid
        )
    }

    /// Returns whether the process of these words has ended for sure, as far as can be seen from here.
    pub(crate) fn is_gone(&self, words: &str) -> bool {
        let words: Vec<&str> = words.split_whitespace().collect();
        let (boot, namespace, began_then, pid) = match words.as_slice() {
            [_, boot, namespace, began, _, pid] => (*boot, *namespace, Some(*began), *pid),
            // Of the exported script, which says less: gone if there is no such process on this machine.
            [host, pid] if *host == self.host && self.boot != "-" => {
                return pid.parse().is_ok_and(|pid: u32| began(pid).is_none());
            }
            _ => return false,
        };
        // The same name may be that of two machines, so only the same boot tells.
        if boot == "-" || boot != self.boot || namespace != self.namespace {
            return false;
        }
        let Ok(pid) = pid.parse() else { return false };
        began(pid).as_deref() != began_then
    }
}

/// Returns when a process began, if there is one of that number.
fn began(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program, in brackets, may hold anything.
    let after = &stat[stat.rfind(')')? + 1..];
    let state = after.split_whitespace().next()?;
    // One that ended and is only not yet counted by its parent does nothing any more.
    if matches!(state, "Z" | "X") {
        return None;
    }
    after.split_whitespace().nth(19).map(str::to_owned)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_seen_is_taken_for_gone() {
        let me = Identity::of_this_process();
        assert!(!me.is_gone(&me.words("t")), "this process is there");
        let mut ended = std::process::Command::new("true").spawn().unwrap();
        let pid = ended.id();
        ended.wait().unwrap();
        let other = Identity { pid, ..me.clone() };
        assert!(me.is_gone(&other.words("t")));
        let reused = Identity {
            began: "1".to_owned(),
            ..me.clone()
        };
        assert!(me.is_gone(&reused.words("t")), "the number was given to another");
        let elsewhere = Identity {
            boot: "another".to_owned(),
            ..other
        };
        assert!(!me.is_gone(&elsewhere.words("t")), "nobody knows");
        assert!(me.is_gone(&format!("{} {pid}", me.host)));
        assert!(!me.is_gone(""));
    }
}
