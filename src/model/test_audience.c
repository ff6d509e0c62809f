#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "model/audience.h"

static int name_code(const char *name)
{
	struct faults faults, update;
	faults_init(&faults);
	faults_init(&update);
	audience_judge(name, "whatsapp", &faults);
	audience_judge_update(name, &update);
	assert_true(faults.n <= 1);
	assert_int_equal(faults.n, update.n);
	if (faults.n == 0)
		return 0;
	assert_int_equal(faults.item[0].code, update.item[0].code);
	assert_string_equal(faults.item[0].field, "data.name");
	return (int)faults.item[0].code;
}

static void names(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		int code;
	} cases[] = {
		{NULL, 1303},
		{"", 1304},
		{"   ", 1304},
		{"Customers 2026", 0},
		{"a-b_c", 0},
		{"-", 0},
		{"\xC3\x89t\xC3\xA9", 0},
		{"\xE5\xAE\xA2\xE6\x88\xB7 1", 0},
		{"\xE0\xA4\x97\xE0\xA5\x8D\xE0\xA4\xB0\xE0\xA4\xBE\xE0\xA4\xB9\xE0\xA4\x95", 0},
		{"a.b", 1304},
		{"a,b", 1304},
		{"a/b", 1304},
		{"(a)", 1304},
		{"a\tb", 1304},
		{"a\nb", 1304},
		{"a\xE2\x80\x94"
	         "b",
	         1304}, /* a dash that is not '-' */
		{"a\xC2\xA0"
	         "b",
	         1304},
		{"\xF0\x9F\x98\x80", 1304},
		{"'; DROP", 1304},
		{"123456789012345678901234567890123456789012345", 0},
		{"1234567890123456789012345678901234567890123456", 1305},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (name_code(cases[i].name) != cases[i].code)
			fail_msg("'%s' gives %d", cases[i].name ? cases[i].name : "none", name_code(cases[i].name));
}

static void characters_are_counted(void **state)
{
	(void)state;
	char name[46 * 3 + 1] = "";
	for (int i = 0; i < 45; i++)
		strcat(name, "\xE5\xAE\xA2");
	assert_int_equal(name_code(name), 0);
	strcat(name, "\xE5\xAE\xA2");
	assert_int_equal(name_code(name), 1305);
}

static void channels(void **state)
{
	(void)state;
	static const struct {
		const char *channel;
		int code;
	} cases[] = {{"whatsapp", 0}, {"WHATSAPP", 0}, {"wHaTsApP", 0}, {NULL, 1306},
	             {"", 1307},      {"sms", 1307},   {"VIBER", 1307}, {"telex", 1307}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct faults faults;
		faults_init(&faults);
		audience_judge("Customers", cases[i].channel, &faults);
		assert_int_equal(faults.n, cases[i].code != 0);
		if (cases[i].code) {
			assert_int_equal(faults.item[0].code, cases[i].code);
			assert_string_equal(faults.item[0].field, "data.channel");
		}
	}
}

static void both_in_the_order_of_the_table(void **state)
{
	(void)state;
	struct faults faults;
	faults_init(&faults);
	audience_judge(NULL, NULL, &faults);
	assert_int_equal(faults.n, 2);
	assert_int_equal(faults.item[0].code, 1303);
	assert_int_equal(faults.item[1].code, 1306);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(characters_are_counted),
		cmocka_unit_test(channels),
		cmocka_unit_test(both_in_the_order_of_the_table),
	};
	return cmocka_run_group_tests_name("model/audience", tests, NULL, NULL);
}
