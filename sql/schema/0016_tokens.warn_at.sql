-- When the holder is to be warned that the link will expire; NULL if never, or once that is done. Tokens from before this
-- column have no policy that warns.
ALTER TABLE {tokens} ADD COLUMN warn_at BIGINT
