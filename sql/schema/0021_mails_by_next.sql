CREATE INDEX {if_absent} {mails_by_next} ON {mails} (next_at)
