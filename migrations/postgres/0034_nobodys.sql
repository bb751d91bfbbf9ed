-- What nobody has yet, by its Area: an officer's page is not to walk through what waits in the other thirteen.

CREATE INDEX obligations_nobodys ON obligations (area, last_at, id, half_at, waiting_for)
    WHERE state = 'open' AND owner = 'cps' AND vlo = '';
