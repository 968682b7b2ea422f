CREATE INDEX {if_absent} {deliveries_by_end} ON {deliveries} (ended_at)
