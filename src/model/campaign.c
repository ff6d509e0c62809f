#include "model/campaign.h"

#include <string.h>

#include "base/text.h"
#include "model/sender.h"

#define MAX_RATE 100000
#define MAX_LATE_MIN 10080
#define MAX_CANARY 100000

static const char *const status_texts[] = {"scheduled", "in_progress", "completed", "canceled"};

const char *campaign_status_text(enum campaign_status status)
{
	return status_texts[status];
}

bool campaign_status_parse(const char *text, enum campaign_status *ret)
{
	for (size_t i = 0; i < sizeof(status_texts) / sizeof(status_texts[0]); i++) {
		if (text_equal_nocase(status_texts[i], text)) {
			*ret = (enum campaign_status)i;
			return true;
		}
	}
	return false;
}

static void judge_name(const char *name, struct faults *faults)
{
	if (!name)
		return;
	size_t n = strlen(name);
	if (utf8_length(name, n) > CAMPAIGN_NAME_MAX)
		fault_add(faults, FAULT_CAMPAIGN_NAME, "name", " must be at most %d characters long", CAMPAIGN_NAME_MAX);
	else if (text_is_blank(name, n) || text_has_control(name, n))
		fault_add(faults, FAULT_CAMPAIGN_NAME, "name", " must not be blank or hold control characters");
}

static void judge_channel(const char *channel, struct faults *faults)
{
	if (!channel)
		fault_add(faults, FAULT_CAMPAIGN_CHANNEL, "channel", " is required: whatsapp");
	else if (!channel_is_whatsapp(channel))
		fault_add(faults, FAULT_CAMPAIGN_CHANNEL, "channel", " must be whatsapp");
}

static bool read_time(const char *text, const char *timezone, msec_t *ret)
{
	size_t n = strlen(text);
	if (timezone && clock_parse_zoned(text, n, timezone, ret))
		return true;
	if (clock_parse_rfc3339(text, n, ret) && !clock_parse(text, n, ret))
		return true;
	return !timezone && clock_parse(text, n, ret);
}

static bool zone_is_good(const struct campaign_request *req)
{
	return !req->timezone || clock_zone_is_known(req->timezone);
}

static void judge_schedule(struct campaign_request *req, msec_t now, struct faults *faults)
{
	req->schedule_ms = -1;
	if (!req->has_schedule)
		return;
	msec_t at;
	bool zoned = zone_is_good(req);
	if (!req->schedule || !read_time(req->schedule, zoned ? req->timezone : NULL, &at))
		fault_add(faults, FAULT_SCHEDULE_FORMAT, "schedule",
		          req->timezone ? " must be a date and time that exist in the timezone: yyyy-mm-dd hh:mm:ss"
		                        : " must be a date and time that exist: yyyy-mm-dd hh:mm:ss");
	else if (zoned && at <= now)
		fault_add(faults, FAULT_SCHEDULE_PAST, "schedule", " must be in the future");
	else if (zoned)
		req->schedule_ms = at;
}

static void judge_timezone(const struct campaign_request *req, struct faults *faults)
{
	if (!zone_is_good(req))
		fault_add(faults, FAULT_SCHEDULE_FORMAT, "timezone", " must be the IANA name of a timezone, e.g. Europe/Paris");
}

static void judge_deadline(struct campaign_request *req, msec_t now, struct faults *faults)
{
	req->deadline_ms = -1;
	if (!req->deadline)
		return;
	msec_t at, start = req->schedule_ms >= 0 ? req->schedule_ms : now;
	bool zoned = zone_is_good(req);
	if (!read_time(req->deadline, zoned ? req->timezone : NULL, &at))
		fault_add(faults, FAULT_CAMPAIGN_OPTION, "deadline", " must be a date and time that exist: yyyy-mm-dd hh:mm:ss");
	else if (zoned && at <= start)
		fault_add(faults, FAULT_CAMPAIGN_OPTION, "deadline", " must be later than the start");
	else if (zoned)
		req->deadline_ms = at;
}

