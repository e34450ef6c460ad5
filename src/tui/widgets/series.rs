//! Smoothing and thinning of series of points for charts.

/// The least number of points that are smoothed.
pub const MIN_SMOOTHED: usize = 20;
/// The share of all points that are averaged on each side.
const WINDOW: usize = 40;

/// Moving averages, centred and shorter towards the ends, so that the last value stays. Values that are not finite are
/// left out.
#[must_use]
pub fn smoothed(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let half = (points.len() / WINDOW).max(1);
    let mut sums = vec![(0.0, 0_u32)];
    for (_, value) in points {
        let (sum, count) = sums.last().copied().unwrap_or_default();
        sums.push(if value.is_finite() { (sum + value, count + 1) } else { (sum, count) });
    }
    let mean = |(at, point): (usize, &(f64, f64))| {
        let side = half.min(at).min(points.len() - 1 - at);
        let ((from, before), (to, until)) = (sums[at - side], sums[at + side + 1]);
        (point.0, if until > before { (to - from) / f64::from(until - before) } else { f64::NAN })
    };
    points.iter().enumerate().map(mean).collect()
}

/// At most one point in each of `columns` columns between `from` and `to`: the last with a finite value.
#[must_use]
pub fn thinned(points: &[(f64, f64)], (from, to): (f64, f64), columns: usize) -> Vec<(f64, f64)> {
    let column = |at: f64| ((at - from) / (to - from) * columns as f64).floor().min(columns as f64 - 1.0) as i64;
    let mut kept: Vec<(f64, f64)> = Vec::with_capacity(points.len().min(columns));
    for point in points {
        match kept.last_mut().filter(|last| column(last.0) == column(point.0)) {
            Some(last) if point.1.is_finite() || !last.1.is_finite() => *last = *point,
            Some(_) => {}
            None => kept.push(*point),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noisy(count: u32) -> Vec<(f64, f64)> {
        (0..count).map(|at| (f64::from(at), f64::from(at % 2) + f64::from(at) / f64::from(count))).collect()
    }

    #[test]
    fn smoothing_removes_noise_and_keeps_length_ends_and_gaps() {
        let points = noisy(400);
        let smooth = smoothed(&points);
        assert_eq!((smooth.len(), smooth[0], smooth[399].0), (400, points[0], 399.0));
        assert!((smooth[399].1 - points[399].1).abs() < 1e-9);
        let step = |series: &[(f64, f64)]| {
            series[50..350].windows(2).map(|pair| (pair[1].1 - pair[0].1).abs()).fold(0.0, f64::max)
        };
        assert!(step(&points) > 0.9 && step(&smooth) < 0.1, "{}", step(&smooth));
        let mut broken = points;
        broken[100].1 = f64::NAN;
        assert!(smoothed(&broken).iter().all(|(_, value)| value.is_finite()));
        assert!(smoothed(&[(0.0, f64::INFINITY)])[0].1.is_nan() && smoothed(&[]).is_empty());
    }

    #[test]
    fn thinned_series_have_at_most_as_many_points_as_columns() {
        let points = noisy(1500);
        let thin = thinned(&points, (0.0, 1500.0), 60);
        assert_eq!((thin.len(), thin.last()), (60, points.last()));
        assert_eq!(thinned(&points[..9], (0.0, 1500.0), 3000), points[..9]);
        let gaps: Vec<(f64, f64)> = points.iter().map(|(at, _)| (*at, f64::NAN)).collect();
        assert!(thinned(&gaps, (0.0, 1500.0), 60).len() == 60);
    }
}
