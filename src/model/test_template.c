#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "model/template.h"

static struct template_request good(void)
{
	return (struct template_request){
		.name = "Spring offer",
		.channel = "WHATSAPP",
		.wa_sender_code = "447400123456",
		.wa_category = "MARKETING",
		.text = "Hi {first_name|friend}, spring is here.",
	};
}

/* The codes that the judge finds, in their order, as "1261 1256". */
static const char *codes(const struct template_request *req)
{
	static char text[200];
	static struct faults faults;
	arena_auto struct arena *arena = arena_create(4096);
	faults_init(&faults);
	template_judge(req, arena, &faults);
	text[0] = '\0';
	for (size_t i = 0; i < faults.n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%d", i ? " " : "", (int)faults.item[i].code);
	return text;
}

struct one {
	const char *value, *codes;
};

/* Each value at `place` of a good request. */
static void each(size_t place, const struct one *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct template_request req = good();
		memcpy((char *)&req + place, &cases[i].value, sizeof(cases[i].value));
		if (strcmp(codes(&req), cases[i].codes) != 0)
			fail_msg("'%s' gives '%s'", cases[i].value ? cases[i].value : "none", codes(&req));
	}
}
#define EACH(member, cases) each(offsetof(struct template_request, member), cases, sizeof(cases) / sizeof((cases)[0]))

static void good_and_empty(void **state)
{
	(void)state;
	struct template_request req = good(), none = {0};
	assert_string_equal(codes(&req), "");
	assert_string_equal(codes(&none), "1261 1256 1241 1259 1254");
}

static void head(void **state)
{
	(void)state;
	static const struct one names[] = {
		{NULL, "1261"},
		{"", "1259"},
		{" ", "1259"},
		{"a\nb", "1259"},
		{"\xC3\xA9 \xE2\x80\x94 1", ""},
		{"123456789012345678901234567890123456789012345", ""},
		{"1234567890123456789012345678901234567890123456", "1263"},
	};
	static const struct one channels[] = {{NULL, "1256"},  {"", "1257"},      {"whatsapp", ""},
	                                      {"sms", "1257"}, {"VIBER", "1257"}, {"fax", "1257"}};
	static const struct one senders[] = {{NULL, "1241"}, {"447400123456", ""}};
	static const struct one categories[] = {{"UTILITY", ""}, {"MARKETING", ""},     {NULL, "1259"},
	                                        {"", "1259"},    {"marketing", "1259"}, {"OTHER", "1259"}};
	static const struct one types[] = {{NULL, ""}, {"text", ""}, {"TEXT", "1259"}, {"audio", "1259"}, {"", "1259"}};
	EACH(name, names);
	EACH(channel, channels);
	EACH(wa_sender_code, senders);
	EACH(wa_category, categories);
	EACH(type, types);
}

static void texts(void **state)
{
	(void)state;
	static const struct one cases[] = {
		{NULL, "1254"},
		{"", "1254"},
		{" \n\t", "1254"},
		{"Hello", ""},
		{"Line\nline", ""},
		{"Hi {name}.", ""},
		{"a {{brace} b", ""},
		{"Hi {name", "1255"},
		{"Hi {}.", "1255"},
		{"Hi { }.", "1255"},
		{"Hi {a|}.", "1255"},
		/* Meta's rules: a variable is not first or last, and not beside another */
		{"{name} hi", "1255"},
		{"Hi {name}", "1255"},
		{"{name}", "1255"},
		{"Hi {a}{b}.", "1255"},
		{"Hi {a} {b}.", ""},
		{"Hi {a},{b}.", ""},
		/* two braces would open a variable there */
		{"a {{{{b}} c", "1255"},
		{"a {{{b} c", "1255"},
		{"a {{ {b} c", ""},
		{"a {{b}} c", ""},
		{"a {{", ""},
	};
	EACH(text, cases);
	char text[1001 * 4 + 1] = "";
	for (int i = 0; i < 1000; i++)
		memcpy(text + i * 4, "\xF0\x9F\x98\x80", 4); /* characters are counted, not bytes */
	struct template_request req = good();
	req.text = text;
	assert_string_equal(codes(&req), "");
	strcpy(text + 4000, "x");
	assert_string_equal(codes(&req), "1260");
}

