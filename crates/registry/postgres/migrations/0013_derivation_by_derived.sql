CREATE INDEX derivation_by_derived ON derivation (derived);
