#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sim/payload.h"
#include "sim/poster.h"

static struct sim_number number_a = {.id = 600, .display = 15550783881}, number_b = {.id = 601, .display = 15550783882};
static struct sim_update *list, **list_end;
static struct buf out;
static cJSON *tree;

static int setup(void **state)
{
	(void)state;
	list = NULL;
	list_end = &list;
	buf_init(&out, BUF_NO_LIMIT);
	tree = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	while (list) {
		struct sim_update *next = list->next;
		free(list);
		list = next;
	}
	buf_fini(&out);
	cJSON_Delete(tree);
	return 0;
}

static void append(struct sim_update *update)
{
	*list_end = update;
	list_end = &update->next;
}

static struct sim_sent *sent_to(const char *user, struct sim_number *number, const char *opaque)
{
	struct sim_sent *sent = sim_sent_create(user, (struct sim_text){.at = opaque, .n = opaque ? strlen(opaque) : 0});
	sent->number = number;
	sent->is_template = true;
	return sent;
}

static void append_status(const char *user, struct sim_number *number, enum sim_status status, const char *opaque)
{
	struct sim_sent *sent = sent_to(user, number, opaque);
	sent->fate.fail_code = 131049;
	append(sim_payload_status(sent, 500, status, 1750030073999));
	sim_sent_destroy(sent);
}

/* The whole list as one POST, read again. */
static size_t batch(size_t max, size_t max_bytes, bool apart)
{
	struct err err;
	buf_reset(&out);
	cJSON_Delete(tree);
	tree = NULL;
	size_t n = sim_payload_batch(&out, list, max, max_bytes, apart);
	assert_int_equal(json_parse(buf_text(&out), out.len, &tree, &err), 0);
	assert_string_equal(json_text(tree, "object"), "whatsapp_business_account");
	return n;
}

static const cJSON *at(const cJSON *array, int index)
{
	const cJSON *item = cJSON_GetArrayItem(array, index);
	assert_non_null(item);
	return item;
}

static const cJSON *value_of(int entry, int change)
{
	return json_get(at(json_get(at(json_get(tree, "entry"), entry), "changes"), change), "value");
}

static void status_has_metas_shape(void **state)
{
	(void)state;
	append_status("447700900123", &number_a, SIM_STATUS_SENT, "c42/r981 \xc3\xa4 \xf0\x9f\x98\x80 \"q\"");
	assert_int_equal(batch(10, 100000, false), 1);
	const cJSON *entry = at(json_get(tree, "entry"), 0);
	assert_string_equal(json_text(entry, "id"), "500");
	assert_null(json_get(entry, "time"));
	assert_string_equal(json_text(at(json_get(entry, "changes"), 0), "field"), "messages");
	const cJSON *value = value_of(0, 0), *status = at(json_get(value, "statuses"), 0);
	assert_string_equal(json_text(json_get(value, "metadata"), "display_phone_number"), "15550783881");
	assert_string_equal(json_text(json_get(value, "metadata"), "phone_number_id"), "600");
	assert_string_equal(json_text(at(json_get(value, "contacts"), 0), "wa_id"), "447700900123");
	assert_string_equal(json_text(status, "status"), "sent");
	assert_string_equal(json_text(status, "timestamp"), "1750030073");
	assert_string_equal(json_text(status, "recipient_id"), "447700900123");
	assert_string_equal(json_text(status, "biz_opaque_callback_data"), "c42/r981 \xc3\xa4 \xf0\x9f\x98\x80 \"q\"");
	assert_string_equal(json_text(json_get(status, "pricing"), "category"), "marketing");
	assert_non_null(strstr(buf_text(&out), "c42\\/r981 \\u00e4 \\ud83d\\ude00 \\\"q\\\""));
}

static void failure_has_errors_and_no_contact(void **state)
{
	(void)state;
	append_status("447700900123", &number_a, SIM_STATUS_FAILED, NULL);
	batch(10, 100000, false);
	const cJSON *value = value_of(0, 0), *status = at(json_get(value, "statuses"), 0);
	assert_null(json_get(value, "contacts"));
	assert_null(json_get(status, "pricing"));
	assert_null(json_get(status, "biz_opaque_callback_data"));
	const cJSON *error = at(json_get(status, "errors"), 0);
	assert_int_equal(json_get(error, "code")->valueint, 131049);
	assert_string_equal(json_text(error, "message"), json_text(error, "title"));
	assert_non_null(json_text(json_get(error, "error_data"), "details"));
}

