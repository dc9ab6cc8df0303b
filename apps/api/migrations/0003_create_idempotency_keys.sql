CREATE TABLE idempotency_keys (
  key text PRIMARY KEY CHECK (char_length(key) BETWEEN 1 AND 128),
  request_hash text NOT NULL,
  purchase_id bigint REFERENCES purchases (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);
