//! Places on the sphere of the Earth's mean radius: distances, circles and polygons whose sides are great circles. The error against the
//! ellipsoid is below 0.6 %.

/// The Earth's mean radius (IUGG), in metres.
pub(crate) const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A point on the unit sphere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point([f64; 3]);

impl Point {
    pub(crate) fn from_degrees(latitude: f64, longitude: f64) -> Self {
        let (sin_latitude, cos_latitude) = latitude.to_radians().sin_cos();
        let (sin_longitude, cos_longitude) = longitude.to_radians().sin_cos();
        Self([cos_latitude * cos_longitude, cos_latitude * sin_longitude, sin_latitude])
    }

    /// Great-circle distance. The chord is exact for small distances, where the arc cosine is not.
    pub(crate) fn distance_m(self, other: Self) -> f64 {
        let chord = (0..3).map(|axis| (self.0[axis] - other.0[axis]).powi(2)).sum::<f64>().sqrt();
        2.0 * EARTH_RADIUS_M * (chord / 2.0).min(1.0).asin()
    }

    /// Two directions at right angles to each other and to this point.
    fn plane(self) -> [[f64; 3]; 2] {
        let [x, y, z] = self.0;
        let length = x.hypot(y);
        // At a pole every direction is as good.
        let east = if length > 1e-12 { [-y / length, x / length, 0.0] } else { [0.0, 1.0, 0.0] };
        let north = [y * east[2] - z * east[1], z * east[0] - x * east[2], x * east[1] - y * east[0]];
        [east, north]
    }
}

fn dot(one: [f64; 3], other: [f64; 3]) -> f64 {
    one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
}

/// A polygon of rings, the first the outer one; a point inside an inner ring is outside.
#[derive(Debug, Clone)]
pub(crate) struct Polygon {
    rings: Vec<Vec<Point>>,
    /// A point near the middle, and how far every vertex is from it at most.
    middle: Point,
    reach_m: f64,
}

impl Polygon {
    /// Rings as GeoJSON has them: vertices as longitude and latitude. `None` where a ring has fewer than three vertices or the polygon is
    /// wider than 2,000 km, which no zone is.
    pub(crate) fn new(rings: &[Vec<[f64; 2]>]) -> Option<Self> {
        let on_sphere =
            |ring: &Vec<[f64; 2]>| ring.iter().map(|[longitude, latitude]| Point::from_degrees(*latitude, *longitude)).collect();
        let rings: Vec<Vec<Point>> = rings.iter().map(on_sphere).collect();
        let outer = rings.first()?;
        if rings.iter().any(|ring| ring.len() < 3) {
            return None;
        }
        let mut sum = [0.0; 3];
        for (axis, total) in sum.iter_mut().enumerate() {
            *total = outer.iter().map(|point| point.0[axis]).sum();
        }
        let length = dot(sum, sum).sqrt();
        let middle = Point(sum.map(|part| part / length));
        let reach_m = outer.iter().map(|vertex| middle.distance_m(*vertex)).fold(0.0, f64::max);
        (length > 1e-9 && reach_m < 1_000_000.0).then_some(Self { rings, middle, reach_m })
    }

