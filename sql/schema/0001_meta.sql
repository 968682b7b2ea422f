-- What the database says about itself: the schema's major version and the migrations that ran.
CREATE TABLE IF NOT EXISTS {meta} (
  name VARCHAR(100) NOT NULL PRIMARY KEY,
  value VARCHAR(1000) NOT NULL
) {options}
