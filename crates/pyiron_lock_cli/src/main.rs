//! The program `pyiron-lock`.

use std::process::ExitCode;

fn main() -> ExitCode {
    pyiron_lock_cli::main()
}
