//! The command line as data, for whoever writes a page about it. Runs nothing.

use clap::{Arg, Command, CommandFactory};

use crate::args::Cli;

/// A command with what can be said to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandInfo {
    /// The words after the name of the program, such as `snapshot export`.
    pub words: String,
    /// What it does, one line.
    pub about: String,
    /// How it is written, on one line.
    pub usage: String,
    /// Its arguments and options, without those that every command takes.
    pub arguments: Vec<ArgumentInfo>,
}

/// An argument or option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentInfo {
    /// As it is written, with the name of its value.
    pub spelling: String,
    /// What it does.
    pub help: String,
    /// The words that it takes, where only some do.
    pub values: Vec<String>,
    /// The value that it has unless said.
    pub default: Option<String>,
}

/// Returns every command, in the order of the help; a command with commands of its own stands as those.
pub fn commands() -> Vec<CommandInfo> {
    let mut program = Cli::command();
    program.build();
    let mut found = Vec::new();
    for command in program.get_subcommands() {
        collect(command, "", &mut found);
    }
    found
}

/// Returns the options that every command takes.
pub fn global_options() -> Vec<ArgumentInfo> {
    let program = Cli::command();
    let global = program
        .get_arguments()
        .filter(|argument| argument.is_global_set());
    global.map(argument).collect()
}

fn collect(command: &Command, before: &str, found: &mut Vec<CommandInfo>) {
    if command.get_name() == "help" || command.is_hide_set() {
        return;
    }
    let words = format!("{before}{}", command.get_name());
    if command.has_subcommands() {
        for inner in command.get_subcommands() {
            collect(inner, &format!("{words} "), found);
        }
        return;
    }
    let own = |argument: &&Arg| {
        !argument.is_global_set()
            && !argument.is_hide_set()
            && !["help", "version"].contains(&argument.get_id().as_str())
    };
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
    found.push(CommandInfo {
        about: command.get_about().map(ToString::to_string).unwrap_or_default(),
        usage: usage.split_whitespace().collect::<Vec<_>>().join(" "),
        arguments: command.get_arguments().filter(own).map(argument).collect(),
        words,
    });
}

fn argument(argument: &Arg) -> ArgumentInfo {
    let names = argument.get_value_names().unwrap_or_default();
    let takes = argument.get_action().takes_values();
    let value: String = names.iter().map(|name| format!(" <{name}>")).collect();
    let value = if takes { value } else { String::new() };
    let spelling = match (argument.get_short(), argument.get_long()) {
        (Some(short), Some(long)) => format!("-{short}, --{long}{value}"),
        (None, Some(long)) => format!("--{long}{value}"),
        (Some(short), None) => format!("-{short}{value}"),
        (None, None) => value.trim_start().to_owned(),
    };
    let possible = argument.get_possible_values();
    let shown = possible.iter().filter(|value| takes && !value.is_hide_set());
    let default = argument.get_default_values().first();
    ArgumentInfo {
        spelling,
        help: argument.get_help().map(ToString::to_string).unwrap_or_default(),
        values: shown.map(|value| value.get_name().to_owned()).collect(),
        default: default
            .filter(|_| takes)
            .map(|value| value.to_string_lossy().into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_within_commands_are_listed_as_such() {
        let all = commands();
        let words: Vec<&str> = all.iter().map(|command| command.words.as_str()).collect();
        assert!(words.contains(&"snapshot export"), "{words:?}");
        assert!(
            !words.contains(&"snapshot") && !words.contains(&"help"),
            "{words:?}"
        );
        for command in &all {
            assert!(!command.about.is_empty(), "{}", command.words);
            assert!(command.usage.starts_with("pyiron-lock "), "{}", command.usage);
            for argument in &command.arguments {
                assert!(
                    !argument.help.is_empty(),
                    "{} {}",
                    command.words,
                    argument.spelling
                );
                assert!(!argument.spelling.contains("--project"), "{}", command.words);
            }
        }
    }

    #[test]
    fn an_option_shows_its_value_its_words_and_its_default() {
        let color = global_options()
            .into_iter()
            .find(|it| it.spelling.starts_with("--color"));
        let color = color.unwrap();
        assert_eq!(color.spelling, "--color <WHEN>");
        assert_eq!(color.values, ["auto", "always", "never"]);
        assert_eq!(color.default.as_deref(), Some("auto"));
        let quiet = global_options()
            .into_iter()
            .find(|it| it.spelling == "-q, --quiet");
        assert_eq!(quiet.unwrap().values, [""; 0]);
    }
}
