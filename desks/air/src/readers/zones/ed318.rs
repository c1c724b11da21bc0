//! A zone in ED-318: a GeoJSON feature whose geometry, or each geometry of its collection, has a vertical `layer`; a point with an `extent` is a
//! circle, whose radius is in metres.

use serde_json::Value;

use super::members::{
    authority, code, codes, country, in_order, limit, metres_per_unit, needed_number, periods, position, restriction, rings, text,
};
use super::{Problem, Shape, Volume, Zone};

/// What a feature says.
pub(super) fn zone(value: &Value) -> Result<Zone, Problem> {
    let (properties, geometry) = (&value["properties"], &value["geometry"]);
    let single = std::slice::from_ref(geometry);
    let geometries = match geometry["type"].as_str() {
        Some("GeometryCollection") => geometry["geometries"].as_array().map_or(&[][..], Vec::as_slice),
        _ => single,
    };
    let volumes = geometries.iter().map(volume).collect::<Result<Vec<_>, _>>()?;
    if volumes.is_empty() {
        return Err(("geometry", "the zone has no volume".into()));
    }
    Ok(Zone {
        identifier: code(properties, "identifier", 100)?,
        country: country(properties)?,
        name: text(&properties["name"]),
        restriction: restriction("type", &properties["type"])?,
        conditions: codes(&properties["restrictionConditions"]),
        reason: codes(&properties["reason"]),
        authority: authority(properties),
        volumes,
        periods: periods(&properties["limitedApplicability"], "limitedApplicability")?,
    })
}

fn volume(geometry: &Value) -> Result<Volume, Problem> {
    let layer = &geometry["layer"];
    let unit_m = metres_per_unit(&layer["uom"])?;
    let lower = limit(&layer["lower"], &layer["lowerReference"], unit_m, "lower")?;
    let upper = limit(&layer["upper"], &layer["upperReference"], unit_m, "upper")?;
    in_order(lower, upper)?;
    let shape = match geometry["type"].as_str() {
        Some("Point") if geometry["extent"]["subType"].as_str() == Some("Circle") => {
            Shape::circle(position(&geometry["coordinates"])?, needed_number(&geometry["extent"]["radius"], "radius")?)?
        }
        Some("Polygon") => Shape::polygon(rings(&geometry["coordinates"])?)?,
        _ => return Err(("geometry", "expected a Polygon, or a Point with an extent of subType Circle".into())),
    };
    Ok(Volume { lower, upper, shape })
}
