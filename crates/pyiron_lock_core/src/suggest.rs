//! "Did you mean": the nearest known word, or nothing when none is near.

/// Returns the candidate closest to `word`, if it is close enough to be a likely slip of the hand.
///
/// Separators and case do not count (`Pyiron-Base` is `pyiron_base`); otherwise at most one edit for every
/// three characters. Ties go to the alphabetically first candidate, so the answer never depends on order.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    let limit = (folded.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= limit + 2)
        .map(|candidate| (strsim::osa_distance(&folded, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= limit && *distance < folded.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

fn fold(word: &str) -> String {
    word.chars()
        .map(|c| match c {
            '-' | '.' | ' ' => '_',
            c => c.to_ascii_lowercase(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_slips_and_refuses_strangers() {
        let known = ["numpy", "pandas", "pyiron_base", "dependencies", "h5py"];
        assert_eq!(nearest("dependancies", known), Some("dependencies"));
        assert_eq!(nearest("pyiron-base", known), Some("pyiron_base"));
        assert_eq!(nearest("nunpy", known), Some("numpy"));
        assert_eq!(nearest("tensorflow", known), None);
        assert_eq!(nearest("numpy", ["numpy"]), None);
        assert_eq!(nearest("a", ["b"]), None);
    }
}
