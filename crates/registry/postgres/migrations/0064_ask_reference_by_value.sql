CREATE INDEX ask_reference_by_value ON ask_reference (partner, purpose, kind, LEFT(value, 255));
