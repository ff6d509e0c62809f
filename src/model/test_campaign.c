#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "model/campaign.h"

#define NOW INT64_C(1769853600000) /* 2026-01-31 10:00:00 */
#define NO JSON_NO_INT
#define ID "00112233-4455-6677-8899-aabbccddeeff"

static struct campaign_request good(void)
{
	return (struct campaign_request){
		.name = "Spring offer \xE2\x80\x94 1",
		.channel = "whatsapp",
		.from = "Shop",
		.template_id = ID,
		.audience_id = ID,
		.late_start_limit = JSON_NO_INT,
		.rate = JSON_NO_INT,
		.brake = JSON_NO_INT,
		.canary = JSON_NO_INT,
		.canary_wait = JSON_NO_INT,
	};
}

static const char *codes_of(const struct faults *faults)
{
	static char text[300];
	text[0] = '\0';
	for (size_t i = 0; i < faults->n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%d", i ? " " : "", (int)faults->item[i].code);
	return text;
}

static const char *codes(struct campaign_request *req)
{
	static struct faults faults;
	faults_init(&faults);
	campaign_judge(req, NOW, &faults);
	return codes_of(&faults);
}

static void good_ones(void **state)
{
	(void)state;
	struct campaign_request req = good();
	struct uuid id;
	assert_string_equal(codes(&req), "");
	assert_true(uuid_parse(ID, 36, &id));
	assert_true(uuid_equal(&req.template_uuid, &id));
	assert_true(uuid_equal(&req.audience_uuid, &id));
	assert_int_equal(req.schedule_ms, -1);
	assert_int_equal(req.deadline_ms, -1);
	req.name = NULL;
	req.channel = "WhatsApp";
	assert_string_equal(codes(&req), "");
}

static void nothing_given(void **state)
{
	(void)state;
	struct campaign_request req = {.late_start_limit = JSON_NO_INT,
	                               .rate = JSON_NO_INT,
	                               .brake = JSON_NO_INT,
	                               .canary = JSON_NO_INT,
	                               .canary_wait = JSON_NO_INT};
	assert_string_equal(codes(&req), "1515 1603 1607 1605");
	req.from = req.template_id = req.audience_id = "";
	assert_string_equal(codes(&req), "1515 1603 1607 1605");
}

static void names(void **state)
{
	(void)state;
	static const struct {
		const char *name, *codes;
	} cases[] = {
		{"x", ""},
		{"", "1631"},
		{"  ", "1631"},
		{"\xE3\x80\x80", "1631"},
		{"a\nb", "1631"},
		{"a\x7f", "1631"},
		{"\xC2\x85x", "1631"},
		{"!?.,;:()[]{}'\"", ""},
		{"\xE5\xAE\xA2\xE6\x88\xB7 \xF0\x9F\x98\x80", ""},
		{"123456789012345678901234567890123456789012345", ""},
		{"1234567890123456789012345678901234567890123456", "1631"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct campaign_request req = good();
		req.name = cases[i].name;
		assert_string_equal(codes(&req), cases[i].codes);
	}
}

static void references(void **state)
{
	(void)state;
	static const char *const bad[] = {"x", "123", ID "0", "{" ID "}", "00112233445566778899aabbccddeeff"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct campaign_request req = good();
		req.template_id = bad[i];
		assert_string_equal(codes(&req), "1608");
		req = good();
		req.audience_id = bad[i];
		assert_string_equal(codes(&req), "1606");
	}
	static const char *const channels[] = {"", "sms", "viber", "mail"};
	for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
		struct campaign_request req = good();
		req.channel = channels[i];
		assert_string_equal(codes(&req), "1515");
	}
}

static const struct {
	const char *schedule, *timezone, *codes;
	msec_t at;
} schedules[] = {
	{"2026-01-31 10:00:01", NULL, "", NOW + 1000},
	{"2026-01-31 10:00:00", NULL, "1522", -1}, /* now is not in the future */
	{"2026-01-31 09:59:59", NULL, "1522", -1},
	{"1969-12-31 00:00:00", NULL, "1522", -1},
	{"2026-02-30 10:00:00", NULL, "1609", -1},
	{"2026-03-01 24:00:00", NULL, "1609", -1},
	{"2026-03-01", NULL, "1609", -1},
	{"tomorrow", NULL, "1609", -1},
	{"", NULL, "1609", -1},
	{NULL, NULL, "1609", -1},
	/* RFC 3339 with an offset */
	{"2026-01-31T11:00:01+01:00", NULL, "", NOW + 1000},
	{"2026-01-31T11:00:00+01:00", NULL, "1522", -1},
	{"2026-01-31T10:00:01Z", NULL, "", NOW + 1000},
	{"2026-01-31T10:00:00.500Z", NULL, "", NOW + 500},
	{"2026-01-31T10:00:01", NULL, "1609", -1}, /* without an offset it is no moment */
	{"2026-01-31T04:30:01-05:30", NULL, "", NOW + 1000},
	/* a naive time in a zone, and an offset that says more than the zone */
	{"2026-01-31 11:00:01", "Europe/Berlin", "", NOW + 1000},
	{"2026-01-31 10:30:00", "Europe/Berlin", "1522", -1},
	{"2026-03-29 02:30:00", "Europe/Berlin", "1609", -1},
	{"2026-10-25 02:30:00", "Europe/Berlin", "", INT64_C(1792888200000)},
	{"2026-01-31T10:00:01Z", "Europe/Berlin", "", NOW + 1000},
	{"2026-03-01 10:00:00", "Mars/Olympus", "1609", -1},
	{"2026-03-01 10:00:00", "", "1609", -1},
	{"2026-03-01 10:00:00", "+01:00", "1609", -1},
};

static void schedule(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++) {
		struct campaign_request req = good();
		struct faults faults;
		req.has_schedule = true;
		req.schedule = schedules[i].schedule;
		req.timezone = schedules[i].timezone;
		const char *found = codes(&req);
		if (strcmp(found, schedules[i].codes) != 0 || req.schedule_ms != schedules[i].at)
			fail_msg("%s %s gives '%s', %lld", req.schedule, req.timezone ? req.timezone : "", found,
			         (long long)req.schedule_ms);
		faults_init(&faults);
		campaign_judge_update(&req, NOW, &faults);
		assert_string_equal(codes_of(&faults), schedules[i].codes);
		assert_true(req.schedule_ms == schedules[i].at);
	}
}

