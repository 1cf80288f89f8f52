-- +goose Up

-- Two computers may add phones in the same place, or next steps for the same time. Which of them a card shows is decided by
-- their ids, so that it is the same one on every computer, and the one that the detail lists first.
DROP VIEW prospect_card_source;
CREATE VIEW prospect_card_source AS
SELECT
  p.n,
  p.id AS prospect_id,
  p.contact_id,
  p.owner_id,
  c.name,
  CASE WHEN c.name = '' THEN char(0x10FFFD) ELSE lower(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(c.name,
    'á', 'a'), 'é', 'e'), 'í', 'i'), 'ó', 'o'), 'ú', 'u'), 'ü', 'u'), 'ñ', 'n~'),
    'Á', 'a'), 'É', 'e'), 'Í', 'i'), 'Ó', 'o'), 'Ú', 'u'), 'Ü', 'u'), 'Ñ', 'n~'),
    'à', 'a'), 'è', 'e'), 'ò', 'o'), 'ä', 'a'), 'ö', 'o'), 'ç', 'c'),
    'â', 'a'), 'ê', 'e'), 'ã', 'a'), char(0x301), ''), char(0x308), ''), char(0x303), '~'))
  END AS name_key,
  coalesce((
    SELECT CASE WHEN h.e164 <> '' THEN h.e164 ELSE h.raw END
    FROM contact_phone h
    WHERE h.contact_id = p.contact_id
    AND h.deleted = 0
    ORDER BY h.e164 = '', h.position, h.id
    LIMIT 1), '') AS phone,
  p.stage_id,
  p.status,
  p.temperature,
  p.status NOT IN ('discarded', 'closed') AS is_open,
  p.source,
  p.form_id,
  p.form_name,
  p.campaign_name,
  p.lead_at,
  p.received_at,
  p.attended_at,
  coalesce(a.due_at, a.due_on) AS next_at,
  a.kind AS next_kind,
  a.id AS next_id,
  (
    SELECT max(d.done_at)
    FROM activity d
    WHERE d.prospect_id = p.id
    AND d.deleted = 0) AS last_activity_at
FROM prospect p
JOIN contact c ON c.id = p.contact_id
LEFT JOIN activity a ON a.id = (
  SELECT o.id
  FROM activity o
  WHERE o.prospect_id = p.id
  AND o.deleted = 0
  AND o.done_at IS NULL
  AND (o.due_at IS NOT NULL OR o.due_on IS NOT NULL)
  ORDER BY coalesce(o.due_at, o.due_on), o.id
  LIMIT 1)
WHERE p.deleted = 0;

UPDATE prospect_card
  SET (phone, next_at, next_kind, next_id) = (
    SELECT s.phone, s.next_at, s.next_kind, s.next_id
    FROM prospect_card_source s
    WHERE s.n = prospect_card.n)
  WHERE contact_id IN (SELECT contact_id FROM contact_phone WHERE deleted = 0 GROUP BY contact_id, position HAVING count(*) > 1)
  OR prospect_id IN (
    SELECT prospect_id
    FROM activity
    WHERE deleted = 0
    AND done_at IS NULL
    AND (due_at IS NOT NULL OR due_on IS NOT NULL)
    GROUP BY prospect_id, coalesce(due_at, due_on)
    HAVING count(*) > 1);

-- +goose Down
-- Migrations go forward only.
