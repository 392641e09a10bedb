//! The page of commands, their options and exit codes.

use std::fmt::Write as _;

use pyiron_lock_cli::reference::{ArgumentInfo, commands, global_options};
use pyiron_lock_core::Exit;

use super::text::{cell, sentence};

/// Writes the page.
pub(super) fn page() -> String {
    let all = commands();
    let mut text = String::from(
        "# Commands\n\nEvery command with its options, from the program itself. `pyiron-lock COMMAND --help` says \
         the same.\nData goes to stdout, talk to stderr; a command that checks never writes.\n\n\
         | command | does |\n|---|---|\n",
    );
    for command in &all {
        let anchor = command.words.replace(' ', "-");
        let _ = writeln!(
            text,
            "| [`{}`](#{anchor}) | {} |",
            command.words,
            cell(&command.about)
        );
    }
    text.push_str("\n## Exit codes\n\n| code | means |\n|---|---|\n");
    for exit in Exit::ALL {
        let _ = writeln!(text, "| {} | {} |", exit.code(), exit.meaning());
    }
    let _ = write!(
        text,
        "\nWhen several apply, the most urgent counts: {}.\n",
        order()
    );
    text.push_str("\n## Options of every command\n\n");
    table(&mut text, &global_options());
    for command in &all {
        let _ = write!(
            text,
            "\n## `{}`\n\n{}\n\n```text\n{}\n```\n",
            command.words,
            sentence(&command.about),
            command.usage
        );
        if !command.arguments.is_empty() {
            text.push('\n');
            table(&mut text, &command.arguments);
        }
    }
    text
}

fn table(text: &mut String, arguments: &[ArgumentInfo]) {
    text.push_str("| option | what |\n|---|---|\n");
    for argument in arguments {
        let values: Vec<String> = argument.values.iter().map(|value| format!("`{value}`")).collect();
        let mut what = cell(&argument.help);
        if !values.is_empty() {
            let _ = write!(what, ": {}", values.join(", "));
        }
        if let Some(default) = &argument.default {
            let _ = write!(what, "; `{default}` unless said");
        }
        let _ = writeln!(text, "| `{}` | {what} |", argument.spelling.replace('|', "\\|"));
    }
}

/// Returns the codes that a check can end with, the most urgent first.
fn order() -> String {
    let mut exits: Vec<Exit> = Exit::ALL.into_iter().filter(|exit| exit.code() < 100).collect();
    exits.sort_by(|a, b| {
        if a.worst(*b) == *a {
            std::cmp::Ordering::Less
        } else {
            std::cmp::Ordering::Greater
        }
    });
    let codes: Vec<String> = exits.iter().map(|exit| exit.code().to_string()).collect();
    codes.join(", then ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_urgent_code_comes_first() {
        assert_eq!(order(), "2, then 6, then 3, then 5, then 4, then 1, then 0");
    }
}
