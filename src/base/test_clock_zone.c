#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static const struct {
	const char *zone, *local, *utc; /* utc NULL: does not exist */
} cases[] = {
	{"UTC", "2026-03-29 02:30:00", "2026-03-29 02:30:00"},
	{"Etc/UTC", "1999-12-31 23:59:59", "1999-12-31 23:59:59"},
	{"Etc/GMT+5", "2026-01-01 00:00:00", "2026-01-01 05:00:00"},
	{"Asia/Kolkata", "2026-07-01 12:00:00", "2026-07-01 06:30:00"},
	{"Asia/Kathmandu", "2026-07-01 12:00:00", "2026-07-01 06:15:00"},
	{"America/Argentina/Buenos_Aires", "2026-07-01 12:00:00", "2026-07-01 15:00:00"},
	/* the hour that is left out, and its edges */
	{"Europe/Berlin", "2026-03-29 01:59:59", "2026-03-29 00:59:59"},
	{"Europe/Berlin", "2026-03-29 02:00:00", NULL},
	{"Europe/Berlin", "2026-03-29 02:30:00", NULL},
	{"Europe/Berlin", "2026-03-29 02:59:59", NULL},
	{"Europe/Berlin", "2026-03-29 03:00:00", "2026-03-29 01:00:00"},
	{"America/New_York", "2026-03-08 02:30:00", NULL},
	{"America/St_Johns", "2026-03-08 02:30:00", NULL},
	{"America/St_Johns", "2026-03-08 03:00:00", "2026-03-08 05:30:00"},
	/* the hour that comes twice is the first one */
	{"Europe/Berlin", "2026-10-25 01:59:59", "2026-10-24 23:59:59"},
	{"Europe/Berlin", "2026-10-25 02:00:00", "2026-10-25 00:00:00"},
	{"Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25 00:30:00"},
	{"Europe/Berlin", "2026-10-25 03:00:00", "2026-10-25 02:00:00"},
	{"America/St_Johns", "2026-11-01 01:30:00", "2026-11-01 04:00:00"},
	{"America/New_York", "2026-11-01 01:30:00", "2026-11-01 05:30:00"},
	/* half an hour of summer, in the south */
	{"Australia/Lord_Howe", "2026-10-04 02:15:00", NULL},
	{"Australia/Lord_Howe", "2026-10-04 02:30:00", "2026-10-03 15:30:00"},
	{"Australia/Lord_Howe", "2026-04-05 01:45:00", "2026-04-04 14:45:00"},
	{"Australia/Sydney", "2026-01-15 12:00:00", "2026-01-15 01:00:00"},
	{"Australia/Sydney", "2026-07-15 12:00:00", "2026-07-15 02:00:00"},
	/* a zone whose "summer" is its winter, in the file's own terms */
	{"Europe/Dublin", "2026-07-15 12:00:00", "2026-07-15 11:00:00"},
	{"Europe/Dublin", "2026-12-15 12:00:00", "2026-12-15 12:00:00"},
	/* a whole day that a country left out */
	{"Pacific/Apia", "2011-12-29 23:59:59", "2011-12-30 09:59:59"},
	{"Pacific/Apia", "2011-12-30 12:00:00", NULL},
	{"Pacific/Apia", "2011-12-31 00:00:00", "2011-12-30 10:00:00"},
	/* before there were zones: local mean time */
	{"Europe/Paris", "1850-01-01 00:09:21", "1850-01-01 00:00:00"},
	/* behind the last transition that the file lists, by its rule */
	{"Europe/Berlin", "2099-07-01 12:00:00", "2099-07-01 10:00:00"},
	{"Europe/Berlin", "2099-12-31 12:00:00", "2099-12-31 11:00:00"},
	{"Europe/Berlin", "2099-03-29 02:30:00", NULL},
	{"Europe/Berlin", "2099-10-25 02:30:00", "2099-10-25 00:30:00"},
	{"America/New_York", "2150-11-01 01:30:00", "2150-11-01 05:30:00"},
	{"Australia/Sydney", "2099-01-01 00:30:00", "2098-12-31 13:30:00"},
	{"Europe/Dublin", "2099-07-15 12:00:00", "2099-07-15 11:00:00"},
	{"Europe/Dublin", "2099-01-15 12:00:00", "2099-01-15 12:00:00"},
	{"Asia/Tokyo", "2099-07-15 12:00:00", "2099-07-15 03:00:00"},
};

