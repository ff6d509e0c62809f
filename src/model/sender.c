#include "model/sender.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

bool channel_is_whatsapp(const char *word)
{
	return text_equal_nocase(word, "whatsapp");
}

bool channel_is_known(const char *word)
{
	return channel_is_whatsapp(word) || text_equal_nocase(word, "sms") || text_equal_nocase(word, "viber");
}

static void judge_name(const char *name, struct faults *faults)
{
	size_t n = name ? strlen(name) : 0;
	if (!name)
		fault_add(faults, FAULT_SENDER_NAME_REQUIRED, "name", " is required");
	else if (n == 0 || text_is_blank(name, n) || text_has_control(name, n))
		fault_add(faults, FAULT_SENDER_NAME_INVALID, "name", " must not be blank or hold control characters");
	else if (utf8_length(name, n) > SENDER_NAME_MAX)
		fault_add(faults, FAULT_SENDER_NAME_LONG, "name", " must be at most %d characters long", SENDER_NAME_MAX);
}

static void judge_code(struct sender_request *req, struct faults *faults)
{
	size_t n = req->code ? strlen(req->code) : 0;
	if (!req->code)
		fault_add(faults, FAULT_SENDER_CODE_REQUIRED, "code", " is required: the phone number of the sender");
	else if (utf8_length(req->code, n) > SENDER_CODE_MAX)
		fault_add(faults, FAULT_SENDER_CODE_LONG, "code", " must be at most %d characters long", SENDER_CODE_MAX);
	else if (number_parse(req->code, n, req->code_digits) != NUMBER_OK)
		fault_add(faults, FAULT_SENDER_CODE_INVALID, "code",
		          " must be a valid phone number: digits with the country code");
}

/* Meta's ids are digits; they become part of a URL. */
static void judge_meta_id(const char *field, const char *id, struct faults *faults)
{
	size_t n = id ? strlen(id) : 0;
	bool ok = n >= 1 && n <= 32 && strspn(id, "0123456789") == n;
	if (!ok)
		fault_add(faults, FAULT_SENDER_META_FIELD, field, " is required: Meta's id, 1 to 32 digits");
}

static bool is_visible_ascii(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

static void judge_secret(const char *field, const char *secret, size_t max, struct faults *faults)
{
	if (!secret || !*secret || strlen(secret) > max || !is_visible_ascii(secret))
		fault_add(faults, FAULT_SENDER_META_FIELD, field, " is required: 1 to %zu visible ASCII characters", max);
}

static void judge_rate(int64_t rate, struct faults *faults)
{
	if (rate != JSON_NO_INT && (rate < 1 || rate > 100000))
		fault_add(faults, FAULT_SENDER_META_FIELD, "rate", " must be from 1 to 100000 messages a second");
}

#define MAX_TOKEN 1024
#define MAX_SECRET 128

void sender_judge(struct sender_request *req, struct faults *faults)
{
	judge_name(req->name, faults);
	judge_code(req, faults);
	if (req->channel && !channel_is_whatsapp(req->channel))
		fault_add(faults, FAULT_SENDER_CHANNEL, "channel", " must be whatsapp");
	judge_meta_id("phone_number_id", req->phone_number_id, faults);
	judge_meta_id("waba_id", req->waba_id, faults);
	judge_secret("access_token", req->access_token, MAX_TOKEN, faults);
	judge_secret("app_secret", req->app_secret, MAX_SECRET, faults);
	judge_rate(req->rate, faults);
}

void sender_judge_update(struct sender_request *req, struct faults *faults)
{
	if (req->name)
		judge_name(req->name, faults);
	if (req->access_token)
		judge_secret("access_token", req->access_token, MAX_TOKEN, faults);
	if (req->app_secret)
		judge_secret("app_secret", req->app_secret, MAX_SECRET, faults);
	judge_rate(req->rate, faults);
}

int64_t sender_tier_people(const char *tier)
{
	char *end = NULL;
	if (strcmp(tier, "TIER_UNLIMITED") == 0)
		return -1;
	if (strncmp(tier, "TIER_", 5) != 0 || tier[5] < '1' || tier[5] > '9')
		return 0;
	long long n = strtoll(tier + 5, &end, 10);
	if (*end == 'K')
		end++, n *= 1000;
	return *end || n > 1000000 ? 0 : n;
}

int64_t sender_pace(int64_t limit_mps, int64_t rate_cap, int64_t campaign_rate)
{
	int64_t pace = limit_mps > 0 ? limit_mps : SENDER_DEFAULT_LIMIT;
	if (pace >= 100)
		pace -= pace / 100;
	if (rate_cap > 0 && rate_cap < pace)
		pace = rate_cap;
	return campaign_rate > 0 && campaign_rate < pace ? campaign_rate : pace;
}
