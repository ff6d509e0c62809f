#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "model/optout.h"

static const struct {
	const char *text;
	enum optout_word word;
} table[] = {
#define X(text, meaning) {text, OPTOUT_##meaning},
#include "model/optout_words.def"
#undef X
};
#define N_WORDS (sizeof(table) / sizeof(table[0]))

static void expect(const char *text, enum optout_word word)
{
	if (optout_word(text) != word)
		fail_msg("'%s' is taken as %d", text, (int)optout_word(text));
}

static void every_word_of_the_table(void **state)
{
	(void)state;
	char text[200];
	for (size_t i = 0; i < N_WORDS; i++) {
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(table[i].text, table[k].text);
		expect(table[i].text, table[i].word);
		strcpy(stpcpy(stpcpy(text, " \n*"), table[i].text), "!!. \t");
		expect(text, table[i].word);
		strcpy(stpcpy(stpcpy(text, "please "), table[i].text), "");
		expect(text, OPTOUT_NONE);
		strcpy(stpcpy(stpcpy(text, ""), table[i].text), " now");
		expect(text, OPTOUT_NONE);
	}
}

static void the_words_that_are_promised(void **state)
{
	(void)state;
	static const char *const stop[] = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT"};
	static const char *const start[] = {"START", "UNSTOP", "SUBSCRIBE"};
	for (size_t i = 0; i < sizeof stop / sizeof *stop; i++)
		expect(stop[i], OPTOUT_STOP);
	for (size_t i = 0; i < sizeof start / sizeof *start; i++)
		expect(start[i], OPTOUT_START);
}

static void any_case(void **state)
{
	(void)state;
	expect("StOp", OPTOUT_STOP);
	expect("D\xC3\x89SABONNER", OPTOUT_STOP);
	expect("ARR\xC3\x8AT", OPTOUT_STOP);
	expect("\xD0\xA1\xD0\xA2\xD0\x9E\xD0\x9F", OPTOUT_STOP);
	expect("\xD0\xA1\xD1\x82\xD0\xB0\xD1\x80\xD1\x82", OPTOUT_START);
	expect("\xD8\xA5\xD9\x8A\xD9\x82\xD8\xA7\xD9\x81", OPTOUT_STOP);
}

static void what_surrounds_it(void **state)
{
	(void)state;
	expect("\xE2\x80\x9CStop\xE2\x80\x9D", OPTOUT_STOP);
	expect("\xC2\xA0stop\xE2\x80\xA6", OPTOUT_STOP);
	expect("\xC2\xBFStop?", OPTOUT_STOP);
	expect("\xF0\x9F\x9B\x91 stop", OPTOUT_STOP);
	expect("stop \xF0\x9F\x9B\x91", OPTOUT_STOP);
	expect("STOP!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!",
	       OPTOUT_STOP);
	char text[4100];
	memset(text, ' ', sizeof(text));
	memcpy(text + 2000, "stop", 4);
	text[4096] = '\0'; /* the longest text that WhatsApp carries */
	expect(text, OPTOUT_STOP);
}

static void other_messages(void **state)
{
	(void)state;
	static const char *const others[] = {
		"",
		" ",
		"!!!",
		"\xF0\x9F\x9B\x91",
		"stops",
		"nonstop",
		"don't stop",
		"stop it",
		"s t o p",
		"stop.start",
		"stop start",
		"no",
		"ok",
		"I will start to stop",
		"stop\xF0\xA0\x80\x80",
		"1",
		"\xFF\xFE",
	};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		expect(others[i], OPTOUT_NONE);
	char text[5000];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	expect(text, OPTOUT_NONE);
	memcpy(text, "stop ", 5);
	expect(text, OPTOUT_NONE);
}

/* Around the length of the longest word that is looked at, no byte is written too far. */
static void every_length(void **state)
{
	(void)state;
	for (size_t n = 0; n < 200; n++) {
		char text[900];
		for (size_t i = 0; i < n; i++)
			memcpy(text + i * 3, "\xE5\xAE\xA2", 3);
		text[n * 3] = '\0';
		expect(text, OPTOUT_NONE);
		memset(text, 'a', n);
		strcpy(text + n, "\xE5\xAE\xA2");
		expect(text, OPTOUT_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_of_the_table),
		cmocka_unit_test(the_words_that_are_promised),
		cmocka_unit_test(any_case),
		cmocka_unit_test(what_surrounds_it),
		cmocka_unit_test(other_messages),
		cmocka_unit_test(every_length),
	};
	return cmocka_run_group_tests_name("model/optout", tests, NULL, NULL);
}
