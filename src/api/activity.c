#include "api/activity.h"

#include <string.h>

#include "api/api_internal.h"
#include "api/call.h"
#include "store/activity.h"

#define MAX_TEXT_BYTES 32768

static void put_id_text(struct json_writer *w, const struct pubid_key *ids, const char *key, enum pubid_kind kind, int64_t a,
                        int64_t b)
{
	char text[UUID_TEXT_BYTES];
	struct uuid uuid = pubid_make(ids, kind, a, b);
	uuid_format(&uuid, text);
	json_put_text(w, key, a ? text : NULL);
}

static void put_actor(struct json_writer *w, const struct pubid_key *ids, const struct activity *a)
{
	json_open_object(w, "actor");
	json_put_text(w, "type", activity_actor_text(a->actor));
	put_id_text(w, ids, "id", PUBID_KEY, a->key_no, 0);
	json_put_text(w, "name", a->key_name);
	json_close_object(w);
}

static void put_resource(struct json_writer *w, const struct pubid_key *ids, const struct activity *a)
{
	enum pubid_kind kind = activity_resource(a->action);
	json_open_object(w, "resource");
	json_put_text(w, "type", activity_resource_word(kind));
	put_id_text(w, ids, "id", kind, a->resource_no, a->resource_sub);
	json_put_text(w, "name", a->name);
	json_close_object(w);
}

void activity_put(struct json_writer *w, const struct pubid_key *ids, const struct activity *a)
{
	buf_auto struct buf text;
	buf_init(&text, MAX_TEXT_BYTES);
	activity_put_text(a, &text);
	json_open_object(w, NULL);
	put_id_text(w, ids, "id", PUBID_ACTIVITY, a->no, 0);
	put_id_text(w, ids, "account_id", PUBID_ACCOUNT, a->account_no, 0);
	json_put_time(w, "create_date", a->at_ms);
	put_actor(w, ids, a);
	json_put_text(w, "action", activity_word(a->action));
	put_resource(w, ids, a);
	json_put_text(w, "text", buf_text(&text));
	if (a->detail)
		json_put_raw(w, "detail", a->detail, strlen(a->detail));
	else
		json_put_null(w, "detail");
	json_close_object(w);
}

/* ---- the list ---- */

struct list_request {
	struct page page;
	struct activity_filter filter;
	bool nothing;
};

static int list_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct list_request *req = call->state;
	struct activity *item = arena_array(call->arena, (size_t)req->page.size, sizeof(*item));
	int n = 0;
	if (!req->nothing && activity_list(tx, call->key.account_no, &req->filter, &req->page, call->arena, item, &n) < 0)
		return -1;
	call_begin_list(call);
	for (int i = 0; i < n; i++)
		activity_put(&call->json, tx->ids, &item[i]);
	call_end_list(call, &req->page, n);
	return 0;
}

/* The actions that a filter lets through; all bits without it. */
static uint64_t allowed_actions(struct api_call *call)
{
	const char *rest = call_filter(call, "action"), *value;
	uint64_t mask = rest ? 0 : UINT64_MAX;
	enum activity_action action;
	while (rest && (value = call_next_value(call, &rest)))
		if (activity_parse(value, &action))
			mask |= UINT64_C(1) << action;
	return mask;
}

static uint64_t allowed_resources(struct api_call *call, enum pubid_kind *ret_only)
{
	const char *rest = call_filter(call, "resource"), *value;
	uint64_t mask = rest ? 0 : UINT64_MAX;
	while (rest && (value = call_next_value(call, &rest))) {
		uint64_t more = activity_mask(value);
		if (mask == 0 && more != 0)
			*ret_only = activity_resource((enum activity_action)__builtin_ctzll(more));
		else if ((mask | more) != mask)
			*ret_only = 0;
		mask |= more;
	}
	return mask;
}

/* What is no id of a campaign of ours has done nothing. */
static bool find_campaign(struct api_call *call, int64_t *ret)
{
	const char *text = call_filter(call, "campaign");
	struct uuid uuid;
	return !text || (uuid_parse(text, strlen(text), &uuid) &&
	                 pubid_open(store_ids(call->api->options.store), PUBID_CAMPAIGN, &uuid, ret, NULL));
}

void activity_read(struct api_call *call)
{
	struct list_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	struct activity_filter *f = &req->filter;
	f->actions = allowed_actions(call) & allowed_resources(call, &f->resource);
	req->nothing = !find_campaign(call, &f->campaign_no) || f->actions == 0;
	if (f->actions == UINT64_MAX)
		f->actions = 0;
	if (call_page(call, &req->page))
		call_read(call, list_run);
}
