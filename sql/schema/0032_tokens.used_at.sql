-- The last hour (as unix time) in which the tally found a response with bytes of its file; 0 if there is none yet. The log
-- tells of later ones.
ALTER TABLE {tokens} ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0
