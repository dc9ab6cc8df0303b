-- One row a category, kept beside purchases so that a prediction never scans the history.
CREATE TABLE last_purchases (
  category_id text PRIMARY KEY,
  last_purchased_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO last_purchases (category_id, last_purchased_at)
SELECT category_id, max(purchased_at) FROM purchases GROUP BY category_id;
