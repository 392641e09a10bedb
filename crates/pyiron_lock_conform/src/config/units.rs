//! The unit of `run_time_max` in scripts: pysqa hands over seconds, and schedulers read minutes or seconds.

use pyiron_lock_core::{SourceRef, Span};

use super::template::{Template, tokens};

/// An option that takes a time as a bare number.
struct TimeOption {
    types: &'static [&'static str],
    /// The option with what stands between it and the number.
    text: &'static str,
    /// How many seconds the number counts.
    unit: u64,
}

const fn option(types: &'static [&'static str], text: &'static str, unit: u64) -> TimeOption {
    TimeOption { types, text, unit }
}

const OPTIONS: [TimeOption; 10] = [
    option(&["SLURM", "GENT"], "--time=", 60),
    option(&["SLURM", "GENT"], "--time ", 60),
    option(&["SLURM", "GENT"], "-t ", 60),
    option(&["SLURM", "GENT"], "-t", 60),
    option(&["FLUX"], "-t ", 60),
    option(&["FLUX"], "-t", 60),
    option(&["FLUX"], "--time-limit=", 60),
    option(&["LSF"], "-W ", 60),
    option(&["SGE"], "h_rt=", 1),
    option(&["TORQUE"], "walltime=", 1),
];

/// A time that the scheduler reads as another than meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WrongUnit {
    /// The place of the expression.
    pub(super) span: Span,
    /// The option.
    pub(super) option: &'static str,
    /// `minutes` or `seconds`.
    pub(super) reads: &'static str,
    /// `60 times too long`.
    pub(super) off: String,
    /// What to write.
    pub(super) instead: &'static str,
}

/// Returns times in a wrong unit. Expressions that are more than a product or quotient are left alone.
pub(super) fn wrong_units(kind: &str, source: &SourceRef, template: &Template) -> Vec<WrongUnit> {
    let judge = |(body, span): &(String, Span)| {
        let line = source.slice(Span::new(source.line_span(span.start).start, span.start));
        if !line.starts_with('#') || !ends(source.text().get(span.end..)?) {
            return None;
        }
        let fits = |option: &&TimeOption| {
            let rest = line
                .strip_suffix(option.text)
                .filter(|_| option.types.contains(&kind));
            rest.is_some_and(|rest| rest.ends_with([' ', '\t', ',', ':']))
        };
        let option = OPTIONS.iter().find(fits)?;
        let (times, by) = factor(body)?;
        let got = times.checked_mul(option.unit)?;
        let off = match got {
            _ if got == by => return None,
            _ if got > by => format!("{} times too long", got / by),
            _ => format!("{} times too short", by / got),
        };
        let (reads, instead) = match option.unit {
            1 => ("seconds", "{{ run_time_max }}"),
            _ => ("minutes", "{{ [1, run_time_max // 60]|max }}"),
        };
        Some(WrongUnit {
            span: *span,
            option: option.text.trim_end_matches(['=', ' ']),
            reads,
            off,
            instead,
        })
    };
    template.prints.iter().filter_map(judge).collect()
}

/// Returns whether a number ends here, so that no unit or further field follows.
fn ends(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r', ','])
}

/// Returns by what `run_time_max` is multiplied and divided in an expression.
fn factor(body: &str) -> Option<(u64, u64)> {
    let tokens: Vec<&str> = tokens(body).into_iter().map(|token| token.0).collect();
    let at = tokens.iter().position(|token| *token == "run_time_max")?;
    let get = |index: usize| tokens.get(index).copied().unwrap_or("");
    let number = |token: &str| token.parse::<u64>().ok().filter(|number| *number > 0);
    let (mut times, mut by, mut first) = (1_u64, 1_u64, at);
    if at > 1 && tokens[at - 1] == "*" {
        times = number(tokens[at - 2])?;
        first = at - 2;
    }
    if first > 0 && !matches!(tokens[first - 1], "(" | "[" | ",") {
        return None;
    }
    let mut next = at + 1;
    loop {
        match get(next) {
            "|" if matches!(get(next + 1), "int" | "float" | "round") => next += 2,
            "*" => {
                times = times.checked_mul(number(get(next + 1))?)?;
                next += 2;
            }
            "/" | "//" => {
                by = by.checked_mul(number(get(next + 1))?)?;
                next += 2;
            }
            "" | "]" | "," => break,
            ")" => next += 1,
            _ => return None,
        }
    }
    // What else stands there may only choose the largest or convert, which keeps the factor.
    let rest = &tokens[next.min(tokens.len())..];
    let harmless =
        |token: &&str| number(token).is_some() || matches!(*token, "]" | ")" | "," | "|" | "max" | "int");
    rest.iter().all(harmless).then_some((times, by))
}

#[cfg(test)]
mod tests {
    use pyiron_lock_core::SourceFile;

    use super::{super::template, *};

    #[test]
    fn times_are_read_as_schedulers_read_them() {
        for (kind, line, wanted) in [
            ("SLURM", "#SBATCH --time={{ [1, run_time_max // 60]|max }}", ""),
            ("SLURM", "#SBATCH --time={{ run_time_max }}", "60 times too long"),
            ("SLURM", "#SBATCH --time={{ (run_time_max / 60)|int }}", ""),
            ("SLURM", "#SBATCH --time={{ run_time_max | int // 60 }}", ""),
            (
                "SLURM",
                "#SBATCH -t {{ run_time_max // 3600 }}",
                "60 times too short",
            ),
            ("SLURM", "#SBATCH --time={{ run_time_max // 3600 }}:00:00", ""),
            ("SLURM", "#SBATCH --time={{ (run_time_max + 60) // 60 }}", ""),
            ("SLURM", "echo --time={{ run_time_max }}", ""),
            ("GENT", "#SBATCH --time={{ run_time_max }}", "60 times too long"),
            ("FLUX", "# flux: -t {{ [1, run_time_max // 60]|max }}", ""),
            ("FLUX", "# flux: -t{{ run_time_max }}", "60 times too long"),
            ("FLUX", "# flux: -t {{ run_time_max }}s", ""),
            ("SGE", "#$ -l h_rt={{ run_time_max }}", ""),
            (
                "SGE",
                "#$ -l mem=1,h_rt={{ run_time_max // 60 }}",
                "60 times too short",
            ),
            ("LSF", "#BSUB -W {{ run_time_max }}", "60 times too long"),
            ("LSF", "#BSUB -W {{ run_time_max // 60 }}", ""),
            (
                "TORQUE",
                "#PBS -l walltime={{ [1*3600, run_time_max*3600]|max }}",
                "3600 times too long",
            ),
            (
                "TORQUE",
                "#PBS -l walltime={{ 3600 * run_time_max }}",
                "3600 times too long",
            ),
            ("TORQUE", "#PBS -l walltime={{ run_time_max }}", ""),
            ("MOAB", "#MSUB -l walltime={{ run_time_max * 9 }}", ""),
        ] {
            let source = SourceFile::new("a.sh", format!("#!/bin/sh\n{line}\n"));
            let seen = wrong_units(kind, &source, &template::read(source.text()));
            let off = seen.first().map_or("", |wrong| wrong.off.as_str());
            assert_eq!(off, wanted, "{kind}: {line}");
        }
    }
}
