#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static msec_t utc(const char *text)
{
	msec_t t = 0;
	if (!clock_parse(text, strlen(text), &t))
		fail_msg("%s is refused", text);
	return t;
}

static void known_moments(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
		{"1970-01-01 00:00:00", 0},          {"1969-12-31 23:59:59", -1},           {"2000-02-29 12:00:00", 951825600},
		{"2001-09-09 01:46:40", 1000000000}, {"2026-01-31 10:00:00", 1769853600},   {"2038-01-19 03:14:08", 2147483648},
		{"2100-03-01 00:00:00", 4107542400}, {"0000-01-01 00:00:00", -62167219200}, {"9999-12-31 23:59:59", 253402300799},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[CLOCK_TEXT_BYTES];
		assert_true(utc(cases[i].text) == cases[i].seconds * SECOND_MS);
		clock_format(cases[i].seconds * SECOND_MS, text);
		assert_string_equal(text, cases[i].text);
		clock_format(cases[i].seconds * SECOND_MS + 999, text);
		assert_string_equal(text, cases[i].text);
	}
}

/* Against the C library, over 400 years. */
static void every_day_agrees_with_the_library(void **state)
{
	(void)state;
	for (int64_t day = -73000; day < 73000; day++) {
		time_t t = day * 86400 + 3661;
		struct tm tm;
		char expected[32], text[CLOCK_TEXT_BYTES];
		gmtime_r(&t, &tm);
		strftime(expected, sizeof(expected), "%Y-%m-%d %H:%M:%S", &tm);
		clock_format((msec_t)t * SECOND_MS, text);
		assert_string_equal(text, expected);
		assert_true(utc(text) == (msec_t)t * SECOND_MS);
	}
}

static void years_beyond_the_form_stay_within_it(void **state)
{
	(void)state;
	static const msec_t far[] = {INT64_MAX, INT64_MIN, 253402300800000, -62167219200001};
	for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
		char text[CLOCK_TEXT_BYTES], log[CLOCK_RFC3339_BYTES];
		clock_format(far[i], text);
		assert_int_equal(strlen(text), 19);
		assert_memory_equal(text, far[i] > 0 ? "9999" : "0000", 4);
		clock_format_rfc3339(far[i], log);
		assert_int_equal(strlen(log), 24);
	}
}

static void for_logs(void **state)
{
	(void)state;
	char text[CLOCK_RFC3339_BYTES];
	clock_format_rfc3339(1769853600007, text);
	assert_string_equal(text, "2026-01-31T10:00:00.007Z");
	clock_format_rfc3339(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
}

static void impossible_times_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"2026-01-31",
		"2026-01-31 10:00",
		"2026-01-31T10:00:00",
		"2026-01-31 10:00:00 ",
		" 2026-01-31 10:00:00",
		"2026-01-31 10:00:00Z",
		"2026-01-31  10:00:0",
		"2026-1-31 010:00:00",
		"2026/01/31 10:00:00",
		"2026-01-31 10.00.00",
		"26-01-31 10:00:00xx",
		"2026-02-30 10:00:00",
		"2026-02-29 10:00:00",
		"2100-02-29 10:00:00",
		"2026-04-31 10:00:00",
		"2026-00-10 10:00:00",
		"2026-13-10 10:00:00",
		"2026-01-00 10:00:00",
		"2026-01-32 10:00:00",
		"2026-01-31 24:00:00",
		"2026-01-31 10:60:00",
		"2026-01-31 10:00:60",
		"-026-01-31 10:00:00",
		"2026-01-31 -1:00:00",
		"2026-01-31 +1:00:00",
		"2026-01-31 1 :00:00",
		"202a-01-31 10:00:00",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		msec_t t = 77;
		if (clock_parse(bad[i], strlen(bad[i]), &t) || t != 77)
			fail_msg("'%s' was taken", bad[i]);
	}
	assert_true(utc("2024-02-29 23:59:59") > 0);
	assert_true(utc("2000-02-29 00:00:00") > 0);
}

