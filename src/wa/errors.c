#include "wa/errors.h"

#include <stdbool.h>

static const struct wa_error_rule table[] = {
#define X(code, action, meaning, remedy) {code, WA_##action, meaning, remedy},
#include "wa/errors.def"
};
#define N_RULES (sizeof(table) / sizeof(table[0]))

/* A code that is not in the table. Meta adds codes; what it refuses with a 4xx was not sent, a 5xx proves nothing. */
static const struct wa_error_rule unknown_refusal = {-1, WA_FAIL,
                                                     "WhatsApp refused the message with a code that this version does not know.",
                                                     "Look at the detail, and at Meta's page of error codes."};
static const struct wa_error_rule unknown_trouble = {-1, WA_AMBIGUOUS,
                                                     "WhatsApp had a failure of its own; the message may have been taken.",
                                                     "Wait for its status; unconfirmed messages are shown."};
static const struct wa_error_rule permission = {-1, WA_HOLD_SENDER, "The access token lacks a permission.",
                                                "Check the token's permissions, then resume."};
static const struct wa_error_rule unknown_number = {
	100, WA_HOLD_SENDER, "WhatsApp does not know the sender's phone number, or the access token may not see it.",
	"Check the sender's phone_number_id in WhatsApp Manager and the access token's permissions, then resume."};

static const struct wa_error_rule *find(int code)
{
	for (size_t i = 0; i < N_RULES; i++)
		if (table[i].code == code)
			return &table[i];
	return code >= 200 && code < 300 ? &permission : NULL;
}

const struct wa_error_rule *wa_error_rule(int code, int http_status)
{
	const struct wa_error_rule *rule = find(code);
	/* A failure of Meta's own proves nothing about this message, except for the codes of a sender or template that cannot
	 * send at all, some of which are documented with a 5xx. */
	bool stops = rule && (rule->action == WA_HOLD_SENDER || rule->action == WA_HOLD_CAMPAIGN);
	if (http_status >= 500 && !stops)
		return rule && rule->action == WA_AMBIGUOUS ? rule : &unknown_trouble;
	return rule ? rule : &unknown_refusal;
}

const struct wa_error_rule *wa_error_rule_with(int code, int subcode, int http_status)
{
	return code == 100 && subcode == WA_SUBCODE_UNKNOWN ? &unknown_number : wa_error_rule(code, http_status);
}

struct hold wa_error_hold(const struct wa_error_rule *rule, int code)
{
	struct hold hold = hold_for(HOLD_REFUSED, rule->meaning);
	hold.code = code;
	hold.remedy = rule->remedy;
	return hold;
}

const struct wa_error_rule *wa_error_words(int code)
{
	const struct wa_error_rule *rule = find(code);
	return rule ? rule : &unknown_refusal;
}

const struct wa_error_rule *wa_error_table(size_t *ret_n)
{
	*ret_n = N_RULES;
	return table;
}
