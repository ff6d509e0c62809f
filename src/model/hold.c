#include "model/hold.h"

static const struct {
	const char *text, *sender_status, *remedy;
} rules[] = {
	[HOLD_NONE] = {"", "available", ""},
#define X(name, number, text, sender_status, remedy) [number] = {text, sender_status, remedy},
#include "model/holds.def"
};

static size_t known(enum hold_rule rule)
{
	return (size_t)rule < sizeof(rules) / sizeof(rules[0]) ? (size_t)rule : HOLD_NONE;
}

struct hold hold_for(enum hold_rule rule, const char *reason)
{
	return (struct hold){.rule = rule, .reason = reason, .remedy = rules[known(rule)].remedy, .since = -1, .until = -1};
}

bool hold_is_on(const struct hold *hold)
{
	return hold->rule != HOLD_NONE;
}

bool hold_stops(const struct hold *hold)
{
	return hold_is_on(hold) && hold->rule != HOLD_UNREACHABLE;
}

const char *hold_rule_text(enum hold_rule rule)
{
	return rules[known(rule)].text;
}

const char *hold_sender_status(enum hold_rule rule)
{
	return rules[known(rule)].sender_status;
}

void hold_put(struct json_writer *w, const char *key, const struct hold *hold)
{
	if (!hold_is_on(hold)) {
		json_put_null(w, key);
		return;
	}
	json_open_object(w, key);
	json_put_text(w, "by", hold->rule == HOLD_PERSON ? "person" : "rule");
	json_put_text(w, "rule", hold_rule_text(hold->rule));
	if (hold->code)
		json_put_int(w, "code", hold->code);
	else
		json_put_null(w, "code");
	json_put_text(w, "reason", hold->reason);
	json_put_text(w, "remedy", hold->remedy);
	json_put_time(w, "since", hold->since);
	json_put_time(w, "until", hold->until);
	json_close_object(w);
}
