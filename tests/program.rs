//! The program under test: the same function as `pyiron-lock` itself.

use std::process::ExitCode;

fn main() -> ExitCode {
    pyiron_lock_cli::main()
}
