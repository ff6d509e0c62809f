-- What the database keeps of itself.

-- name: setting_read
SELECT value FROM setting WHERE name = $1;

-- name: setting_write
INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING;