    /// Whether the point lies inside. Seen from the point, great circles are straight lines (the gnomonic projection), so that it is counted
    /// how many sides a ray from it crosses.
    pub(crate) fn contains(&self, point: Point) -> bool {
        if self.middle.distance_m(point) > self.reach_m {
            return false;
        }
        let [east, north] = point.plane();
        let project = |vertex: &Point| {
            let ahead = dot(vertex.0, point.0);
            [dot(vertex.0, east) / ahead, dot(vertex.0, north) / ahead]
        };
        let mut is_inside = false;
        for ring in &self.rings {
            let seen: Vec<[f64; 2]> = ring.iter().map(project).collect();
            for (from, to) in seen.iter().zip(seen.iter().cycle().skip(1)) {
                let crosses = (from[1] > 0.0) != (to[1] > 0.0);
                if crosses && from[0] - from[1] * (to[0] - from[0]) / (to[1] - from[1]) > 0.0 {
                    is_inside = !is_inside;
                }
            }
        }
        is_inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn square(south: f64, west: f64, side: f64) -> Vec<[f64; 2]> {
        vec![[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]
    }

    #[test]
    fn known_distances() {
        let degree_m = EARTH_RADIUS_M.to_radians();
        let origin = Point::from_degrees(0.0, 0.0);
        assert!((origin.distance_m(Point::from_degrees(0.0, 1.0)) - degree_m).abs() < 1e-3);
        assert!((Point::from_degrees(60.0, 179.5).distance_m(Point::from_degrees(60.0, -179.5)) - 55_597.011).abs() < 0.01);
    }

    #[test]
    fn inside_outside_and_in_a_hole() {
        let polygon = Polygon::new(&[square(50.0, 10.0, 1.0), square(50.4, 10.4, 0.2)]).unwrap();
        let inside = |latitude, longitude| polygon.contains(Point::from_degrees(latitude, longitude));
        assert!(inside(50.1, 10.1) && inside(50.9, 10.9) && inside(50.5, 10.3));
        assert!(!inside(50.5, 10.5) && !inside(49.9, 10.5) && !inside(50.5, 11.1) && !inside(-50.5, -169.5));
    }

    #[test]
    fn polygons_cross_the_date_line_and_hold_a_pole() {
        let across = Polygon::new(&[vec![[179.0, 10.0], [-179.0, 10.0], [-179.0, 11.0], [179.0, 11.0]]]).unwrap();
        assert!(across.contains(Point::from_degrees(10.5, 180.0)) && across.contains(Point::from_degrees(10.5, -179.5)));
        assert!(!across.contains(Point::from_degrees(10.5, 0.0)) && !across.contains(Point::from_degrees(10.5, 178.5)));
        let around = Polygon::new(&[vec![[0.0, 85.0], [90.0, 85.0], [180.0, 85.0], [-90.0, 85.0]]]).unwrap();
        assert!(around.contains(Point::from_degrees(90.0, 0.0)) && around.contains(Point::from_degrees(87.0, 45.0)));
        assert!(!around.contains(Point::from_degrees(84.0, 45.0)));
    }

    #[test]
    fn what_is_no_polygon_is_none() {
        assert!(Polygon::new(&[]).is_none());
        assert!(Polygon::new(&[vec![[0.0, 0.0], [1.0, 1.0]]]).is_none());
        assert!(Polygon::new(&[vec![[0.0, 0.0], [120.0, 0.0], [-120.0, 0.0]]]).is_none());
    }

    proptest! {
        /// Within a kilometre the sphere is flat, so the plane's rule for a triangle decides: the same side of all three sides.
        #[test]
        fn a_small_triangle_is_that_of_the_plane(
            latitude in -80.0..80.0f64, longitude in -180.0..180.0f64,
            corners in prop::array::uniform3((-0.005..0.005f64, -0.005..0.005f64)), point in (-0.006..0.006f64, -0.006..0.006f64),
        ) {
            let side = |a: (f64, f64), b: (f64, f64)| (b.0 - a.0) * (point.1 - a.1) - (b.1 - a.1) * (point.0 - a.0);
            let sides = [side(corners[0], corners[1]), side(corners[1], corners[2]), side(corners[2], corners[0])];
            // Near a side the two differ by rounding and curvature.
            prop_assume!(sides.iter().all(|side| side.abs() > 1e-8));
            let ring = corners.iter().map(|(east, north)| [longitude + east, latitude + north]).collect();
            let polygon = Polygon::new(&[ring]).unwrap();
            let expected = sides.iter().all(|side| *side > 0.0) || sides.iter().all(|side| *side < 0.0);
            prop_assert_eq!(polygon.contains(Point::from_degrees(latitude + point.1, longitude + point.0)), expected);
        }
    }
}