static void judge_options(struct campaign_request *req, struct faults *faults)
{
	if (req->on_unconfirmed && strcmp(req->on_unconfirmed, "hold") != 0 && strcmp(req->on_unconfirmed, "resend") != 0)
		fault_add(faults, FAULT_CAMPAIGN_OPTION, "on_unconfirmed", " must be hold or resend");
	if (req->on_capped && strcmp(req->on_capped, "retry") != 0 && strcmp(req->on_capped, "fail") != 0)
		fault_add(faults, FAULT_CAMPAIGN_OPTION, "on_capped", " must be retry or fail");
	if (req->late_start_limit != JSON_NO_INT && (req->late_start_limit < 0 || req->late_start_limit > MAX_LATE_MIN))
		fault_add(faults, FAULT_CAMPAIGN_OPTION, "late_start_limit", " must be from 0 to %d minutes", MAX_LATE_MIN);
	if (req->brake != JSON_NO_INT && (req->brake < 0 || req->brake > 100))
		fault_add(faults, FAULT_CAMPAIGN_OPTION, "brake", " must be from 0 to 100 percent");
	if (req->canary != JSON_NO_INT && (req->canary < 0 || req->canary > MAX_CANARY))
		fault_add(faults, FAULT_CAMPAIGN_OPTION, "canary", " must be from 0 to %d recipients", MAX_CANARY);
	if (req->canary_wait != JSON_NO_INT && (req->canary_wait < 1 || req->canary_wait > MAX_LATE_MIN))
		fault_add(faults, FAULT_CAMPAIGN_OPTION, "canary_wait", " must be from 1 to %d minutes", MAX_LATE_MIN);
	if (req->rate != JSON_NO_INT && (req->rate < 1 || req->rate > MAX_RATE))
		fault_add(faults, FAULT_CAMPAIGN_OPTION, "rate", " must be from 1 to %d messages a second", MAX_RATE);
}

void campaign_judge(struct campaign_request *req, msec_t now, struct faults *faults)
{
	judge_name(req->name, faults);
	judge_channel(req->channel, faults);
	if (!req->from || !*req->from)
		fault_add(faults, FAULT_CAMPAIGN_FROM_REQUIRED, "from", " is required: the name of a WhatsApp sender");
	if (!req->template_id || !*req->template_id)
		fault_add(faults, FAULT_CAMPAIGN_TEMPLATE_REQUIRED, "template", " is required: the id of a COMPLETED template");
	else if (!uuid_parse(req->template_id, strlen(req->template_id), &req->template_uuid))
		fault_add(faults, FAULT_CAMPAIGN_TEMPLATE_STATE, "template", " must be a UUID");
	if (!req->audience_id || !*req->audience_id)
		fault_add(faults, FAULT_CAMPAIGN_AUDIENCE_REQUIRED, "audience", " is required: the id of an audience");
	else if (!uuid_parse(req->audience_id, strlen(req->audience_id), &req->audience_uuid))
		fault_add(faults, FAULT_CAMPAIGN_AUDIENCE_ID, "audience", " must be a UUID");
	judge_schedule(req, now, faults);
	judge_timezone(req, faults);
	judge_deadline(req, now, faults);
	judge_options(req, faults);
}

void campaign_judge_update(struct campaign_request *req, msec_t now, struct faults *faults)
{
	judge_name(req->name, faults);
	judge_schedule(req, now, faults);
	judge_timezone(req, faults);
}

void campaign_judge_reschedule(const struct campaign *c, msec_t schedule_ms, struct faults *faults)
{
	char deadline[CLOCK_TEXT_BYTES];
	if (c->status != CAMPAIGN_SCHEDULED) {
		fault_add(faults, FAULT_CAMPAIGN_STATE, "schedule",
		          "The campaign is not scheduled any more, so its schedule cannot be changed");
	} else if (c->deadline_ms >= 0 && schedule_ms >= c->deadline_ms) {
		clock_format(c->deadline_ms, deadline);
		fault_add(faults, FAULT_CAMPAIGN_OPTION, "schedule", " must be before the campaign's deadline, %s", deadline);
	}
}

static size_t field_rank(const struct fault *f)
{
	static const char *const order[] = {"name", "channel", "from", "template", "audience", "schedule"};
	const char *dot = strrchr(f->field, '.'), *name = dot ? dot + 1 : f->field;
	size_t n = sizeof(order) / sizeof(order[0]);
	for (size_t i = 0; i < n; i++)
		if (strcmp(order[i], name) == 0)
			return i;
	return n;
}

void campaign_sort_faults(struct faults *faults)
{
	for (size_t i = 1; i < faults->n; i++) { /* a stable insertion: there are few */
		struct fault f = faults->item[i];
		size_t k = i;
		for (; k > 0 && field_rank(&faults->item[k - 1]) > field_rank(&f); k--)
			faults->item[k] = faults->item[k - 1];
		faults->item[k] = f;
	}
}
