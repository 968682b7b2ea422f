-- When a token next needs settling if nobody asks for it until then: a dead delivery, or a claim that is given back. 0: unknown.
ALTER TABLE {tokens} ADD COLUMN tidy_at BIGINT NOT NULL DEFAULT 0
