//! Tests through the program, and across rooms.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test ends with the message of what went wrong"
)]

mod book;
mod bundle;
mod channels;
mod config;
mod conformance;
mod contains;
mod cut_off;
mod determinism;
mod docs;
mod export;
mod family;
mod host;
mod hostile;
mod init;
mod install;
mod interrupted;
mod lock_verdicts;
mod meta;
mod mutated;
mod network;
mod oracle;
mod overlay;
mod prefix;
mod real_index;
mod reference;
mod resolve;
mod scenarios;
mod sound;
mod support;
mod tiers;
mod validate;
mod verify;
