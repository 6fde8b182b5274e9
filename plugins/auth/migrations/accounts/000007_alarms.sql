-- Sliding windows of the alarm rules, shared by all nodes. What is counted and what it is counted by are keyed digests:
-- no address, no handle and no identity stands here, and nothing stays longer than its window.
CREATE TABLE alarm_count (
  rule text NOT NULL,
  key bytea NOT NULL,
  -- What differs (an account, a network), or the part of the window in which events are summed.
  item bytea NOT NULL,
  count integer NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (rule, key, item)
);
CREATE INDEX alarm_count_expiry ON alarm_count (expires_at);

-- Alarms that were raised: the next of the same rule and key waits until then.
CREATE TABLE alarm_raised (
  rule text NOT NULL,
  key bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (rule, key)
);
CREATE INDEX alarm_raised_expiry ON alarm_raised (expires_at);
