#include "wa/event_account.h"

#include <string.h>
#include <time.h>

/* Seconds of Unix time, RFC 3339, or `April 17, 2025`, whose day is over at its end: Meta has a form for each event. -1: none of
 * them. */
static msec_t read_time(const cJSON *object, const char *key)
{
	const char *text = json_text(object, key), *rest;
	int64_t seconds;
	msec_t at;
	struct tm day = {0};
	if (json_int(object, key, &seconds))
		return seconds > 0 && seconds < (int64_t)1 << 40 ? seconds * SECOND_MS : -1;
	if (!text)
		return -1;
	if (clock_parse_rfc3339(text, strlen(text), &at))
		return at;
	rest = strptime(text, "%B %d, %Y", &day);
	return rest && *rest == '\0' ? (timegm(&day) + 24 * 3600) * SECOND_MS : -1;
}

/* There are others: of adding numbers, of calls, of one category of templates. They hold no number back. */
static bool stops_messages(const char *type)
{
	return type && (strcmp(type, "RESTRICTED_BIZ_INITIATED_MESSAGING") == 0 ||
	                strcmp(type, "RESTRICTED_CUSTOMER_INITIATED_MESSAGING") == 0);
}

/* The longest counts; one without an end has none. */
static bool read_restrictions(const cJSON *list, struct wa_event *e)
{
	bool any = false, endless = false;
	e->until_ms = -1;
	for (const cJSON *r = cJSON_IsArray(list) ? list->child : NULL; r; r = r->next) {
		if (!stops_messages(json_text(r, "restriction_type")))
			continue;
		msec_t end = read_time(r, "expiration");
		any = true;
		endless = endless || end < 0;
		if (end > e->until_ms)
			e->until_ms = end;
	}
	if (endless)
		e->until_ms = -1;
	e->stop = any;
	e->reason = "WhatsApp has restricted the business account: it may not begin conversations.";
	return any;
}

bool event_account_read(const cJSON *value, struct wa_event *e)
{
	static const struct {
		const char *event, *ban_state; /* ban_state NULL: any */
		bool stop;
		const char *reason;
	} words[] = {
		{"DISABLED_UPDATE", "DISABLE", true, "WhatsApp has disabled the business account."},
		{"DISABLED_UPDATE", "REINSTATE", false, ""},
		{"ACCOUNT_DELETED", NULL, true, "The business account was deleted at WhatsApp."},
		{"ACCOUNT_OFFBOARDED", NULL, true, "The business account was disconnected from its app at WhatsApp."},
		{"ACCOUNT_RECONNECTED", NULL, false, ""},
	};
	const char *event = json_text(value, "event"), *state = json_text(json_get(value, "ban_info"), "waba_ban_state");
	if (!event)
		return false;
	if (strcmp(event, "ACCOUNT_RESTRICTION") == 0)
		return read_restrictions(json_get(value, "restriction_info"), e);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		bool is_state = !words[i].ban_state || (state && strcmp(words[i].ban_state, state) == 0);
		if (strcmp(words[i].event, event) != 0 || !is_state)
			continue;
		e->stop = words[i].stop;
		e->reason = words[i].reason;
		e->until_ms = -1;
		return true;
	}
	return false;
}

static bool read_utility(const cJSON *list, struct wa_event *e)
{
	for (const cJSON *r = cJSON_IsArray(list) ? list->child : NULL; r; r = r->next) {
		const char *type = json_text(r, "restriction_type");
		if (!type || strcmp(type, "RESTRICTED_UTILITY_TEMPLATES") != 0)
			continue;
		e->until_ms = read_time(r, "expiration");
		e->reason = "WhatsApp has restricted the business account: it may not send utility templates.";
		return true;
	}
	return false;
}

bool event_account_warning(const cJSON *value, struct wa_event *e)
{
	const char *event = json_text(value, "event");
	const cJSON *ban = json_get(value, "ban_info");
	const char *state = json_text(ban, "waba_ban_state");
	if (!event)
		return false;
	if (strcmp(event, "ACCOUNT_RESTRICTION") == 0)
		return read_utility(json_get(value, "restriction_info"), e);
	if (strcmp(event, "ACCOUNT_VIOLATION") == 0) {
		e->until_ms = -1;
		e->reason = "WhatsApp says that the business account breaks its rules: see WhatsApp Manager.";
		return true;
	}
	if (strcmp(event, "DISABLED_UPDATE") == 0 && state && strcmp(state, "SCHEDULE_FOR_DISABLE") == 0) {
		e->until_ms = read_time(ban, "waba_ban_date");
		e->reason = "WhatsApp is going to disable the business account.";
		return true;
	}
	return false;
}
