/* What a single message refers to: sender, numbers, template, the hours in which it needs none. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "sql/sql.h"
#include "statements.h"
#include "store/inbox.h"
#include "store/media.h"
#include "store/one.h"
#include "store/optouts.h"
#include "store/singles_draft.h"
#include "store/templates.h"

#define MAX_FIELDS_BYTES 65536

int draft_judge_blocked(struct store_tx *tx, const struct single_draft *d, struct faults *faults)
{
	for (int i = 0; i < d->to->n; i++) {
		char field[16];
		bool out;
		if (optout_has(tx, d->account_no, d->to->digits[i], &out) < 0)
			return -1;
		if (out)
			fault_add(faults, FAULT_NUMBER_BLOCKED, message_to_field(d->to, i, field),
			          " is a number that asked not to be written to");
	}
	return 0;
}

/* Without a template only those may be written to who wrote within 24 hours, and until these are over. */
static int judge_window(struct store_tx *tx, struct single_draft *d, struct faults *faults)
{
	for (int i = 0; i < d->to->n; i++) {
		char field[16];
		int64_t at = 0;
		int got = one_find(tx, STMT_WINDOW_OPENED, SQL_ARGS(sql_int(d->sender.no), sql_text(d->to->digits[i])), &at);
		if (got < 0)
			return -1;
		d->expire_ms[i] = at + SINGLE_WINDOW_MS;
		if (d->expire_ms[i] <= d->now)
			fault_add(faults, FAULT_MESSAGE_WINDOW, message_to_field(d->to, i, field),
			          " has not written to this sender within the last 24 hours: only a template can be sent");
	}
	return 0;
}

int draft_keys(const struct template_form *form, const char *ret[TEMPLATE_MAX_PARTS])
{
	size_t n = template_form_keys(form, ret, TEMPLATE_MAX_PARTS);
	return n < TEMPLATE_MAX_PARTS ? (int)n : TEMPLATE_MAX_PARTS;
}

const char *draft_fields(const char *const *key, const char *const *value, int n, struct arena *arena)
{
	buf_auto struct buf out;
	struct json_writer w;
	buf_init(&out, MAX_FIELDS_BYTES);
	json_begin(&w, &out);
	json_open_object(&w, NULL);
	for (int i = 0; i < n; i++)
		json_put_text(&w, key[i], value[i] ? value[i] : "");
	json_close_object(&w);
	return out.overflow ? NULL : arena_strdup(arena, buf_text(&out));
}

static void judge_values(const struct template_form *form, struct single_draft *d, const struct message_request *req,
                         struct arena *arena, struct faults *faults)
{
	const char *key[TEMPLATE_MAX_PARTS];
	int n = draft_keys(form, key);
	if (req->n_variables > n) {
		fault_add(faults, FAULT_MESSAGE_VARIABLES, "variables", " has %d values; the template has %d placeholders",
		          req->n_variables, n);
		return;
	}
	d->fields = draft_fields(key, req->variable, req->n_variables, arena);
	const struct contact contact = {.number = "", .fields = d->fields, .fields_only = true};
	enum skip_rule rule = template_form_check(form, &contact, arena);
	if (rule == RULE_EMPTY_PLACEHOLDER)
		fault_add(faults, FAULT_MESSAGE_VARIABLES, "variables",
		          " must have a value for each of the template's %d placeholders, or a fallback must stand there", n);
	else if (rule == RULE_INVALID_VALUE)
		fault_add(faults, FAULT_MESSAGE_VARIABLES, "variables",
		          " have a value that does not fit its place in the template: a code, a time or a coordinate");
	else if (rule != RULE_NONE)
		fault_add(faults, FAULT_MESSAGE_TEXT_LONG, "variables", " make the text longer than WhatsApp's %d characters",
		          TEMPLATE_BODY_MAX);
}

int draft_judge_template(struct store_tx *tx, struct single_draft *d, int64_t template_no, struct template_form *form,
                         struct arena *arena, struct faults *faults)
{
	struct template tpl;
	struct err err;
	int got = template_read(tx, d->account_no, template_no, arena, &tpl);
	if (got < 0)
		return -1;
	if (got > 0)
		fault_add(faults, FAULT_MESSAGE_TEMPLATE_UNKNOWN, "template", " does not exist");
	else if (tpl.status != TEMPLATE_COMPLETED)
		fault_add(faults, FAULT_MESSAGE_TEMPLATE_UNKNOWN, "template",
		          " is not COMPLETED: only a template approved by WhatsApp can be sent");
	else if (d->sender.no && strcmp(tpl.waba_id, d->sender.waba_id) != 0)
		fault_add(faults, FAULT_MESSAGE_TEMPLATE_UNKNOWN, "template",
		          " belongs to another WhatsApp Business Account than the sender");
	else if (template_form_open(tx, &tpl, arena, form, &err) < 0)
		return -1;
	else
		d->template_no = template_no;
	d->content.type = got == 0 ? tpl.type : "text";
	return 0;
}

