//! What other programs wrote about their work on a prefix: the history of conda and mamba, and the marks of pixi.

use super::{
    record::META,
    tree::{Tree, joined},
};

const MAX_HISTORY: u64 = 64 << 20;

/// What is known of the past of a prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// How many changes were written down.
    pub changes: usize,
    /// The last command that was.
    pub last: Option<String>,
    /// Other programs that left a mark, with the file.
    pub marks: Vec<(&'static str, String)>,
    /// The place that pixi noted as that of the prefix.
    pub noted_place: Option<String>,
}

/// Reads what is there.
pub(super) fn read(tree: &Tree) -> History {
    let text = tree
        .read(&joined(META, "history"), MAX_HISTORY)
        .map(|(bytes, _)| bytes)
        .unwrap_or_default();
    let mut history = of(&String::from_utf8_lossy(&text));
    for (program, file) in [
        ("pixi", "pixi"),
        ("pixi", "pixi_env_prefix"),
        ("mamba", "mamba_state"),
    ] {
        let path = joined(META, file);
        if tree.is_file(&path) {
            history.marks.push((program, path));
        }
    }
    let noted = tree.read_text(&joined(META, "pixi_env_prefix"), 1 << 16).ok();
    history.noted_place = noted
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty());
    history
}

/// Counts the heads `==> date <==` and takes the last `# cmd:` line.
fn of(text: &str) -> History {
    let mut history = History::default();
    for line in text.lines() {
        if line.starts_with("==>") {
            history.changes += 1;
        } else if let Some(command) = line.strip_prefix("# cmd:") {
            history.last = Some(command.trim().to_owned());
        }
    }
    history
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn changes_are_counted() {
        let text = "==> 2026-01-01 10:00:00 <==\n# cmd: conda create -p x\n+forge::a-1-0\n==> 2026-02-01 10:00:00 <==\n\
                    # cmd: mamba install b\n# conda version: 26.1\n+forge::b-1-0\n";
        let history = of(text);
        assert_eq!(
            (history.changes, history.last.as_deref()),
            (2, Some("mamba install b"))
        );
        assert_eq!(of("").changes, 0);
    }
}
