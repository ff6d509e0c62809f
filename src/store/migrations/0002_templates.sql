-- Rich templates: components, what Meta says of them.
-- params: model/template.h. unsupported: why none can be sent though Meta approved it. editing: the content is to be submitted as an
-- edit; before_edit: what it was (JSON), for when Meta refuses; edit_ms: the last edit that Meta took. refetch: the components
-- at Meta are to be read. sync_ms: when a list of Meta's last had it.
ALTER TABLE template ADD COLUMN url TEXT;
ALTER TABLE template ADD COLUMN media_id TEXT;
ALTER TABLE template ADD COLUMN filename TEXT;
ALTER TABLE template ADD COLUMN components TEXT;
ALTER TABLE template ADD COLUMN params BIGINT NOT NULL DEFAULT 0;
ALTER TABLE template ADD COLUMN unsupported TEXT;
ALTER TABLE template ADD COLUMN correct_category TEXT;
ALTER TABLE template ADD COLUMN previous_category TEXT;
ALTER TABLE template ADD COLUMN editing BIGINT NOT NULL DEFAULT 0;
ALTER TABLE template ADD COLUMN before_edit TEXT;
ALTER TABLE template ADD COLUMN edit_ms BIGINT;
ALTER TABLE template ADD COLUMN refetch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE template ADD COLUMN sync_ms BIGINT;
DROP VIEW template_seen;
CREATE VIEW template_seen AS
SELECT no, account_no, name, text, type, status, category, sender_code, waba_id, language, button_type, button_text,
  button_value, meta_name, meta_id, meta_status, reason, quality, create_ms, update_ms, sender_no, tries, deleted_ms, errand_ms,
  url, media_id, filename, components, params, unsupported, correct_category, previous_category, editing, before_edit, edit_ms,
  refetch
FROM template;
