//! Heights of an aircraft against the limits of a zone, whatever either is measured from.
//!
//! Three references occur: the ground (AGL), mean sea level (AMSL) and the WGS 84 ellipsoid. They differ by the height of the ground above the sea and
//! that of the sea above the ellipsoid (the geoid's), which an asset's list may give for its site. A site is small, so one value of each is taken for
//! all of its zone; on a slope that is wrong by the slope. Pressure altitude is no height and is not used.

/// What is known of an aircraft's height, in metres.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Heights {
    pub(super) above_ground_m: Option<f64>,
    pub(super) above_takeoff_m: Option<f64>,
    pub(super) amsl_m: Option<f64>,
    pub(super) ellipsoid_m: Option<f64>,
}

/// What is known of a site, in metres.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Site {
    pub(super) ground_amsl_m: Option<f64>,
    pub(super) geoid_height_m: Option<f64>,
}

/// A vertical limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limit {
    pub(super) metres: f64,
    pub(super) reference: Reference,
}

/// What a limit is measured from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reference {
    Ground,
    SeaLevel,
    Ellipsoid,
}

impl Reference {
    /// By the code the zones' table has.
    pub(super) fn from_code(code: &str) -> Option<Self> {
        match code {
            "AGL" => Some(Self::Ground),
            "AMSL" => Some(Self::SeaLevel),
            "WGS84" => Some(Self::Ellipsoid),
            _ => None,
        }
    }
}

/// How well it is known that a height lies between two limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Known {
    /// Both limits could be compared.
    Exactly,
    /// The height above the place of take-off stood in for that above the ground.
    Roughly,
    /// A limit could not be compared.
    No,
}

impl Known {
    /// The code in the kernel's output.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Exactly => "exactly",
            Self::Roughly => "roughly",
            Self::No => "no",
        }
    }
}

impl Heights {
    fn amsl(&self, site: Site) -> Option<f64> {
        let from_ellipsoid = || Some(self.ellipsoid_m? - site.geoid_height_m?);
        let from_ground = || Some(self.above_ground_m? + site.ground_amsl_m?);
        self.amsl_m.or_else(from_ellipsoid).or_else(from_ground)
    }

    /// The height above the ground, and whether it is only a rough one.
    pub(super) fn above_ground(&self, site: Site) -> Option<(f64, bool)> {
        let from_sea_level = || Some(self.amsl(site)? - site.ground_amsl_m?);
        let exactly = self.above_ground_m.or_else(from_sea_level).map(|height| (height, false));
        exactly.or(self.above_takeoff_m.map(|height| (height, true)))
    }

    fn measured_from(&self, reference: Reference, site: Site) -> Option<(f64, bool)> {
        match reference {
            Reference::Ground => self.above_ground(site),
            Reference::SeaLevel => self.amsl(site).map(|height| (height, false)),
            Reference::Ellipsoid => {
                let from_sea_level = || Some(self.amsl(site)? + site.geoid_height_m?);
                self.ellipsoid_m.or_else(from_sea_level).map(|height| (height, false))
            }
        }
    }

    /// Whether the aircraft is between the limits; `None` where it is not. A limit that cannot be compared lets it in, and says so.
    pub(super) fn between(&self, lower: Option<Limit>, upper: Option<Limit>, site: Site) -> Option<Known> {
        let mut known = Known::Exactly;
        for (limit, is_lower) in [(lower, true), (upper, false)] {
            let Some(limit) = limit else { continue };
            if is_lower && limit.reference == Reference::Ground && limit.metres <= 0.0 {
                continue;
            }
            match self.measured_from(limit.reference, site) {
                Some((height, _)) if (is_lower && height < limit.metres) || (!is_lower && height > limit.metres) => return None,
                Some((_, is_rough)) => known = known.max(if is_rough { Known::Roughly } else { Known::Exactly }),
                None => known = Known::No,
            }
        }
        Some(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SITE: Site = Site { ground_amsl_m: Some(110.0), geoid_height_m: Some(31.5) };
    const UP_TO_120: Option<Limit> = Some(Limit { metres: 120.0, reference: Reference::Ground });
    const FROM_GROUND: Option<Limit> = Some(Limit { metres: 0.0, reference: Reference::Ground });

    #[test]
    fn references_are_converted_with_the_sites_ground_and_geoid() {
        // 261.4 m above the ellipsoid are 229.9 m above the sea and 119.9 m above the ground.
        let just_in = Heights { ellipsoid_m: Some(261.4), ..Heights::default() };
        let just_out = Heights { ellipsoid_m: Some(261.6), ..Heights::default() };
        assert_eq!(just_in.between(FROM_GROUND, UP_TO_120, SITE), Some(Known::Exactly));
        assert_eq!(just_out.between(FROM_GROUND, UP_TO_120, SITE), None);
        let up_to_sea = Some(Limit { metres: 229.95, reference: Reference::SeaLevel });
        assert_eq!(just_in.between(FROM_GROUND, up_to_sea, SITE), Some(Known::Exactly));
        let over_ground = Heights { above_ground_m: Some(119.9), ..Heights::default() };
        assert_eq!(over_ground.between(FROM_GROUND, up_to_sea, SITE), Some(Known::Exactly));
        let from_ellipsoid = Some(Limit { metres: 261.45, reference: Reference::Ellipsoid });
        assert_eq!(over_ground.between(from_ellipsoid, None, SITE), None);
    }

    #[test]
    fn what_cannot_be_compared_is_let_in_and_said() {
        let nowhere = Site::default();
        let ellipsoid = Heights { ellipsoid_m: Some(9_000.0), ..Heights::default() };
        assert_eq!(ellipsoid.between(FROM_GROUND, UP_TO_120, nowhere), Some(Known::No));
        assert_eq!(Heights::default().between(FROM_GROUND, None, nowhere), Some(Known::Exactly));
        let takeoff = Heights { above_takeoff_m: Some(40.0), ..Heights::default() };
        assert_eq!(takeoff.between(FROM_GROUND, UP_TO_120, nowhere), Some(Known::Roughly));
        assert_eq!(Heights { above_takeoff_m: Some(130.0), ..takeoff }.between(FROM_GROUND, UP_TO_120, nowhere), None);
    }

    proptest! {
        #[test]
        fn with_a_known_site_all_references_agree(
            height in -50.0..500.0f64, ground in -10.0..3_000.0f64, geoid in -100.0..80.0f64, limit in 0.5..400.0f64,
        ) {
            prop_assume!((height - limit).abs() > 1e-6);
            let site = Site { ground_amsl_m: Some(ground), geoid_height_m: Some(geoid) };
            let measured = [
                Heights { above_ground_m: Some(height), ..Heights::default() },
                Heights { amsl_m: Some(height + ground), ..Heights::default() },
                Heights { ellipsoid_m: Some(height + ground + geoid), ..Heights::default() },
            ];
            let limits = [
                Limit { metres: limit, reference: Reference::Ground },
                Limit { metres: limit + ground, reference: Reference::SeaLevel },
                Limit { metres: limit + ground + geoid, reference: Reference::Ellipsoid },
            ];
            for heights in measured {
                for limit_there in limits {
                    prop_assert_eq!(heights.between(None, Some(limit_there), site).is_some(), height < limit);
                    prop_assert_eq!(heights.between(Some(limit_there), None, site).is_some(), height > limit);
                }
            }
        }
    }
}