static void rfc3339(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		msec_t t;
	} cases[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"1970-01-01t00:00:00z", 0},
		{"1970-01-01 00:00:00Z", 0},
		{"1970-01-01T01:00:00+01:00", 0},
		{"1969-12-31T18:30:00-05:30", 0},
		{"1970-01-01T00:00:00-00:00", 0},
		{"1970-01-01T23:59:00+23:59", 0},
		{"1970-01-01T00:00:00.5Z", 500},
		{"1970-01-01T00:00:00.007+00:00", 7},
		{"1970-01-01T00:00:00.1239Z", 123},
		{"1970-01-01T00:00:00.123456789Z", 123},
		{"1970-01-01T00:00:00.999999999999999Z", 999}, /* the RFC sets no end to the digits */
		{"2026-01-31T10:00:00.000Z", 1769853600000},
	};
	static const char *const bad[] = {
		"1970-01-01T00:00:00",
		"1970-01-01T00:00:00.Z",
		"1970-01-01T00:00:00.5",
		"1970-01-01T00:00:00+0100",
		"1970-01-01T00:00:00+01",
		"1970-01-01T00:00:00+24:00",
		"1970-01-01T00:00:00+01:60",
		"1970-01-01T00:00:00ZZ",
		"1970-01-01T00:00:00 Z",
		"1970-01-01T24:00:00Z",
		"1970-02-30T00:00:00Z",
		"1970-01-01_00:00:00Z",
		"1970-01-01T00:00Z",
		"1970-01-01T00:00:00,5Z",
		"",
		"Z",
		"1970-01-01T00:00:00\xE2\x88\x92\x30\x31:00", /* a minus sign that is not '-' */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		msec_t t = 77;
		if (!clock_parse_rfc3339(cases[i].text, strlen(cases[i].text), &t) || t != cases[i].t)
			fail_msg("'%s' gives %lld", cases[i].text, (long long)t);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		msec_t t = 77;
		if (clock_parse_rfc3339(bad[i], strlen(bad[i]), &t) || t != 77)
			fail_msg("'%s' was taken", bad[i]);
	}
}

/* Nothing behind the given length is read: the copy has no byte more. */
static void the_length_is_kept_to(void **state)
{
	(void)state;
	const char *text = "1970-01-01T00:00:00.5+01:00";
	for (size_t n = 0; n <= strlen(text); n++) {
		char *copy = malloc(n ? n : 1);
		msec_t t;
		memcpy(copy, text, n);
		assert_int_equal(clock_parse_rfc3339(copy, n, &t), n == strlen(text));
		assert_false(clock_parse(copy, n, &t));
		free(copy);
	}
}

static void clocks_run(void **state)
{
	(void)state;
	usec_t before = clock_mono_us();
	assert_true(clock_mono_us() >= before);
	assert_true(clock_now_ms() > utc("2025-01-01 00:00:00"));
}

/* A machine that slept for an hour. */
int __real_clock_gettime(clockid_t clock, struct timespec *ret); /* NOLINT(bugprone-reserved-identifier) */
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret); /* NOLINT(bugprone-reserved-identifier) */
static time_t slept_s;

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret) /* NOLINT(bugprone-reserved-identifier) */
{
	int result = __real_clock_gettime(clock, ret);
	ret->tv_sec += clock == CLOCK_BOOTTIME ? slept_s : 0;
	return result;
}

/* A lease is over after it. */
static void spans_have_the_time_asleep_in_them(void **state)
{
	(void)state;
	usec_t before = clock_mono_us();
	slept_s = 3600;
	assert_true(clock_mono_us() - before >= (usec_t)HOUR_MS * 1000);
	slept_s = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_moments),
		cmocka_unit_test(every_day_agrees_with_the_library),
		cmocka_unit_test(years_beyond_the_form_stay_within_it),
		cmocka_unit_test(for_logs),
		cmocka_unit_test(impossible_times_are_refused),
		cmocka_unit_test(rfc3339),
		cmocka_unit_test(the_length_is_kept_to),
		cmocka_unit_test(clocks_run),
		cmocka_unit_test(spans_have_the_time_asleep_in_them),
	};
	return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
