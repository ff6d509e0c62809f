#include "model/hook.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

static const char *const kinds[N_HOOK_KINDS] = {
	[HOOK_MESSAGE] = "message", [HOOK_DELIVERY] = "delivery", [HOOK_CAMPAIGN] = "campaign", [HOOK_SENDER] = "sender"};
static const char *const states[N_HOOK_STATES] = {
	[HOOK_WAITING] = "waiting", [HOOK_DELIVERED] = "delivered", [HOOK_FAILED] = "failed"};

static int find(const char *const *words, int n, const char *text)
{
	for (int i = 0; i < n; i++)
		if (strcasecmp(words[i], text) == 0)
			return i;
	return -1;
}

const char *hook_kind_text(enum hook_kind kind)
{
	return kinds[kind];
}

bool hook_kind_parse(const char *text, enum hook_kind *ret)
{
	int i = find(kinds, N_HOOK_KINDS, text);
	if (i >= 0)
		*ret = (enum hook_kind)i;
	return i >= 0;
}

const char *hook_state_text(enum hook_state state)
{
	return states[state];
}

bool hook_state_parse(const char *text, enum hook_state *ret)
{
	int i = find(states, N_HOOK_STATES, text);
	if (i >= 0)
		*ret = (enum hook_state)i;
	return i >= 0;
}

static void judge_url(const char *url, struct faults *faults)
{
	size_t n = url ? strlen(url) : 0;
	if (n == 0)
		fault_add(faults, FAULT_HOOK_URL_REQUIRED, "url", " is required");
	else if (utf8_length(url, n) > HOOK_MAX_URL)
		fault_add(faults, FAULT_HOOK_URL_LONG, "url", " must be at most %d characters long", HOOK_MAX_URL);
	else if ((strncasecmp(url, "https://", 8) != 0 && strncasecmp(url, "http://", 7) != 0) || text_has_control(url, n) ||
	         strchr(url, ' '))
		fault_add(faults, FAULT_HOOK_URL, "url", " must be a URL that begins with https:// or http://, without blanks");
}

void hook_judge(struct hook_request *req, struct faults *faults)
{
	size_t n_secret = req->secret ? strlen(req->secret) : 0;
	judge_url(req->url, faults);
	if (!req->event || !*req->event)
		fault_add(faults, FAULT_HOOK_EVENT_REQUIRED, "event", " is required: message, delivery, campaign or sender");
	else if (!hook_kind_parse(req->event, &req->kind))
		fault_add(faults, FAULT_HOOK_EVENT, "event", " must be message, delivery, campaign or sender");
	if (req->secret && (n_secret == 0 || n_secret > HOOK_MAX_SECRET || text_has_control(req->secret, n_secret)))
		fault_add(faults, FAULT_HOOK_SECRET, "secret",
		          " must have 1 to %d bytes without control characters; leave it out for one to be made",
		          HOOK_MAX_SECRET);
}

/* Events are many: their numbers may pass 2^32. */
struct uuid hook_event_id(const struct pubid_key *key, int64_t event_no)
{
	return pubid_make(key, PUBID_HOOK_EVENT, event_no >> 32, event_no & UINT32_MAX);
}

bool hook_event_open(const struct pubid_key *key, const struct uuid *uuid, int64_t *ret_event_no)
{
	int64_t high, low;
	if (!pubid_open(key, PUBID_HOOK_EVENT, uuid, &high, &low))
		return false;
	*ret_event_no = (int64_t)((uint64_t)high << 32 | (uint64_t)low);
	return true;
}