static int use_template(struct store_tx *tx, struct single_draft *d, const struct message_request *req, struct arena *arena,
                        struct faults *faults)
{
	struct template_form *form = arena_alloc(arena, sizeof(*form));
	int64_t no;
	if (!pubid_open(tx->ids, PUBID_TEMPLATE, &req->template_uuid, &no, NULL))
		no = -1;
	if (draft_judge_template(tx, d, no, form, arena, faults) < 0)
		return -1;
	if (d->template_no && !faults_on(faults, "variables"))
		judge_values(form, d, req, arena, faults);
	for (int i = 0; i < d->to->n; i++)
		d->expire_ms[i] = d->now + SINGLE_LIFE_MS;
	return 0;
}

static void use_content(struct single_draft *d, const struct message_request *req)
{
	d->fields = "";
	d->content = (struct message_content){
		.type = req->type ? req->type : "text",
		.text = req->text ? req->text : "",
		.url = req->url,
		.filename = req->filename,
		.button_type = req->button_type,
		.button_text = req->button_text,
		.button_value = req->button_value,
		.payload = req->payload,
	};
}

/* Of the kind that `type` says; documents get the ending that tells a phone what opens them. */
static int use_medium(struct store_tx *tx, struct single_draft *d, const struct message_request *req, struct arena *arena,
                      struct faults *faults)
{
	static const enum fault_code codes[] = {
		[MEDIA_IMAGE] = FAULT_MEDIA_IMAGE, [MEDIA_VIDEO] = FAULT_MEDIA_VIDEO, [MEDIA_DOCUMENT] = FAULT_MEDIA_DOCUMENT};
	struct medium medium;
	enum media_kind kind;
	int64_t no;
	int got = pubid_open(tx->ids, PUBID_MEDIA, &req->media_uuid, &no, NULL)
	                  ? media_read(tx, d->account_no, no, arena, &medium)
	                  : 1;
	if (got < 0 || !media_kind_parse(d->content.type, &kind))
		return -1;
	if (got > 0) {
		fault_add(faults, FAULT_TEMPLATE_MEDIA_REQUIRED, "media_id", " does not exist");
	} else if (medium.kind != kind) {
		fault_add(faults, codes[kind], "media_id", " is not of the type %s", d->content.type);
	} else {
		const struct media_type *type = media_type_find(medium.mime_type);
		d->media_no = no;
		if (d->content.filename && type)
			d->content.filename = arena_printf(arena, "%s.%s", d->content.filename, type->extension);
	}
	return 0;
}

static int find_sender(struct store_tx *tx, struct single_draft *d, const char *name, struct arena *arena, struct faults *faults)
{
	int got = sender_by_name(tx, d->account_no, name, arena, &d->sender);
	if (got > 0) {
		d->sender.no = 0;
		fault_add(faults, FAULT_MESSAGE_FROM_UNKNOWN, "from", " is not the name of a WhatsApp sender of this account");
	}
	return got < 0 ? -1 : 0;
}

int single_create(struct store_tx *tx, int64_t account_no, const struct message_request *req, msec_t now, struct arena *arena,
                  struct faults *faults, struct single_made *ret)
{
	struct single_draft *d = arena_alloc(arena, sizeof(*d));
	*d = (struct single_draft){.account_no = account_no, .now = now, .to = &req->numbers};
	if (!faults_on(faults, "from") && find_sender(tx, d, req->from, arena, faults) < 0)
		return -1;
	if (draft_judge_blocked(tx, d, faults) < 0)
		return -1;
	use_content(d, req);
	if (req->media_id && !faults_on(faults, "media_id") && !faults_on(faults, "type") &&
	    use_medium(tx, d, req, arena, faults) < 0)
		return -1;
	if (req->template_id) {
		if (!faults_on(faults, "template") && use_template(tx, d, req, arena, faults) < 0)
			return -1;
		d->content.payload = req->payload;
	} else if (d->sender.no && judge_window(tx, d, faults) < 0) {
		return -1;
	}
	return faults_any(faults) ? 1 : draft_put(tx, d, ret);
}
