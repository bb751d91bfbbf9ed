-- What the work list reads is ours to do: with that in the index, the numbers on the tiles are counted without a row being read.

DROP INDEX obligations_by_area;
CREATE INDEX obligations_by_area ON obligations (area, last_at, id) WHERE state = 'open' AND owner = 'cps';
DROP INDEX obligations_by_half;
CREATE INDEX obligations_by_half ON obligations (area, half_at, last_at, id) WHERE state = 'open' AND owner = 'cps';
DROP INDEX obligations_waiting;
CREATE INDEX obligations_waiting ON obligations (area, last_at) WHERE state = 'open' AND owner = 'cps' AND waiting_for IS NOT NULL;
DROP INDEX obligations_by_vlo;
CREATE INDEX obligations_by_vlo ON obligations (vlo, last_at, id, area, half_at, waiting_for) WHERE state = 'open' AND owner = 'cps';
