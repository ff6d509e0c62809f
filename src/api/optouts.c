/* Numbers that are never to be written to. */
#include "store/optouts.h"

#include <string.h>

#include "api/call.h"
#include "base/text.h"
#include "model/number.h"

#define TEXT_MAX 1000

struct optout_request {
	const char *number, *text;
	char digits[NUMBER_BYTES];
};

static const struct field fields[] = {
	FIELD(optout_request, number, FIELD_TEXT, FAULT_OPTOUT_NUMBER_INVALID),
	FIELD(optout_request, text, FIELD_TEXT, FAULT_OPTOUT_TEXT),
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

/* ---- answers ---- */

static void put_optout(struct api_call *call, const struct optout *o)
{
	struct json_writer *w = &call->json;
	put_head(call, PUBID_OPTOUT, o->no, 0);
	json_put_text(w, "number", o->number);
	json_put_text(w, "source", o->source);
	json_put_text(w, "text", *o->text ? o->text : NULL);
	json_put_time(w, "create_date", o->at_ms);
}

static void answer_optout(struct api_call *call, const struct optout *o)
{
	call_begin_answer(call);
	put_optout(call, o);
	put_links_open(call);
	put_link(call, "self", "/v1/optouts/%s", id_text(call, PUBID_OPTOUT, o->no, 0));
	put_links_close(call);
	call_end_answer(call);
}

/* ---- reading ---- */

/* The opt-out that the path names by its id or its number: 0, 1 with the fault. */
static int find(struct store_tx *tx, struct api_call *call, struct optout *ret)
{
	char digits[NUMBER_BYTES];
	const char *last = strrchr(http_path(call->req), '/') + 1;
	int got;
	if (call->id[0] == 0 && number_parse(last, strlen(last), digits) == NUMBER_OK)
		got = optout_of_number(tx, call->key.account_no, digits, call->arena, ret);
	else
		got = optout_read(tx, call->key.account_no, call->id[0], call->arena, ret);
	return got == 1 ? call_unknown(call) : got;
}

static int read_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct optout o;
	int got = find(tx, call, &o);
	if (got == 0)
		answer_optout(call, &o);
	return got;
}

void optouts_read(struct api_call *call)
{
	call_read(call, read_run);
}

struct list_request {
	struct page page;
	struct optout_filter filter;
};

static int list_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct list_request *req = call->state;
	struct optout *item = arena_array(call->arena, (size_t)req->page.size, sizeof(*item));
	int n;
	if (optout_list(tx, call->key.account_no, &req->filter, &req->page, call->arena, item, &n) < 0)
		return -1;
	call_begin_list(call);
	for (int i = 0; i < n; i++) {
		json_open_object(&call->json, NULL);
		put_optout(call, &item[i]);
		json_close_object(&call->json);
	}
	call_end_list(call, &req->page, n);
	return 0;
}

/* The values without blanks and in lower case, as the store compares them; NULL without the filter. */
static const char *source_words(struct api_call *call)
{
	const char *rest = call_filter(call, "source"), *value;
	char *list = rest ? arena_strdup(call->arena, "") : NULL;
	while (rest && (value = call_next_value(call, &rest)))
		list = arena_printf(call->arena, "%s%s%s", list, *list ? "," : "", value);
	for (char *p = list; p && *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	return list;
}

void optouts_list(struct api_call *call)
{
	struct list_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	req->filter = (struct optout_filter){.search = call_filter_dialed(call, "search"), .sources = source_words(call)};
	if (call_page(call, &req->page))
		call_read(call, list_run);
}

/* ---- adding and taking away ---- */

static void judge(struct optout_request *req, struct faults *faults)
{
	size_t n = req->number ? strlen(req->number) : 0;
	if (n == 0)
		fault_add(faults, FAULT_OPTOUT_NUMBER_REQUIRED, "number", " is required");
	else if (utf8_length(req->number, n) > NUMBER_MAX_TEXT)
		fault_add(faults, FAULT_OPTOUT_NUMBER_LONG, "number", " must be at most %d characters long", NUMBER_MAX_TEXT);
	else if (number_parse(req->number, n, req->digits) != NUMBER_OK)
		fault_add(faults, FAULT_OPTOUT_NUMBER_INVALID, "number",
		          " must be a valid phone number: digits with the country code, one '+' before them at most");
	if (req->text && (utf8_length(req->text, strlen(req->text)) > TEXT_MAX || text_has_control(req->text, strlen(req->text))))
		fault_add(faults, FAULT_OPTOUT_TEXT, "text", " must be at most %d characters, without control characters",
		          TEXT_MAX);
}

static int create_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	const struct optout_request *req = call->state;
	struct optout o;
	int got = optout_of_number(tx, call->key.account_no, req->digits, call->arena, &o);
	call->status = got == 0 ? 200 : 201; /* the number is out already: what stands is answered as it is */
	if (got == 1) {
		if (optout_say(tx, call->key.account_no, req->digits, true, "api", req->text ? req->text : "", call->now) < 0)
			return -1;
		got = optout_of_number(tx, call->key.account_no, req->digits, call->arena, &o);
	}
	if (got != 0)
		return -1;
	answer_optout(call, &o);
	return 0;
}

void optouts_create(struct api_call *call)
{
	struct optout_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	call_decode(call, call->data, fields, N_FIELDS, req);
	judge(req, &call->faults);
	call_order_faults(call, 0, fields, N_FIELDS);
	if (faults_any(&call->faults))
		call_faults(call);
	else
		call_write(call, create_run, AFTER_NOTHING);
}

static int delete_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct optout o;
	int got = find(tx, call, &o);
	call->status = 204;
	return got != 0 ? got : optout_say(tx, call->key.account_no, o.number, false, "api", "", call->now);
}

void optouts_delete(struct api_call *call)
{
	call_write(call, delete_run, AFTER_NOTHING);
}
