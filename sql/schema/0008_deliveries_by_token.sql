CREATE INDEX {if_absent} {deliveries_by_token} ON {deliveries} (token_id, ended_at)
