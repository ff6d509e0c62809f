#include "api/call.h"

static int self_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct account a;
	if (account_read(tx, call->key.account_no, call->arena, &a) != 0)
		return -1;
	struct json_writer *w = &call->json;
	call_begin_answer(call);
	put_id(call, "id", PUBID_ACCOUNT, a.no, 0);
	json_put_text(w, "username", a.username);
	json_put_text(w, "first_name", a.first_name);
	json_put_text(w, "last_name", a.last_name);
	json_put_text(w, "currency", a.currency);
	json_open_array(w, "roles");
	json_put_text(w, NULL, key_role_text(call->key.role));
	json_close_array(w);
	json_put_bool(w, "blocked", a.blocked);
	json_put_time(w, "create_date", a.create_ms);
	json_put_time(w, "update_date", a.update_ms);
	put_links_open(call);
	put_link(call, "self", "/v1/accounts/self");
	json_close_object(w);
	call_end_answer(call);
	return 0;
}

void accounts_self(struct api_call *call)
{
	call_read(call, self_run);
}
