-- The duties that an event raised are found however many there are, for each message in a victim's file.
CREATE INDEX obligations_by_event ON obligations (event_id);
