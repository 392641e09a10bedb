//! Checks of a REMOTE queue, which pysqa reaches over SSH.

use pyiron_lock_core::{
    Finding, SourceRef, Span,
    yaml::{Node, tree::Field},
};

use super::{
    case::{Case, one_line},
    codes, pyiron,
    queues::field,
};
use crate::data::Target;

/// Every key of a REMOTE queue; the first seven are needed.
pub(super) const KEYS: [&str; 17] = [
    "ssh_host",
    "ssh_username",
    "known_hosts",
    "ssh_key",
    "ssh_remote_config_dir",
    "ssh_remote_path",
    "ssh_local_path",
    "ssh_port",
    "ssh_password",
    "ssh_ask_for_password",
    "ssh_key_passphrase",
    "ssh_two_factor_authentication",
    "ssh_authenticator_service",
    "ssh_proxy_host",
    "ssh_continous_connection",
    "ssh_delete_file_on_remote",
    "python_executable",
];

/// Checks the keys at the top of a file.
pub(super) fn check(case: &mut Case<'_>, source: &SourceRef, root: &Node, fields: &[Field<'_>]) {
    let kind = field(fields, "queue_type").map_or(root.span, |kind| kind.value.span);
    let password = field(fields, "ssh_password").or(field(fields, "ssh_ask_for_password"));
    let lacks = |key: &&&str| field(fields, key).is_none() && !(**key == "ssh_key" && password.is_some());
    let missing: Vec<String> = KEYS[..7]
        .iter()
        .filter(lacks)
        .map(|key| format!("`{key}`"))
        .collect();
    if !missing.is_empty() {
        let message = format!("a REMOTE queue lacks {}", missing.join(", "));
        case.push(Finding::new(codes::QUEUE_KEY_MISSING, message).at(source, kind, "asks for them"));
    }
    for key in ["ssh_password", "ssh_key_passphrase"] {
        let Some(secret) = field(fields, key) else {
            continue;
        };
        let message = format!("`{}` holds `{key}` in plain text", source.name());
        let finding = Finding::new(codes::QUEUE_SECRET_IN_FILE, message);
        case.push(finding.at(source, secret.key_span, "a secret"));
        let mut files = case.input.files.iter();
        if let Some(file) = files.find(|file| file.source.name() == source.name()) {
            pyiron::exposed(case, file, key, secret.key_span);
        }
    }
    let is_port = |text: &str| text.parse::<u16>().is_ok_and(|port| port > 0);
    if let Some(port) = field(fields, "ssh_port").filter(|port| !port.value.as_str().is_some_and(is_port)) {
        let finding = Finding::new(codes::QUEUE_VALUE_WRONG, "`ssh_port` is not the number of a port");
        case.push(finding.at(source, one_line(source, port.value.span), "given here"));
    }
    if let Some(service) = field(fields, "ssh_authenticator_service") {
        let why = "`ssh_authenticator_service`";
        case.need(
            codes::QUEUE_PACKAGE_MISSING,
            source,
            service.key_span,
            "pyauthenticator",
            why,
        );
    }
    for target in case.targets {
        at_target(case, target, source, kind, fields);
    }
}

fn at_target(case: &mut Case<'_>, target: &Target, source: &SourceRef, kind: Span, fields: &[Field<'_>]) {
    if let (Some(key), Some(false)) = (field(fields, "ssh_key"), target.flag("ssh-keys").said()) {
        let message = format!(
            "target `{}` accepts no SSH keys, so `ssh_key` cannot log in",
            target.id
        );
        let finding =
            Finding::new(codes::QUEUE_KEY_REFUSED, message).at(source, key.key_span, "not accepted there");
        case.push_at_target(finding, target, "ssh-keys", "said here");
    }
    let asks = field(fields, "ssh_two_factor_authentication").and_then(|field| field.value.as_str());
    let asks = asks.is_some_and(|asks| matches!(asks.to_ascii_lowercase().as_str(), "true" | "yes" | "on"));
    let answers = asks || field(fields, "ssh_authenticator_service").is_some();
    if target.flag("two-factor").said() == Some(true) && !answers {
        let message = format!(
            "logging in at target `{}` takes a second factor, and nothing gives it",
            target.id
        );
        let finding = Finding::new(codes::QUEUE_SECOND_FACTOR, message).at(source, kind, "this queue");
        let help = "set `ssh_two_factor_authentication: True`, or name an `ssh_authenticator_service`";
        case.push_at_target(finding.help(help), target, "two-factor", "said here");
    }
}