static void buttons(void **state)
{
	(void)state;
	static char url[2002];
	snprintf(url, sizeof(url), "https://shop.example/%01979d", 0);
	assert_int_equal(strlen(url), 2000);
	static const struct {
		const char *type, *text, *value, *codes;
	} cases[] = {
		{"LINK", "Shop", "https://shop.example/a?b=c#d", ""},
		{"link", "Shop", "http://shop.example", ""},
		{"LINK", "Shop", url, ""},
		{"PHONE_CALL", "Call", "+447400123456", ""},
		{"PHONE_CALL", "Call", "447400123456", ""},
		{"quick_reply", "Stop", NULL, ""},
		{"QUICK_REPLY", "Stop", NULL, ""},
		{"quick_reply", "12345678901234567890", NULL, ""},
		{"quick_reply", "123456789012345678901", NULL, "1274"},
		{"quick_reply", "\xE5\xAE\xA2\xE5\xAE\xA2\xE5\xAE\xA2\xE5\xAE\xA2\xE5\xAE\xA2\xE5\xAE\xA2\xE5\xAE\xA2", NULL, ""},
		{"quick_reply", NULL, NULL, "1272"},
		{"quick_reply", "", NULL, "1272"},
		{"LINK", " ", "https://shop.example", "1272"},
		{"LINK", "Shop", NULL, "1273"},
		{"LINK", "Shop", "", "1273"},
		{"LINK", "Shop", "shop.example", "1273"},
		{"LINK", "Shop", "https://", "1273"},
		{"LINK", "Shop", "https:///path", "1273"},
		{"LINK", "Shop", "ftp://shop.example", "1273"},
		{"LINK", "Shop", "javascript:alert(1)", "1273"},
		{"LINK", "Shop", "https://shop.example/{name}", ""}, /* the one place Meta has for a variable */
		{"LINK", "Shop", "https://shop.example/{name}/x", "1273"},
		{"LINK", "Shop", "https://shop.example/{a}{b}", "1273"},
		{"LINK", "Shop", "{name}", "1273"},
		{"LINK", "{name}", "https://shop.example", "1273"},
		{"LINK", "Shop", "https://shop.example/a b", "1273"},
		{"LINK", "Shop", "https://shop.example/\n", "1273"},
		{"PHONE_CALL", "Call", NULL, "1273"},
		{"PHONE_CALL", "Call", "0740", "1273"},
		{"PHONE_CALL", "Call", "+44 7400 123456", "1273"},
		{"PHONE_CALL", NULL, "x", "1272 1273"},
		{"TELEX", "x", "y", "1273"},
		{"", "x", "y", "1273"},
		{NULL, "Shop", NULL, "1273"},
		{NULL, NULL, "https://shop.example", "1273"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct template_request req = good();
		req.button_type = cases[i].type;
		req.button_text = cases[i].text;
		req.button_value = cases[i].value;
		if (strcmp(codes(&req), cases[i].codes) != 0)
			fail_msg("%s '%s' %s gives '%s'", cases[i].type ? cases[i].type : "none",
			         cases[i].text ? cases[i].text : "none", cases[i].value ? cases[i].value : "none", codes(&req));
	}
	strcat(url, "0");
	struct template_request req = good();
	req.button_type = "LINK";
	req.button_text = "Shop";
	req.button_value = url;
	assert_string_equal(codes(&req), "1273");
}

static void languages(void **state)
{
	(void)state;
	static const struct one cases[] = {
		{NULL, ""},
		{"en", ""},
		{"en_US", ""},
		{"pt_BR", ""},
		{"zh_CN", ""},
		{"fil", ""},
		{"", "1259"},
		{"e", "1259"},
		{"EN", "1259"},
		{"en-US", "1259"},
		{"en_us", "1259"},
		{"en_", "1259"},
		{"_US", "1259"},
		{"english", "1259"},
		{"en_US ", "1259"},
		{"en_US_x", "1259"},
		{"en_USABCD", "1259"},
		{"en\n", "1259"},
	};
	EACH(language, cases);
}

static void all_faults_at_once(void **state)
{
	(void)state;
	struct template_request req = {.name = "",
	                               .channel = "sms",
	                               .wa_category = "x",
	                               .text = "{a",
	                               .type = "x",
	                               .button_type = "LINK",
	                               .language = "x"};
	assert_string_equal(codes(&req), "1259 1257 1241 1259 1259 1255 1272 1273 1259");
}

static void names_at_meta(void **state)
{
	(void)state;
	static const struct {
		const char *name, *meta;
	} cases[] = {
		{"Spring offer \xE2\x80\x94 1", "spring_offer_1_7k"},
		{"abc", "abc_7k"},
		{"  A--b__C  ", "a_b_c_7k"},
		{"", "t_7k"},
		{"\xE5\xAE\xA2\xE6\x88\xB7", "t_7k"},
		{"\xC3\x89t\xC3\xA9", "t_7k"},
		{"...", "t_7k"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char meta[128];
		template_meta_name(cases[i].name, "7k", meta, sizeof(meta));
		assert_string_equal(meta, cases[i].meta);
	}
	static const char *const hostile[] = {"\x01\x7f\xFF{}\"'/\\", "a b c d e f g h i j k l m n o p q r s t u v w x y z",
	                                      "-a-", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"};
	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
		for (size_t room = 8; room < 80; room++) {
			char meta[80];
			template_meta_name(hostile[i], "7k", meta, room);
			size_t n = strlen(meta);
			assert_true(n >= 4 && n < room);
			assert_string_equal(meta + n - 3, "_7k");
			assert_int_equal(strspn(meta, "abcdefghijklmnopqrstuvwxyz0123456789_"), n);
			assert_true(meta[0] != '_');
		}
	}
}

static void statuses(void **state)
{
	(void)state;
	static const char *const texts[] = {"IN_PROCESS", "COMPLETED", "CANCELED"};
	enum template_status status;
	for (int i = 0; i < 3; i++) {
		assert_string_equal(template_status_text((enum template_status)i), texts[i]);
		assert_true(template_status_parse(texts[i], &status));
		assert_int_equal(status, i);
	}
	assert_true(template_status_parse("completed", &status));
	assert_int_equal(status, TEMPLATE_COMPLETED);
	assert_false(template_status_parse("APPROVED", &status));
	assert_false(template_status_parse("", &status));
}

static void the_verdict_is_metas(void **state)
{
	(void)state;
	static const char *const usable[] = {"APPROVED", "approved", "REINSTATED", "UNARCHIVED"};
	static const char *const ended[] = {"REJECTED",       "DISABLED", "DELETED", "PENDING_DELETION",
	                                    "LIMIT_EXCEEDED", "ARCHIVED", "rejected"};
	static const char *const same[] = {"PAUSED", "paused", "PENDING", "IN_APPEAL", "FLAGGED", "LOCKED", "", "SOMETHING_NEW"};
	for (int now = TEMPLATE_IN_PROCESS; now <= TEMPLATE_CANCELED; now++) {
		for (size_t i = 0; i < sizeof usable / sizeof *usable; i++)
			assert_int_equal(template_status_from_meta((enum template_status)now, usable[i]), TEMPLATE_COMPLETED);
		for (size_t i = 0; i < sizeof ended / sizeof *ended; i++)
			assert_int_equal(template_status_from_meta((enum template_status)now, ended[i]), TEMPLATE_CANCELED);
		for (size_t i = 0; i < sizeof same / sizeof *same; i++)
			assert_int_equal(template_status_from_meta((enum template_status)now, same[i]), now);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_and_empty), cmocka_unit_test(head),      cmocka_unit_test(texts),
		cmocka_unit_test(buttons),        cmocka_unit_test(languages), cmocka_unit_test(all_faults_at_once),
		cmocka_unit_test(names_at_meta),  cmocka_unit_test(statuses),  cmocka_unit_test(the_verdict_is_metas),
	};
	return cmocka_run_group_tests_name("model/template", tests, NULL, NULL);
}
