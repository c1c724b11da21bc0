//! A zone in ED-269: one object with a list of volumes in `geometry`.

use serde_json::Value;

use super::members::{
    authority, code, codes, country, in_order, limit, metres_per_unit, needed_number, periods, position, restriction, rings, text,
};
use super::{Problem, Shape, Volume, Zone};

/// What a zone object says.
pub(super) fn zone(value: &Value) -> Result<Zone, Problem> {
    let volumes = value["geometry"].as_array().ok_or_else(|| ("geometry", "expected a list of volumes".to_owned()))?;
    let volumes = volumes.iter().map(volume).collect::<Result<Vec<_>, _>>()?;
    if volumes.is_empty() {
        return Err(("geometry", "the zone has no volume".into()));
    }
    Ok(Zone {
        identifier: code(value, "identifier", 100)?,
        country: country(value)?,
        name: text(&value["name"]),
        restriction: restriction("restriction", &value["restriction"])?,
        conditions: codes(&value["restrictionConditions"]).or_else(|| text(&value["message"])),
        reason: codes(&value["reason"]),
        authority: authority(value),
        volumes,
        periods: periods(&value["applicability"], "applicability")?,
    })
}

fn volume(value: &Value) -> Result<Volume, Problem> {
    let unit_m = metres_per_unit(&value["uomDimensions"])?;
    let lower = limit(&value["lowerLimit"], &value["lowerVerticalReference"], unit_m, "lowerLimit")?;
    let upper = limit(&value["upperLimit"], &value["upperVerticalReference"], unit_m, "upperLimit")?;
    in_order(lower, upper)?;
    let projection = &value["horizontalProjection"];
    let shape = match projection["type"].as_str() {
        Some("Circle") => {
            Shape::circle(position(&projection["center"])?, needed_number(&projection["radius"], "radius")? * unit_m)?
        }
        Some("Polygon") => Shape::polygon(rings(&projection["coordinates"])?)?,
        _ => return Err(("horizontalProjection", "expected the type Circle or Polygon".into())),
    };
    Ok(Volume { lower, upper, shape })
}
