-- Found however many there are: whom an adviser supports, for each message that they write, and the duties that an event raised,
-- for each message in a victim's file.
CREATE INDEX consents_by_adviser ON consents (adviser_id);
CREATE INDEX obligations_by_event ON obligations (event_id);
