/* Messages without a template: text, media, and both with a button. */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "wa/free.h"

static void put_medium(struct json_writer *w, const struct message_content *c, bool with_caption)
{
	json_open_object(w, c->type);
	if (c->media_id)
		json_put_text(w, "id", c->media_id);
	else
		json_put_text(w, "link", c->url);
	if (with_caption && *c->text)
		json_put_text(w, "caption", c->text);
	if (c->filename && strcmp(c->type, "document") == 0)
		json_put_text(w, "filename", c->filename);
	json_close_object(w);
}

static void put_reply_button(struct json_writer *w, const struct message_content *c)
{
	json_open_object(w, "action");
	json_open_array(w, "buttons");
	json_open_object(w, NULL);
	json_put_text(w, "type", "reply");
	json_open_object(w, "reply");
	json_put_text(w, "id", c->payload && *c->payload ? c->payload : c->button_text);
	json_put_text(w, "title", c->button_text);
	json_close_object(w);
	json_close_object(w);
	json_close_array(w);
	json_close_object(w);
}

static void put_link_button(struct json_writer *w, const struct message_content *c)
{
	json_open_object(w, "action");
	json_put_text(w, "name", "cta_url");
	json_open_object(w, "parameters");
	json_put_text(w, "display_text", c->button_text);
	json_put_text(w, "url", c->button_value);
	json_close_object(w);
	json_close_object(w);
}

static void put_interactive(struct json_writer *w, const struct message_content *c, bool has_medium)
{
	bool link = text_equal_nocase(c->button_type, "LINK");
	json_put_text(w, "type", "interactive");
	json_open_object(w, "interactive");
	json_put_text(w, "type", link ? "cta_url" : "button");
	if (has_medium) {
		json_open_object(w, "header");
		json_put_text(w, "type", c->type);
		put_medium(w, c, false);
		json_close_object(w);
	}
	json_open_object(w, "body");
	json_put_text(w, "text", c->text);
	json_close_object(w);
	if (link)
		put_link_button(w, c);
	else
		put_reply_button(w, c);
	json_close_object(w);
}

static void put_text(struct json_writer *w, const struct message_content *c)
{
	json_put_text(w, "type", "text");
	json_open_object(w, "text");
	json_put_text(w, "body", c->text);
	json_close_object(w);
}

int wa_free_encode(const struct message_content *c, const char *number, const struct wa_key *key, struct buf *out)
{
	char opaque[WA_KEY_BYTES], to[NUMBER_BYTES + 1] = "+";
	bool has_medium = c->media_id || c->url;
	struct json_writer w;
	strncat(to, number, NUMBER_BYTES - 1);
	wa_key_format(key, opaque);
	json_begin(&w, out);
	json_open_object(&w, NULL);
	json_put_text(&w, "messaging_product", "whatsapp");
	json_put_text(&w, "recipient_type", "individual");
	json_put_text(&w, "to", to);
	if (c->button_type) {
		put_interactive(&w, c, has_medium);
	} else if (has_medium) {
		json_put_text(&w, "type", c->type);
		put_medium(&w, c, true);
	} else {
		put_text(&w, c);
	}
	json_put_text(&w, "biz_opaque_callback_data", opaque);
	json_close_object(&w);
	return out->overflow ? -1 : 0;
}
