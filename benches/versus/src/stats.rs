//! Medians, quartiles, ratios and the test that tells a change from noise.

/// A median with the quartiles around it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spread {
    /// A quarter of the values lies below.
    pub low: f64,
    /// Half of them.
    pub median: f64,
    /// Three quarters.
    pub high: f64,
}

impl Spread {
    /// Of at least one value.
    pub fn of(values: &[f64]) -> Option<Spread> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |share| quantile(&sorted, share);
        Some(Spread { low: at(0.25)?, median: at(0.5)?, high: at(0.75)? })
    }
}

/// Between the two nearest values, in proportion.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    Some(below + (above - below) * place.fract())
}

/// The value in the middle.
pub fn median(values: &[f64]) -> Option<f64> {
    Spread::of(values).map(|spread| spread.median)
}

/// The geometric mean, the only mean that ratios have.
pub fn geometric_mean(ratios: &[f64]) -> Option<f64> {
    let logarithms: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (!ratios.is_empty()).then(|| (logarithms / ratios.len() as f64).exp())
}

/// `a` over `b`, run by run: those of one round ran one after the other, so that what disturbs
/// the machine for a while disturbs both. A row with another number of runs has no partners; its
/// median stands for it.
pub fn ratios(a: &[f64], b: &[f64]) -> Vec<f64> {
    if a.len() == b.len() {
        return a.iter().zip(b).map(|(a, b)| ratio(*a, *b)).collect();
    }
    let (Some(middle_a), Some(middle_b)) = (median(a), median(b)) else { return Vec::new() };
    if a.len() > b.len() {
        a.iter().map(|a| ratio(*a, middle_b)).collect()
    } else {
        b.iter().map(|b| ratio(middle_a, *b)).collect()
    }
}

/// Processor time is counted in microseconds, and may be none.
fn ratio(a: f64, b: f64) -> f64 {
    a.max(1e-6) / b.max(1e-6)
}

/// How probable it is that values drawn from one and the same distribution lie as far above
/// `old` as `new` does, or farther: the one-sided Mann–Whitney test, exact. Ties count for
/// chance.
pub fn chance_of_slower(old: &[f64], new: &[f64]) -> f64 {
    let pairs = old.iter().flat_map(|old| new.iter().map(move |new| (old, new)));
    let not_above = pairs.filter(|(old, new)| new <= old).count();
    let counts = orderings(old.len(), new.len());
    let total: f64 = counts.iter().sum();
    counts[..=not_above].iter().sum::<f64>() / total
}

/// In how many of all orderings of `a` and `b` values so many pairs are the wrong way round:
/// the coefficients of a Gaussian binomial, multiplied and divided out factor by factor.
fn orderings(a: usize, b: usize) -> Vec<f64> {
    let mut counts = vec![0.0; a * b + 1];
    counts[0] = 1.0;
    for i in 1..=a {
        for at in (b + i..counts.len()).rev() {
            counts[at] -= counts[at - (b + i)];
        }
        for at in i..counts.len() {
            counts[at] += counts[at - i];
        }
    }
    counts
}