static void local_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		msec_t t = -77;
		char text[CLOCK_TEXT_BYTES];
		bool found = clock_parse_zoned(cases[i].local, strlen(cases[i].local), cases[i].zone, &t);
		clock_format(t, text);
		if (found != (cases[i].utc != NULL) || (found && strcmp(text, cases[i].utc) != 0))
			fail_msg("%s %s: %s", cases[i].zone, cases[i].local, found ? text : "none");
		if (!found)
			assert_int_equal(t, -77);
	}
}

/* The C library reads the same files; what it makes of an hour through the years must be found again. */
static void the_library_agrees(void **state)
{
	(void)state;
	static const char *const zones[] = {
		"Europe/Berlin",       "America/St_Johns", "America/Sao_Paulo",  "Africa/Casablanca", "Asia/Tehran",
		"Australia/Lord_Howe", "Pacific/Chatham",  "Pacific/Kiritimati", "America/Nuuk",      "Asia/Gaza"};
	for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
		setenv("TZ", zones[z], 1);
		tzset();
		for (time_t t = 0; t < 4102444800; t += 86400 * 11 + 5400) {
			struct tm tm;
			char local[32];
			msec_t found = -1;
			localtime_r(&t, &tm);
			strftime(local, sizeof(local), "%Y-%m-%d %H:%M:%S", &tm);
			bool ok = clock_parse_zoned(local, strlen(local), zones[z], &found);
			/* a doubled hour may be found at its first passing */
			struct tm again;
			time_t first = (time_t)(found / SECOND_MS);
			localtime_r(&first, &again);
			bool same = again.tm_mday == tm.tm_mday && again.tm_hour == tm.tm_hour && again.tm_min == tm.tm_min;
			if (!ok || first > t || !same || (first != t && t - first > 3 * 3600))
				fail_msg("%s %s: %lld instead of %lld", zones[z], local, (long long)first, (long long)t);
		}
	}
	unsetenv("TZ");
	tzset();
}

static void unknown_zones(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"Mars/Olympus",
		"Europe",
		"europe/berlin",
		"Europe/Berlin ",
		" Europe/Berlin",
		"../zoneinfo/Europe/Berlin",
		"Europe/../Europe/Berlin",
		"/usr/share/zoneinfo/Europe/Berlin",
		"/etc/passwd",
		"tzdata.zi",
		"zone.tab",
		"leapseconds",
		"Europe/Berlin/",
		"GMT+25",
		/* the same zones in other counts of seconds are no names of zones */
		"right/Europe/Berlin",
		"posix/Europe/Berlin",
		"Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Bbbbbbbbbbbbbb",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		msec_t t = 77;
		if (clock_parse_zoned("2026-07-01 12:00:00", 19, bad[i], &t) || t != 77)
			fail_msg("'%s' was taken", bad[i]);
	}
}

static void only_the_plain_form(void **state)
{
	(void)state;
	static const char *const bad[] = {"2026-07-01T12:00:00", "2026-07-01 12:00:00Z", "2026-02-30 12:00:00",
	                                  "2026-07-01 24:00:00", ""};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		msec_t t;
		assert_false(clock_parse_zoned(bad[i], strlen(bad[i]), "Europe/Berlin", &t));
	}
}

static void the_zone_of_the_machine(void **state)
{
	(void)state;
	static const struct {
		const char *tz, *name;
	} zones[] = {{"Europe/Berlin", "Europe/Berlin"},
	             {":America/New_York", "America/New_York"},
	             {"/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"},
	             {"CET-1CEST,M3.5.0,M10.5.0/3", "UTC"},
	             {"/etc/passwd", "UTC"},
	             {"../../etc/passwd", "UTC"},
	             {"", "UTC"}};
	char name[CLOCK_ZONE_BYTES];
	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
		setenv("TZ", zones[i].tz, 1);
		clock_zone_name(name);
		assert_string_equal(name, zones[i].name);
	}
	unsetenv("TZ");
	clock_zone_name(name);
	assert_true(name[0] != '\0');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(local_times),         cmocka_unit_test(the_library_agrees),      cmocka_unit_test(unknown_zones),
		cmocka_unit_test(only_the_plain_form), cmocka_unit_test(the_zone_of_the_machine),
	};
	return cmocka_run_group_tests_name("base/clock_zone", tests, NULL, NULL);
}
