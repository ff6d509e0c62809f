#include <string.h>

#include "api/call.h"
#include "base/text.h"

#define KEY_NAME_MAX 45

struct key_request {
	const char *name, *role;
	enum key_role parsed;
};

static const struct field fields[] = {
	FIELD(key_request, name, FIELD_TEXT, FAULT_KEY_NAME),
	FIELD(key_request, role, FIELD_TEXT, FAULT_KEY_ROLE),
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

static void put_key(struct api_call *call, const struct api_key *k, const char *text)
{
	struct json_writer *w = &call->json;
	put_head(call, PUBID_KEY, k->no, 0);
	json_put_text(w, "name", k->name);
	json_put_text(w, "role", key_role_text(k->role));
	if (text)
		json_put_text(w, "key", text);
	json_put_time(w, "create_date", k->create_ms);
	json_put_time(w, "last_used_date", k->used_ms);
}

static void judge(struct api_call *call, struct key_request *req)
{
	size_t n = req->name ? strlen(req->name) : 0;
	if (text_is_blank(req->name ? req->name : "", n) || text_has_control(req->name, n) ||
	    utf8_length(req->name, n) > KEY_NAME_MAX)
		fault_add(&call->faults, FAULT_KEY_NAME, "name", " is required: 1 to %d characters, not blank", KEY_NAME_MAX);
	if (!req->role || !key_role_parse(req->role, &req->parsed))
		fault_add(&call->faults, FAULT_KEY_ROLE, "role", " must be admin, sender or viewer");
}

static int create_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct key_request *req = call->state;
	struct api_key key;
	char text[KEY_TEXT_BYTES];
	int64_t no;
	if (key_create(tx, call->key.account_no, req->name, req->parsed, call->now, &no, text) < 0 ||
	    key_read(tx, call->key.account_no, no, call->arena, &key) != 0)
		return -1;
	call_begin_answer(call);
	put_key(call, &key, text);
	call_end_answer(call);
	explicit_bzero(text, sizeof(text));
	call->status = 201;
	return 0;
}

void keys_create(struct api_call *call)
{
	struct key_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	call_decode(call, call->data, fields, N_FIELDS, req);
	judge(call, req);
	call_order_faults(call, 0, fields, N_FIELDS);
	if (faults_any(&call->faults))
		call_faults(call);
	else
		call_write(call, create_run, AFTER_NOTHING);
}

static int list_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct page *page = call->state;
	struct api_key *key = arena_array(call->arena, (size_t)page->size, sizeof(*key));
	int n;
	if (key_list(tx, call->key.account_no, page, call->arena, key, &n) < 0)
		return -1;
	call_begin_list(call);
	for (int i = 0; i < n; i++) {
		json_open_object(&call->json, NULL);
		put_key(call, &key[i], NULL);
		json_close_object(&call->json);
	}
	call_end_list(call, page, n);
	return 0;
}

void keys_list(struct api_call *call)
{
	struct page *page = call->state = arena_alloc(call->arena, sizeof(*page));
	if (call_page(call, page))
		call_read(call, list_run);
}

static int delete_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	int result = key_delete(tx, call->key.account_no, call->id[0], call->now);
	call->status = 204;
	if (result == 2)
		fault_add(&call->faults, FAULT_KEY_LAST_ADMIN, NULL,
		          "This is the account's last admin key: make another one first");
	return result == 1 ? call_unknown(call) : result == 2 ? 1 : result;
}

void keys_delete(struct api_call *call)
{
	call_write(call, delete_run, AFTER_NOTHING);
}
