-- What is kept only for a time: a run whose requests were dropped still says how many there were, and when its details
-- went.
ALTER TABLE run ADD COLUMN reading INTEGER;
ALTER TABLE run ADD COLUMN writing INTEGER;
ALTER TABLE run ADD COLUMN dropped INTEGER;
