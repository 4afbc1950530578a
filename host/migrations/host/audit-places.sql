-- The audit tells school and task apart from the rest, and on whose behalf; `chain`: how `hash` is worked out.
ALTER TABLE audit ADD COLUMN behalf TEXT;
ALTER TABLE audit ADD COLUMN school TEXT;
ALTER TABLE audit ADD COLUMN task TEXT;
ALTER TABLE audit ADD COLUMN chain INTEGER NOT NULL DEFAULT 1;
CREATE INDEX audit_school ON audit (school, number) WHERE school IS NOT NULL;
