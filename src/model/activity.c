#include "model/activity.h"

#include <string.h>

#include "base/json.h"

enum by { BY_WHO, BY_WHATSAPP };

static const struct {
	const char *word;
	enum pubid_kind resource;
	enum by by;
	const char *sentence;
} actions[N_ACTIVITIES] = {
#define X(name, number, word, resource, by, sentence) [number] = {word, PUBID_##resource, BY_##by, sentence},
#include "model/activity.def"
};

static const struct {
	enum pubid_kind kind;
	const char *word;
} resources[] = {
	{PUBID_ACCOUNT, "account"},   {PUBID_KEY, "key"},         {PUBID_SENDER, "sender"}, {PUBID_TEMPLATE, "template"},
	{PUBID_AUDIENCE, "audience"}, {PUBID_CONTACT, "contact"}, {PUBID_IMPORT, "import"}, {PUBID_CAMPAIGN, "campaign"},
	{PUBID_WEBHOOK, "webhook"},   {PUBID_OPTOUT, "optout"},
};
#define N_RESOURCES (sizeof(resources) / sizeof(resources[0]))

_Static_assert(N_ACTIVITIES <= 63, "a mask of actions has a bit for each");

const char *activity_actor_text(enum activity_actor actor)
{
	static const char *const texts[] = {[ACTOR_SERVER] = "server", [ACTOR_KEY] = "key", [ACTOR_WHATSAPP] = "whatsapp"};
	return texts[actor];
}

const char *activity_word(enum activity_action action)
{
	return actions[action].word;
}

bool activity_parse(const char *word, enum activity_action *ret)
{
	for (int i = 1; i < N_ACTIVITIES; i++) {
		if (strcmp(actions[i].word, word) == 0) {
			*ret = (enum activity_action)i;
			return true;
		}
	}
	return false;
}

bool activity_is_whatsapps(enum activity_action action)
{
	return actions[action].by == BY_WHATSAPP;
}

enum pubid_kind activity_resource(enum activity_action action)
{
	return actions[action].resource;
}

const char *activity_resource_word(enum pubid_kind resource)
{
	for (size_t i = 0; i < N_RESOURCES; i++)
		if (resources[i].kind == resource)
			return resources[i].word;
	return "";
}

uint64_t activity_mask(const char *resource_word)
{
	uint64_t mask = 0;
	for (int i = 1; i < N_ACTIVITIES; i++)
		if (strcmp(activity_resource_word(actions[i].resource), resource_word) == 0)
			mask |= UINT64_C(1) << i;
	return mask;
}

static void put_by(const struct activity *a, struct buf *out)
{
	if (a->actor == ACTOR_WHATSAPP)
		buf_adds(out, " by WhatsApp");
	else if (a->actor == ACTOR_KEY)
		buf_addf(out, " with the key “%s”", a->key_name ? a->key_name : "?");
}

static void put_value(const struct activity *a, const cJSON *detail, const char *key, struct buf *out)
{
	const char *text = strcmp(key, "name") == 0 ? a->name : json_text(detail, key);
	int64_t number;
	if (strcmp(key, "by") == 0)
		put_by(a, out);
	else if (text)
		buf_adds(out, text);
	else if (json_int(detail, key, &number))
		buf_addf(out, "%lld", (long long)number);
	else
		buf_adds(out, "unknown");
}

void activity_put_text(const struct activity *a, struct buf *out)
{
	json_auto cJSON *detail = NULL;
	struct err err;
	if (a->detail && json_parse(a->detail, strlen(a->detail), &detail, &err) < 0)
		detail = NULL;
	for (const char *p = actions[a->action].sentence; *p;) {
		char key[32];
		size_t plain = strcspn(p, "{"), n;
		buf_add(out, p, plain);
		p += plain;
		if (!*p)
			break;
		n = strcspn(++p, "}");
		memcpy(key, p, n);
		key[n] = '\0';
		put_value(a, detail, key, out);
		p += n + 1;
	}
}
