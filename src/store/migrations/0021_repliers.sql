-- Who tapped a button.
CREATE INDEX button_reply_by_button ON button_reply(campaign_no, button, seq);
