//! `explicit`: the list of archives that conda, mamba and micromamba install without solving (CEP 23), with the sha256
//! of each.

use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
};

pub(super) static FORMAT: Format = Format {
    name: "explicit",
    group: Group::Locks,
    title: "list of archives with their sha256, for conda and mamba (CEP 23)",
    needs: Needs::Lock,
    parameters: &[],
    proofs: &[Proof::Tested("py-rattler")],
    export,
};

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let mut export = Export::default();
    export.files.add("explicit.txt", list(input))?;
    Ok(export)
}

/// Returns the list, each archive after what it depends on.
pub(crate) fn list(input: &Input<'_>) -> String {
    let mut text = String::new();
    for line in input.stamp() {
        text.push_str(&format!("# {line}\n"));
    }
    text.push_str(&format!(
        "# platform: {}\n@EXPLICIT\n",
        input.own.platform().subdir
    ));
    for package in input.own.packages.iter() {
        text.push_str(&format!("{}#sha256:{}\n", package.url(), package.sha256()));
    }
    text
}
