-- The signed head of the contact log, and who seals it: the name of the one folder that its tiles are published in.
ALTER TABLE log_tree ADD COLUMN note BYTEA;
ALTER TABLE log_tree ADD COLUMN sealer TEXT;
