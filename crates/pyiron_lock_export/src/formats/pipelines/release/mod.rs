//! `release`: every other format that applies, for every lock of a tier, with checksums and an index. What a format
//! refuses is named in the index with the reason; whether what is missing matters is for people to say.

mod index;

use std::collections::BTreeSet;

use pyiron_lock_core::{Finding, Severity};
use rayon::prelude::*;

use self::index::{Exported, Index, LeftOut};
use crate::{
    codes::EXPORT_FORMAT_LEFT_OUT,
    error::ExportError,
    files::{Export, Files},
    format::{Format, Group, Needs, Proof},
    formats::formats,
    input::Input,
};

pub(super) static FORMAT: Format = Format {
    name: "release",
    group: Group::Pipelines,
    title: "every other format that applies, with SHA256SUMS and index.json; `--set` goes to each format that has the \
            key, `--set FORMAT.KEY=VALUE` to one",
    needs: Needs::Locks,
    parameters: &[],
    proofs: &[Proof::Tested("sha256sum"), Proof::Tested("jsonschema")],
    export: |input| release(std::slice::from_ref(input)),
};

/// The name of the file with the checksums of all others.
const SUMS: &str = "SHA256SUMS";
/// The name of the file that says what is there.
const INDEX: &str = "index.json";

/// What became of one format on one lock.
struct Outcome {
    platform: String,
    /// The files, or the reasons why there are none.
    made: Result<Export, Vec<String>>,
}

/// Makes the release of a tier from its locks, all for the same target and with the same parameters.
pub fn release(inputs: &[Input<'_>]) -> Result<Export, ExportError> {
    let formats: Vec<&'static Format> = formats().filter(|format| format.needs != Needs::Locks).collect();
    let jobs: Vec<(&'static Format, &Input<'_>)> = formats
        .iter()
        .flat_map(|format| inputs.iter().map(move |input| (*format, input)))
        .collect();
    // In the order of the jobs, whichever thread was first.
    let mut outcomes = jobs
        .par_iter()
        .map(|(format, input)| outcome(format, input))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter();
    let mut release = Release::default();
    for format in formats {
        let of_format = outcomes.by_ref().take(inputs.len()).collect();
        release.add(format, of_format, inputs.len() > 1)?;
    }
    release.finish(inputs)
}

fn outcome(format: &'static Format, input: &Input<'_>) -> Result<Outcome, ExportError> {
    let input = Input {
        parameters: input.parameters.of(format),
        ..*input
    };
    let made = match format.make(&input) {
        Ok(export) => {
            let errors = export.findings.iter();
            let errors = errors.filter(|finding| finding.severity == Severity::Error);
            let reasons: Vec<String> = errors.map(|finding| finding.message.clone()).collect();
            if reasons.is_empty() {
                Ok(export)
            } else {
                Err(reasons)
            }
        }
        Err(error @ ExportError::Unfit { .. }) => Err(vec![reason(&error)]),
        Err(error) => return Err(error),
    };
    Ok(Outcome {
        platform: input.own.platform().name.to_string(),
        made,
    })
}

/// Returns what an error says, with the way out.
fn reason(error: &ExportError) -> String {
    match error.help() {
        Some(help) => format!("{error}: {help}"),
        None => error.to_string(),
    }
}

/// A release while it is put together.
#[derive(Default)]
struct Release {
    files: Files,
    exports: Vec<Exported>,
    left_out: Vec<LeftOut>,
    findings: Vec<Finding>,
    /// Findings that are there already: most are said by many formats.
    said: BTreeSet<(&'static str, String)>,
}

impl Release {
    /// Adds what became of a format; where a release is of several locks, each has a folder below that of the format.
    fn add(
        &mut self,
        format: &'static Format,
        outcomes: Vec<Outcome>,
        several: bool,
    ) -> Result<(), ExportError> {
        for Outcome { platform, made } in outcomes {
            match made {
                Ok(export) => {
                    let folder = if several {
                        format!("{}/{platform}", format.name)
                    } else {
                        format.name.to_owned()
                    };
                    self.exports
                        .push(Exported::new(format, platform, &folder, &export));
                    self.say(export.findings);
                    self.files.add_below(&folder, export.files)?;
                }
                Err(reasons) => self.leave_out(format, platform, reasons),
            }
        }
        Ok(())
    }

    fn leave_out(&mut self, format: &'static Format, platform: String, reasons: Vec<String>) {
        let same = |other: &&mut LeftOut| other.format == format.name && other.reasons == reasons;
        match self.left_out.iter_mut().find(same) {
            Some(other) => other.platforms.push(platform),
            None => self.left_out.push(LeftOut {
                format: format.name,
                platforms: vec![platform],
                reasons,
            }),
        }
    }

    fn say(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            if self.said.insert((finding.code.as_str(), finding.message.clone())) {
                self.findings.push(finding);
            }
        }
    }

    fn finish(mut self, inputs: &[Input<'_>]) -> Result<Export, ExportError> {
        for LeftOut {
            format,
            platforms,
            reasons,
        } in &self.left_out
        {
            let text = format!(
                "`{format}` on {} is left out: {}",
                platforms.join(", "),
                reasons.join("; ")
            );
            self.findings.push(Finding::new(EXPORT_FORMAT_LEFT_OUT, text));
        }
        let mut stamp: Vec<String> = Vec::new();
        for line in inputs.iter().flat_map(Input::stamp) {
            if !stamp.contains(&line) {
                stamp.push(line);
            }
        }
        let index = Index::new(&stamp, inputs, &self.exports, &self.left_out).text();
        let mut sums: Vec<(&str, &str)> = self
            .exports
            .iter()
            .flat_map(|export| &export.files)
            .map(|file| (file.path.as_str(), file.sha256.as_str()))
            .collect();
        let of_index = index::sha256(&index);
        sums.push((INDEX, &of_index));
        sums.sort_unstable();
        // Readers of checksums pass over lines with `#`.
        let mut text: String = stamp.iter().map(|line| format!("# {line}\n")).collect();
        for (path, sha256) in sums {
            text.push_str(&format!("{sha256}  {path}\n"));
        }
        self.files.add(INDEX, index)?;
        self.files.add(SUMS, text)?;
        Ok(Export {
            files: self.files,
            findings: self.findings,
        })
    }
}

#[cfg(test)]
mod tests;
