//! Calendar dates of recipes as the milliseconds an index holds.

/// Returns the start of a day given as `YYYY-MM-DD`, in UTC milliseconds since 1970.
pub(crate) fn milliseconds(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    let (year, month, day): (i64, i64, i64) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    if !(1970..=2999).contains(&year)
        || !(1..=12).contains(&month)
        || !(1..=length(year, month)).contains(&day)
    {
        return None;
    }
    let years: i64 = (1970..year).map(|year| 365 + i64::from(leap(year))).sum();
    let months: i64 = (1..month).map(|month| length(year, month)).sum();
    Some((years + months + day - 1) * 86_400_000)
}

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn length(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn days_are_counted_with_leap_years() {
        assert_eq!(milliseconds("1970-01-01"), Some(0));
        assert_eq!(milliseconds("2000-03-01"), Some(951_868_800_000));
        assert_eq!(milliseconds("2026-07-01"), Some(1_782_864_000_000));
        for bad in [
            "2025-02-29",
            "2026-7-1",
            "2026-13-01",
            "2026-07-00",
            "yesterday",
            "",
        ] {
            assert_eq!(milliseconds(bad), None, "{bad}");
        }
    }
}
