//! The statistics, on numbers whose answers are known.

use versus::stats::{Spread, chance_of_slower, geometric_mean, median, ratios};

#[test]
fn quartiles_lie_between_the_nearest_values() {
    let spread = Spread::of(&[4.0, 1.0, 3.0, 2.0]).expect("has values");
    assert_eq!(spread, Spread { low: 1.75, median: 2.5, high: 3.25 });
    assert_eq!(median(&[7.0]), Some(7.0));
    assert_eq!(median(&[]), None);
}

#[test]
fn the_geometric_mean_of_a_ratio_and_its_inverse_is_one() {
    assert!((geometric_mean(&[0.25, 4.0]).expect("has values") - 1.0).abs() < 1e-12);
    assert_eq!(geometric_mean(&[]), None);
}

#[test]
fn ratios_are_those_of_a_round() {
    assert_eq!(ratios(&[1.0, 6.0], &[2.0, 3.0]), [0.5, 2.0]);
    assert_eq!(ratios(&[1.0, 2.0, 9.0], &[4.0]), [0.25, 0.5, 2.25]);
    assert_eq!(ratios(&[8.0], &[1.0, 2.0, 4.0]), [8.0, 4.0, 2.0]);
    assert!(ratios(&[], &[1.0]).is_empty());
    assert!(ratios(&[0.0], &[1.0])[0] > 0.0, "so that it has a logarithm");
}

/// The tables of the test: of the 252 orderings of five and five values, the most extreme has a
/// chance of 1/252, the two most extreme of 2/252, the four of those after one more of 4/252.
#[test]
fn the_chance_is_that_of_the_tables() {
    let (old, above) = ([1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 7.0, 8.0, 9.0, 10.0]);
    let chance = |new: &[f64]| chance_of_slower(&old, new);
    assert!((chance(&above) - 1.0 / 252.0).abs() < 1e-12);
    assert!((chance(&[4.5, 7.0, 8.0, 9.0, 10.0]) - 2.0 / 252.0).abs() < 1e-12);
    assert!((chance(&[4.5, 4.7, 8.0, 9.0, 10.0]) - 4.0 / 252.0).abs() < 1e-12);
    assert!(chance(&old) > 0.5, "ties count for chance");
    assert!((chance(&[0.1, 0.2, 0.3, 0.4, 0.5]) - 1.0).abs() < 1e-12);
    assert!((chance_of_slower(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]) - 0.05).abs() < 1e-12);
}
