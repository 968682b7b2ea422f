-- What the payment service told of payments.
CREATE TABLE IF NOT EXISTS {payments} (
  id VARCHAR(255) NOT NULL PRIMARY KEY,
  state VARCHAR(20) NOT NULL,
  changed_at BIGINT NOT NULL
) {options}
