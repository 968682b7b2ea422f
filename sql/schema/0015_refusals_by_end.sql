CREATE INDEX {if_absent} {refusals_by_end} ON {refusals} (last_at)
