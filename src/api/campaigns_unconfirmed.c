/* A person decides about messages of a campaign that are unconfirmed. */
#include <stdio.h>
#include <string.h>

#include "api/api_internal.h"
#include "api/call.h"
#include "store/decisions.h"

#define MAX_MESSAGES 100

struct decide_request {
	const char *action;
	const cJSON *messages;
	enum decision decision;
	int64_t seq[MAX_MESSAGES];
	int n;
};

static const struct field fields[] = {
	FIELD(decide_request, action, FIELD_TEXT, FAULT_CAMPAIGN_OPTION),
	FIELD(decide_request, messages, FIELD_RAW, FAULT_CAMPAIGN_OPTION),
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

static void judge_action(struct api_call *call, struct decide_request *req)
{
	if (req->action && strcmp(req->action, "resend") == 0)
		req->decision = DECISION_RESEND;
	else if (req->action && strcmp(req->action, "give_up") == 0)
		req->decision = DECISION_GIVE_UP;
	else if (!faults_on(&call->faults, "action"))
		fault_add(&call->faults, FAULT_CAMPAIGN_OPTION, "action", " must be resend or give_up");
}

/* The same words for one that is made up and one of another campaign. */
static void judge_messages(struct api_call *call, struct decide_request *req)
{
	int size = cJSON_IsArray(req->messages) ? cJSON_GetArraySize(req->messages) : 0;
	if (!req->messages)
		return;
	if (size == 0 || size > MAX_MESSAGES) {
		fault_add(&call->faults, FAULT_CAMPAIGN_OPTION, "messages",
		          " must be a list of 1 to %d ids of messages; left out, it is about all that are unconfirmed",
		          MAX_MESSAGES);
		return;
	}
	int i = 0;
	for (const cJSON *item = req->messages->child; item; item = item->next, i++) {
		struct uuid uuid;
		char field[32];
		int64_t campaign_no;
		if (cJSON_IsString(item) && uuid_parse(item->valuestring, strlen(item->valuestring), &uuid) &&
		    pubid_open(store_ids(call->api->options.store), PUBID_MESSAGE, &uuid, &campaign_no, &req->seq[req->n]) &&
		    campaign_no == call->id[0]) {
			req->n++;
			continue;
		}
		snprintf(field, sizeof(field), "messages[%d]", i);
		fault_add(&call->faults, FAULT_CAMPAIGN_OPTION, field, " is not the id of a message of this campaign");
	}
}

static int decide_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	const struct decide_request *req = call->state;
	const char *why;
	int64_t n;
	int result = campaign_decide(tx, call->key.account_no, call->id[0], req->decision, req->seq, req->n, call->now, &n, &why);
	if (result == 1)
		return call_unknown(call);
	if (result == 2) {
		fault_add(&call->faults, FAULT_CAMPAIGN_STATE, NULL, "%s", why);
		return 1;
	}
	if (result < 0)
		return -1;
	call_begin_answer(call);
	put_id(call, "account_id", PUBID_ACCOUNT, call->key.account_no, 0);
	put_id(call, "campaign_id", PUBID_CAMPAIGN, call->id[0], 0);
	json_put_text(&call->json, "action", req->action);
	json_put_int(&call->json, "count", n);
	call_end_answer(call);
	return 0;
}

void campaigns_unconfirmed(struct api_call *call)
{
	struct decide_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	call_decode(call, call->data, fields, N_FIELDS, req);
	judge_action(call, req);
	judge_messages(call, req);
	if (faults_any(&call->faults))
		call_faults(call);
	else
		call_write(call, decide_run, AFTER_DELIVERY);
}
