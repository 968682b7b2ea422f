CREATE INDEX {if_absent} {mails_by_failure} ON {mails} (failed_at)
