-- 1 if a delivery made its claim complete, or, without a limit, carried the whole file.
ALTER TABLE {deliveries} ADD COLUMN completed BIGINT NOT NULL DEFAULT 0