static void an_update_judges_name_and_schedule(void **state)
{
	(void)state;
	struct faults faults;
	struct campaign_request req = {.name = "",
	                               .has_schedule = true,
	                               .schedule = "x",
	                               .late_start_limit = JSON_NO_INT,
	                               .rate = JSON_NO_INT,
	                               .brake = JSON_NO_INT,
	                               .canary = JSON_NO_INT,
	                               .canary_wait = JSON_NO_INT};
	faults_init(&faults);
	campaign_judge_update(&req, NOW, &faults);
	assert_string_equal(codes_of(&faults), "1631 1609");
	req = (struct campaign_request){.name = "new",
	                                .late_start_limit = JSON_NO_INT,
	                                .rate = JSON_NO_INT,
	                                .brake = JSON_NO_INT,
	                                .canary = JSON_NO_INT,
	                                .canary_wait = JSON_NO_INT};
	faults_init(&faults);
	campaign_judge_update(&req, NOW, &faults);
	assert_false(faults_any(&faults));
	assert_int_equal(req.schedule_ms, -1);
}

static void a_schedule_stays_before_the_deadline(void **state)
{
	(void)state;
	struct faults faults;
	struct campaign c = {.status = CAMPAIGN_SCHEDULED, .deadline_ms = NOW + 2000};
	static const struct {
		enum campaign_status status;
		msec_t deadline, schedule;
		const char *codes;
	} cases[] = {
		{CAMPAIGN_SCHEDULED, NOW + 2000, NOW + 1999, ""},
		{CAMPAIGN_SCHEDULED, NOW + 2000, NOW + 2000, "1615"},
		{CAMPAIGN_SCHEDULED, NOW + 2000, NOW + DAY_MS, "1615"},
		{CAMPAIGN_SCHEDULED, -1, NOW + DAY_MS, ""},
		{CAMPAIGN_IN_PROGRESS, -1, NOW + 1, "1611"},
		{CAMPAIGN_CANCELED, NOW, NOW + 1, "1611"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		c.status = cases[i].status;
		c.deadline_ms = cases[i].deadline;
		faults_init(&faults);
		campaign_judge_reschedule(&c, cases[i].schedule, &faults);
		assert_string_equal(codes_of(&faults), cases[i].codes);
	}
	faults_init(&faults);
	c = (struct campaign){.status = CAMPAIGN_SCHEDULED, .deadline_ms = NOW};
	campaign_judge_reschedule(&c, NOW, &faults);
	assert_string_equal(faults.item[0].message,
	                    "'data.schedule' must be before the campaign's deadline, 2026-01-31 10:00:00");
}

static void a_timezone_is_one(void **state)
{
	(void)state;
	static const struct {
		const char *schedule, *deadline, *codes;
	} cases[] = {
		{NULL, NULL, "1609"},
		{"2026-02-01 10:00:00", NULL, "1609"},
		{"2026-02-01T10:00:00Z", NULL, "1609"},
		{NULL, "2026-02-01T10:00:00Z", "1609"},
		{"2026-02-01T10:00:00Z", "soon", "1609 1615"},
		{"x", NULL, "1609 1609"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct campaign_request req = good();
		req.schedule = cases[i].schedule;
		req.has_schedule = req.schedule != NULL;
		req.deadline = cases[i].deadline;
		req.timezone = "Mars";
		assert_string_equal(codes(&req), cases[i].codes);
		req.timezone = "Europe/Berlin";
		if (!cases[i].deadline && !(req.schedule && *req.schedule == 'x'))
			assert_string_equal(codes(&req), "");
	}
}

static void deadlines(void **state)
{
	(void)state;
	static const struct {
		const char *schedule, *deadline, *timezone, *codes;
		msec_t at;
	} cases[] = {
		{NULL, "2026-01-31 10:00:01", NULL, "", NOW + 1000},
		{NULL, "2026-01-31 10:00:00", NULL, "1615", -1},
		{NULL, "soon", NULL, "1615", -1},
		{NULL, "2026-01-31T11:00:01+01:00", NULL, "", NOW + 1000},
		{NULL, "2026-01-31 11:00:01", "Europe/Berlin", "", NOW + 1000},
		{"2026-02-01 10:00:00", "2026-02-01 10:00:00", NULL, "1615", -1},
		{"2026-02-01 10:00:00", "2026-02-01 09:00:00", NULL, "1615", -1},
		{"2026-02-01 10:00:00", "2026-02-01 10:00:01", NULL, "", NOW + DAY_MS + 1000},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct campaign_request req = good();
		req.schedule = cases[i].schedule;
		req.has_schedule = req.schedule != NULL;
		req.deadline = cases[i].deadline;
		req.timezone = cases[i].timezone;
		assert_string_equal(codes(&req), cases[i].codes);
		assert_true(req.deadline_ms == cases[i].at);
	}
}

static void options(void **state)
{
	(void)state;
	static const struct {
		const char *on_unconfirmed;
		int64_t late, rate;
		const char *codes;
	} cases[] = {
		{"hold", 0, 1, ""},         {"resend", 10080, 100000, ""}, {"Hold", NO, NO, "1615"},
		{"", NO, NO, "1615"},       {NULL, -2, NO, "1615"},        {NULL, 10081, NO, "1615"},
		{NULL, -1, NO, "1615"},     {NULL, NO, -1, "1615"},        {NULL, NO, 0, "1615"},
		{NULL, NO, 100001, "1615"}, {NULL, NO, -2, "1615"},        {"x", INT64_MAX, -INT64_MAX, "1615 1615 1615"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct campaign_request req = good();
		req.on_unconfirmed = cases[i].on_unconfirmed;
		req.late_start_limit = cases[i].late;
		req.rate = cases[i].rate;
		assert_string_equal(codes(&req), cases[i].codes);
	}
}

static void faults_are_sorted_by_field(void **state)
{
	(void)state;
	static const char *const added[] = {"rate",    "schedule", "audience", "template", "from",
	                                    "channel", "name",     "deadline", "name",     "schedule"};
	static const char *const sorted[] = {"name",     "name",     "channel",  "from", "template",
	                                     "audience", "schedule", "schedule", "rate", "deadline"};
	struct faults faults;
	faults_init(&faults);
	for (int i = 0; i < 10; i++)
		fault_add(&faults, FAULT_CAMPAIGN_OPTION, added[i], " %d", i);
	campaign_sort_faults(&faults);
	assert_int_equal(faults.n, 10);
	for (size_t i = 0; i < 10; i++)
		assert_string_equal(faults.item[i].field + 5, sorted[i]);
	assert_string_equal(faults.item[0].message, "'data.name' 6"); /* stable */
	assert_string_equal(faults.item[1].message, "'data.name' 8");
	assert_string_equal(faults.item[6].message, "'data.schedule' 1");
	faults_init(&faults);
	campaign_sort_faults(&faults);
	assert_int_equal(faults.n, 0);
}

static void words(void **state)
{
	(void)state;
	static const char *const texts[] = {"scheduled", "in_progress", "completed", "canceled"};
	enum campaign_status status;
	for (int i = 0; i < 4; i++) {
		assert_string_equal(campaign_status_text((enum campaign_status)i), texts[i]);
		assert_true(campaign_status_parse(texts[i], &status));
		assert_int_equal(status, i);
	}
	assert_true(campaign_status_parse("IN_Progress", &status));
	assert_int_equal(status, CAMPAIGN_IN_PROGRESS);
	assert_false(campaign_status_parse("paused", &status));
	assert_false(campaign_status_parse("", &status));
	assert_false(campaign_status_parse("cancelled", &status));
	assert_int_equal(status, CAMPAIGN_IN_PROGRESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones),
		cmocka_unit_test(nothing_given),
		cmocka_unit_test(names),
		cmocka_unit_test(references),
		cmocka_unit_test(schedule),
		cmocka_unit_test(an_update_judges_name_and_schedule),
		cmocka_unit_test(a_schedule_stays_before_the_deadline),
		cmocka_unit_test(a_timezone_is_one),
		cmocka_unit_test(deadlines),
		cmocka_unit_test(options),
		cmocka_unit_test(faults_are_sorted_by_field),
		cmocka_unit_test(words),
	};
	return cmocka_run_group_tests_name("model/campaign", tests, NULL, NULL);
}
