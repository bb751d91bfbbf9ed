-- What the tiles count and the page of what is at risk lists is found in an index of its own, however much else is open.

-- When half of a duty's time is gone; the end of time for a duty without an end.
ALTER TABLE obligations ADD COLUMN half_at BIGINT GENERATED ALWAYS AS
    (CASE WHEN last_at = 9223372036854775807 THEN last_at ELSE last_at - (last_at - created_at) / 2 END) STORED;
CREATE INDEX obligations_by_area ON obligations (area, last_at) WHERE state = 'open';
CREATE INDEX obligations_by_half ON obligations (area, half_at, last_at, id) WHERE state = 'open';
DROP INDEX obligations_waiting;
CREATE INDEX obligations_waiting ON obligations (area, last_at) WHERE state = 'open' AND waiting_for IS NOT NULL;
-- Of those whom nobody has yet, an officer sees the ones of an Area.
DROP INDEX obligations_by_vlo;
CREATE INDEX obligations_by_vlo ON obligations (vlo, last_at, id, area) WHERE state = 'open';
