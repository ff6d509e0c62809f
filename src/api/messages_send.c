/* Single messages are made and stopped, campaigns tried out. */
#include <string.h>

#include "api/api_internal.h"
#include "api/messages.h"
#include "base/text.h"
#include "model/message.h"
#include "model/number.h"
#include "store/messages.h"
#include "store/singles.h"

static const struct field fields[] = {
	FIELD(message_request, channel, FIELD_TEXT, FAULT_CAMPAIGN_CHANNEL),
	FIELD(message_request, from, FIELD_TEXT, FAULT_MESSAGE_FROM_INVALID),
	FIELD(message_request, to, FIELD_RAW, FAULT_MESSAGE_TO_INVALID),
	FIELD(message_request, type, FIELD_TEXT, FAULT_MESSAGE_CONTENT),
	FIELD(message_request, text, FIELD_TEXT, FAULT_MESSAGE_TEXT),
	FIELD_NAMED("template", message_request, template_id, FIELD_TEXT, FAULT_MESSAGE_TEMPLATE_ID),
	FIELD(message_request, variables, FIELD_RAW, FAULT_MESSAGE_VARIABLES),
	FIELD(message_request, url, FIELD_TEXT, FAULT_TEMPLATE_URL_INVALID),
	FIELD(message_request, media_id, FIELD_TEXT, FAULT_MEDIA_ID),
	FIELD(message_request, filename, FIELD_TEXT, FAULT_TEMPLATE_FILENAME_INVALID),
	FIELD(message_request, button_type, FIELD_TEXT, FAULT_TEMPLATE_BUTTON_VALUE),
	FIELD(message_request, button_text, FIELD_TEXT, FAULT_TEMPLATE_BUTTON_TEXT_REQUIRED),
	FIELD(message_request, button_value, FIELD_TEXT, FAULT_TEMPLATE_BUTTON_VALUE),
	FIELD(message_request, payload, FIELD_TEXT, FAULT_MESSAGE_PAYLOAD),
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

static void judge_countries(struct api_call *call, const struct message_numbers *to)
{
	const char *blocked = call->api->options.blocked_countries;
	for (int i = 0; i < to->n && blocked; i++) {
		char country[3], field[16];
		number_country(to->digits[i], country);
		if (country[0] && strstr(blocked, country))
			fault_add(&call->faults, FAULT_COUNTRY_BLOCKED, message_to_field(to, i, field),
			          " is a number of %s, where this server sends nothing", country);
	}
}

/* What was made, an array of as many as there were numbers. */
static int answer_made(struct store_tx *tx, struct api_call *call, const struct single_made *made)
{
	call->status = 201;
	call->fed_sender = made->sender_no;
	buf_reset(&call->out);
	json_begin(&call->json, &call->out);
	json_open_object(&call->json, NULL);
	json_open_array(&call->json, "data");
	for (int i = 0; i < made->n; i++) {
		struct ledger_row row;
		if (ledger_read(tx, call->key.account_no, made->campaign_no, made->first_seq + i, call->arena, &row) != 0)
			return -1;
		json_open_object(&call->json, NULL);
		put_message_head(call, &row);
		json_close_object(&call->json);
	}
	json_close_array(&call->json);
	json_close_object(&call->json);
	return 0;
}

static int create_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct single_made made;
	int result = single_create(tx, call->key.account_no, call->state, call->now, call->arena, &call->faults, &made);
	call_order_faults(call, 0, fields, N_FIELDS);
	return result != 0 ? result : answer_made(tx, call, &made);
}

void messages_create(struct api_call *call)
{
	struct message_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	call_decode(call, call->data, fields, N_FIELDS, req);
	message_judge(req, &call->faults);
	judge_countries(call, &req->numbers);
	call_order_faults(call, 0, fields, N_FIELDS);
	/* Also with faults: the database may know of more, and all are told together. A medium may have to go to WhatsApp first.
	 */
	call_write(call, create_run, AFTER_SINGLES | (req->media_id ? AFTER_DELIVERY : 0u));
}

/* ---- stopping ---- */

static int delete_received(struct store_tx *tx, struct api_call *call)
{
	struct inbound_seen seen;
	int got = inbound_read(tx, call->key.account_no, call->id[0], call->arena, &seen);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	fault_add(&call->faults, FAULT_MESSAGE_STATE, NULL, "A message that was received cannot be stopped");
	return 1;
}

static int delete_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	if (call->id_b[0] == 0)
		return delete_received(tx, call);
	int result = ledger_stop(tx, call->key.account_no, call->id[0], call->id_b[0], call->now);
	call->status = 204;
	if (result == 2)
		fault_add(&call->faults, FAULT_MESSAGE_STATE, NULL, "The message is handed to WhatsApp already, or is over");
	return result == 1 ? call_unknown(call) : result == 2 ? 1 : result;
}

void messages_delete(struct api_call *call)
{
	call_write(call, delete_run, AFTER_NOTHING);
}

/* ---- trying a campaign out ---- */

struct test_request {
	const cJSON *to;
	const char *contact;
	struct message_numbers numbers;
	int64_t audience_no, contact_no; /* of `contact` */
};

static const struct field test_fields[] = {
	FIELD(test_request, to, FIELD_RAW, FAULT_MESSAGE_TO_INVALID),
	FIELD(test_request, contact, FIELD_TEXT, FAULT_CONTACT_ID),
};

static int test_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct test_request *req = call->state;
	struct single_made made;
	const struct single_test test = {.campaign_no = call->id[0],
	                                 .audience_no = req->audience_no,
	                                 .contact_no = req->contact_no,
	                                 .to = &req->numbers,
	                                 .allowance = call->api->options.test_allowance};
	int result = single_test(tx, call->key.account_no, &test, call->now, call->arena, &call->faults, &made);
	call_order_faults(call, 0, test_fields, 2);
	if (result == 2)
		return call_unknown(call);
	return result != 0 ? result : answer_made(tx, call, &made);
}

static void open_contact(struct api_call *call, struct test_request *req)
{
	struct uuid uuid;
	if (!req->contact)
		return;
	if (!uuid_parse(req->contact, strlen(req->contact), &uuid))
		fault_add(&call->faults, FAULT_CONTACT_ID, "contact", " must be the id of a contact, a UUID");
	else if (!pubid_open(store_ids(call->api->options.store), PUBID_CONTACT, &uuid, &req->audience_no, &req->contact_no))
		req->audience_no = req->contact_no = -1;
}

void campaigns_test(struct api_call *call)
{
	struct test_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	call_decode(call, call->data, test_fields, 2, req);
	message_judge_to(req->to, &req->numbers, &call->faults);
	judge_countries(call, &req->numbers);
	open_contact(call, req);
	/* Also with faults, as above. */
	call_write(call, test_run, AFTER_SINGLES);
}
