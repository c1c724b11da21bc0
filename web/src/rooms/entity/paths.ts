// The address of an entity: `#/entity/<origin>/<dataset>/<id>`.

import type { EntityPath } from "../../api-types";
import { address, type Place } from "../../place.svelte";

export function entityAddress(path: EntityPath): string {
  return address("entity", path.origin, path.dataset, path.entity);
}

export function entityAt(place: Place): EntityPath | null {
  const [origin, dataset, entity] = place.parts;
  return origin && dataset && entity ? { origin, dataset, entity } : null;
}

export function same(one: EntityPath, other: EntityPath): boolean {
  return one.origin === other.origin && one.dataset === other.dataset && one.entity === other.entity;
}

export function nameOf(path: EntityPath): string {
  return `${path.origin}/${path.dataset}/${path.entity}`;
}