static void neighbours_share_a_change_or_stand_apart(void **state)
{
	(void)state;
	append_status("1", &number_a, SIM_STATUS_SENT, NULL);
	append_status("2", &number_a, SIM_STATUS_READ, NULL);
	append_status("3", &number_b, SIM_STATUS_SENT, NULL);
	append_status("3", &number_b, SIM_STATUS_DELIVERED, NULL);
	assert_int_equal(batch(10, 100000, false), 4);
	assert_int_equal(cJSON_GetArraySize(json_get(tree, "entry")), 1);
	assert_int_equal(cJSON_GetArraySize(json_get(at(json_get(tree, "entry"), 0), "changes")), 2);
	assert_int_equal(cJSON_GetArraySize(json_get(value_of(0, 0), "statuses")), 2);
	assert_int_equal(cJSON_GetArraySize(json_get(value_of(0, 0), "contacts")), 2);
	assert_int_equal(cJSON_GetArraySize(json_get(value_of(0, 1), "contacts")), 1);
	assert_int_equal(batch(10, 100000, true), 4);
	assert_int_equal(cJSON_GetArraySize(json_get(at(json_get(tree, "entry"), 0), "changes")), 4);
}

static void batches_keep_their_limits(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		append_status("447700900123", &number_a, SIM_STATUS_SENT, NULL);
	assert_int_equal(batch(7, 100000, false), 7);
	assert_int_equal(cJSON_GetArraySize(json_get(value_of(0, 0), "statuses")), 7);
	assert_int_equal(batch(20, 10, false), 1);
	for (int apart = 0; apart < 2; apart++) {
		size_t n = batch(20, 4000, apart);
		assert_in_range(n, 2, 19);
		assert_true(out.len <= 4000);
	}
}

static void inbound_and_fields_stand_beside_statuses(void **state)
{
	(void)state;
	struct sim_inbound button = {
		.number = &number_a, .from = "447700900123", .button = "Stop", .payload = "STOP:c42", .context = "wamid.X"};
	struct sim_inbound text = {.number = &number_a, .from = "447700900123", .text = "STOP"};
	struct sim_inbound preference = {.number = &number_a, .from = "447700900123", .preference = "stop"};
	struct sim_waba waba = {.id = 500};
	char name[] = "offer", language[] = "en_GB";
	struct sim_template t = {.id = 1689556908129832,
	                         .waba = &waba,
	                         .name = name,
	                         .language = language,
	                         .status = SIM_TEMPLATE_REJECTED,
	                         .reason = "INVALID_FORMAT"};
	append_status("447700900123", &number_a, SIM_STATUS_SENT, NULL);
	append(sim_payload_inbound(&button, 500, "wamid.1", 1750030100000));
	append(sim_payload_inbound(&text, 500, "wamid.2", 1750030100000));
	append(sim_payload_preference(&preference, 500, 1750030100000));
	append(sim_payload_template(&t, 1750030100000));
	assert_int_equal(batch(10, 100000, false), 5);
	assert_int_equal(cJSON_GetArraySize(json_get(tree, "entry")), 3);
	const cJSON *messages = json_get(value_of(0, 1), "messages");
	assert_string_equal(json_text(at(messages, 0), "type"), "button");
	assert_string_equal(json_text(json_get(at(messages, 0), "button"), "payload"), "STOP:c42");
	assert_string_equal(json_text(json_get(at(messages, 0), "context"), "from"), "15550783881");
	assert_string_equal(json_text(json_get(at(messages, 1), "text"), "body"), "STOP");
	const cJSON *wish = at(json_get(value_of(1, 0), "user_preferences"), 0);
	assert_string_equal(json_text(wish, "value"), "stop");
	assert_true(cJSON_IsNumber(json_get(wish, "timestamp")));
	const cJSON *value = value_of(2, 0);
	assert_true(cJSON_IsNumber(json_get(value, "message_template_id")));
	assert_string_equal(json_text(value, "message_template_language"), "en-GB");
	assert_string_equal(json_text(value, "event"), "REJECTED");
	assert_string_equal(json_text(at(json_get(at(json_get(tree, "entry"), 2), "changes"), 0), "field"),
	                    "message_template_status_update");
	assert_true(cJSON_IsNumber(json_get(at(json_get(tree, "entry"), 2), "time")));
}

static void signature_is_hmac_sha256(void **state)
{
	(void)state;
	char hex[SIM_SIGNATURE_BYTES];
	/* RFC 4231, test case 2. */
	sim_poster_sign("Jefe", "what do ya want for nothing?", 28, hex);
	assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(status_has_metas_shape, setup, teardown),
		cmocka_unit_test_setup_teardown(failure_has_errors_and_no_contact, setup, teardown),
		cmocka_unit_test_setup_teardown(neighbours_share_a_change_or_stand_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(batches_keep_their_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(inbound_and_fields_stand_beside_statuses, setup, teardown),
		cmocka_unit_test_setup_teardown(signature_is_hmac_sha256, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
