#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "model/fault.h"

static const struct {
	int code, status;
} table[] = {
#define X(code, status, name) {code, status},
#include "model/codes.def"
};
#define N_CODES (sizeof(table) / sizeof(table[0]))

static void no_code_twice(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_CODES; i++)
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(table[i].code, table[k].code);
}

static void every_code_has_an_http_status(void **state)
{
	(void)state;
	static const int known[] = {400, 401, 403, 404, 405, 408, 409, 413, 414, 415, 429, 431, 500, 502, 503, 507};
	for (size_t i = 0; i < N_CODES; i++) {
		bool found = false;
		for (size_t k = 0; k < sizeof known / sizeof *known; k++)
			found = found || known[k] == table[i].status;
		if (!found || fault_status((enum fault_code)table[i].code) != table[i].status)
			fail_msg("%d", table[i].code);
	}
	assert_int_equal(fault_status((enum fault_code)9999), 500);
}

/* The contract's codes with the answers that its tables give them. */
static void the_contracts_codes(void **state)
{
	(void)state;
	static const int status_400[] = {1005, 1007, 1241, 1252, 1254, 1255, 1256, 1257, 1259, 1260, 1261, 1263, 1272, 1273,
	                                 1274, 1302, 1303, 1304, 1305, 1306, 1307, 1308, 1352, 1353, 1354, 1355, 1359, 1361,
	                                 1362, 1363, 1364, 1404, 1405, 1406, 1407, 1408, 1409, 1414, 1502, 1515, 1522, 1524,
	                                 1602, 1603, 1604, 1605, 1606, 1607, 1608, 1609, 1613, 1616, 1617, 1631};
	static const int status_404[] = {1251, 1301, 1351, 1402, 1501, 1601};
	static const int status_409[] = {1258, 1309, 1360, 1441, 1611, 1612, 1614};
	for (size_t i = 0; i < sizeof status_400 / sizeof *status_400; i++)
		if (fault_status((enum fault_code)status_400[i]) != 400)
			fail_msg("%d", status_400[i]);
	for (size_t i = 0; i < sizeof status_404 / sizeof *status_404; i++)
		if (fault_status((enum fault_code)status_404[i]) != 404)
			fail_msg("%d", status_404[i]);
	for (size_t i = 0; i < sizeof status_409 / sizeof *status_409; i++)
		if (fault_status((enum fault_code)status_409[i]) != 409)
			fail_msg("%d", status_409[i]);
	assert_int_equal(fault_status(FAULT_UNAUTHORIZED), 401);
	assert_int_equal(FAULT_UNAUTHORIZED, 1101);
}

static void what_a_fault_says(void **state)
{
	(void)state;
	struct faults f;
	faults_init(&f);
	assert_false(faults_any(&f));
	fault_add(&f, FAULT_CAMPAIGN_NAME, "name", " is longer than %d characters", 45);
	fault_add(&f, FAULT_NOT_JSON, NULL, "the body is not JSON");
	fault_add(&f, FAULT_CAMPAIGN_CHANNEL, "channel", "only whatsapp is served");
	assert_true(faults_any(&f));
	assert_int_equal(f.n, 3);
	assert_int_equal(f.item[0].code, 1631);
	assert_string_equal(f.item[0].field, "data.name");
	assert_string_equal(f.item[0].message, "'data.name' is longer than 45 characters");
	assert_string_equal(f.item[1].field, "");
	assert_string_equal(f.item[1].message, "the body is not JSON");
	assert_string_equal(f.item[2].field, "data.channel");
	assert_string_equal(f.item[2].message, "only whatsapp is served");
	faults_init(&f);
	assert_false(faults_any(&f));
}

static void in_an_array(void **state)
{
	(void)state;
	struct faults f;
	faults_init(&f);
	faults_set_prefix(&f, "data.contacts[%d].", 17);
	fault_add(&f, FAULT_CONTACT_NUMBER_INVALID, "number", " is no number");
	assert_string_equal(f.item[0].field, "data.contacts[17].number");
	assert_string_equal(f.item[0].message, "'data.contacts[17].number' is no number");
	assert_true(faults_on(&f, "number"));
	assert_false(faults_on(&f, "data.contacts[17].number"));
	assert_false(faults_on(&f, "numbe"));
	assert_false(faults_on(&f, "umber"));
	assert_false(faults_on(&f, ""));
	faults_init(&f);
	fault_add(&f, FAULT_CAMPAIGN_NAME, "name", " is bad");
	assert_true(faults_on(&f, "name"));
	assert_string_equal(f.item[0].field, "data.name");
	faults_init(&f);
	faults_set_prefix(&f, "%s", "");
	fault_add(&f, FAULT_PAGE_SIZE, "page_size", " must be a number");
	assert_string_equal(f.item[0].field, "page_size");
	assert_true(faults_on(&f, "page_size"));
}

static void more_than_are_told(void **state)
{
	(void)state;
	struct faults f;
	faults_init(&f);
	for (int i = 0; i < FEW_FAULTS + 10; i++)
		fault_add(&f, FAULT_CAMPAIGN_NAME, "name", " fault %d", i);
	assert_int_equal(f.n, FEW_FAULTS);
	assert_string_equal(f.item[0].message, "'data.name' fault 0");
	assert_string_equal(f.item[FEW_FAULTS - 1].message, "'data.name' fault 31");
}

static void a_client_is_told_all(void **state)
{
	(void)state;
	arena_auto struct arena *arena = arena_create(1024);
	struct faults f;
	faults_init_all(&f, arena);
	for (int i = 0; i < MAX_FAULTS + 10; i++) {
		char text[32];
		fault_add(&f, FAULT_CAMPAIGN_NAME, "name", " fault %d", i);
		snprintf(text, sizeof(text), "'data.name' fault %zu", f.n - 1);
		assert_string_equal(f.item[f.n - 1].message, text);
	}
	assert_int_equal(f.n, MAX_FAULTS);
	assert_string_equal(f.item[0].message, "'data.name' fault 0");
	assert_string_equal(f.item[31].message, "'data.name' fault 31");
}

static void long_texts_are_cut(void **state)
{
	(void)state;
	struct faults f;
	char text[600];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(&f, 'z', sizeof(f));
	faults_init(&f);
	fault_add(&f, FAULT_CAMPAIGN_NAME, "name", " is %s", text);
	fault_add(&f, FAULT_CAMPAIGN_NAME, text, " is bad");
	faults_set_prefix(&f, "%s", text);
	fault_add(&f, FAULT_CAMPAIGN_NAME, text, " is %s", text);
	for (size_t i = 0; i < 3; i++) {
		assert_true(strlen(f.item[i].field) < sizeof(f.item[i].field));
		assert_int_equal(strlen(f.item[i].message), sizeof(f.item[i].message) - 1);
	}
	const unsigned char *behind = (const unsigned char *)&f.few[3], *end = (const unsigned char *)&f.few[FEW_FAULTS];
	for (; behind < end; behind++)
		assert_int_equal(*behind, 'z');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_code_twice),        cmocka_unit_test(every_code_has_an_http_status),
		cmocka_unit_test(the_contracts_codes),  cmocka_unit_test(what_a_fault_says),
		cmocka_unit_test(in_an_array),          cmocka_unit_test(more_than_are_told),
		cmocka_unit_test(a_client_is_told_all), cmocka_unit_test(long_texts_are_cut),
	};
	return cmocka_run_group_tests_name("model/fault", tests, NULL, NULL);
}
