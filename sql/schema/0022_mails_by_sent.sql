CREATE INDEX {if_absent} {mails_by_sent} ON {mails} (sent_at)
