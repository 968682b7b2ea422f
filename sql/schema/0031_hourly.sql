-- What the statistics remember of an hour (unix time / 3600) that is over, when the log has forgotten it. event is how a
-- download fared, or the word of the error table for which requests were refused. About nobody in particular.
CREATE TABLE IF NOT EXISTS {hourly} (
  hour BIGINT NOT NULL,
  policy VARCHAR(64) NOT NULL,
  platform VARCHAR(255) NOT NULL,
  event VARCHAR(40) NOT NULL,
  times BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  PRIMARY KEY (hour, policy, platform, event)
) {options}
