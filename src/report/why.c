#include "report/why.h"

#include <string.h>

#include "wa/errors.h"

/* Of a sentence in parentheses: what follows them ends it. */
static int without_stop(const char *sentence)
{
	size_t n = strlen(sentence);
	return (int)(n > 0 && sentence[n - 1] == '.' ? n - 1 : n);
}

/* What WhatsApp's code means, with its own words where it gave some; "" for none. */
static const char *code_text(const struct ledger_row *r, struct arena *arena)
{
	const char *detail = r->detail ? r->detail : "";
	if (r->code == 0)
		return r->detail ? arena_printf(arena, " (%.*s)", without_stop(detail), detail) : "";
	const char *meaning = wa_error_words(r->code)->meaning;
	return r->detail ? arena_printf(arena, " (code %d: %s It says: %.*s)", r->code, meaning, without_stop(detail), detail)
	                 : arena_printf(arena, " (code %d: %.*s)", r->code, without_stop(meaning), meaning);
}

static const char *at(msec_t time, struct arena *arena)
{
	char *text = arena_alloc(arena, CLOCK_TEXT_BYTES);
	clock_format(time, text);
	return text;
}

static const char *why_held(const char *tried, const char *what, const struct hold *hold, struct arena *arena)
{
	if (hold->until < 0)
		return arena_printf(arena, "%s: the %s is held. %s %s", tried, what, hold->reason, hold->remedy);
	return arena_printf(arena, "%s: the %s is held until %s. %s %s", tried, what, at(hold->until, arena), hold->reason,
	                    hold->remedy);
}

static const char *why_queued(const struct ledger_row *r, const struct recipient_holds *holds, msec_t now, struct arena *arena)
{
	const char *tried = r->attempts == 0   ? "Nothing was sent yet"
	                    : r->doubt_ms >= 0 ? "An earlier try may have arrived"
	                                       : "It was certainly not sent so far";
	if (hold_is_on(&holds->sender))
		return why_held(tried, "sender", &holds->sender, arena);
	if (hold_is_on(&holds->campaign))
		return why_held(tried, "campaign", &holds->campaign, arena);
	if (r->not_before > now && r->not_before >= holds->place_at)
		return arena_printf(arena, "%s%s; it is tried again after %s.", tried, code_text(r, arena),
		                    at(r->not_before, arena));
	if (holds->medium)
		return arena_printf(arena, "%s: the campaign waits for its medium. %s.", tried, holds->medium);
	if (holds->place_at > now)
		return arena_printf(
			arena,
			"%s%s: WhatsApp lets this business begin with %lld people in 24 hours, and all of them are used "
			"or kept for earlier campaigns; the next of this campaign's messages goes after %s.",
			tried, code_text(r, arena), (long long)holds->limit_24h, at(holds->place_at, arena));
	return arena_printf(arena, "%s%s; it waits for its turn.", tried, code_text(r, arena));
}

static const char *why_unconfirmed(const struct ledger_row *r, const struct recipient_holds *holds, struct arena *arena)
{
	return arena_printf(arena, "It left%s%s and no clear answer came%s, so it may have arrived; %s.",
	                    r->claimed_ms >= 0 ? " at " : "", r->claimed_ms >= 0 ? at(r->claimed_ms, arena) : "",
	                    code_text(r, arena),
	                    holds->on_unconfirmed == UNCONFIRMED_RESEND
	                            ? "it is sent again when WhatsApp tells of later messages and not of this one"
	                            : "it is not sent again by itself: a status from WhatsApp settles it, or a person who says "
	                              "that it is to be sent again or given up");
}

static const char *why_accepted(const struct ledger_row *r, struct arena *arena)
{
	if (r->held_by_meta)
		return arena_printf(arena,
		                    "WhatsApp took it at %s and holds it to judge the template's quality; it sends it or drops "
		                    "it by itself.",
		                    at(r->accepted_ms, arena));
	return arena_printf(arena, "WhatsApp took it at %s and has not said yet that it went on to the phone.",
	                    at(r->accepted_ms, arena));
}

static const char *why_failed(const struct ledger_row *r, struct arena *arena)
{
	return arena_printf(arena, "%s%s. %s",
	                    r->accepted_ms >= 0 ? "WhatsApp took it and could not deliver it" : "WhatsApp refused it",
	                    code_text(r, arena), wa_error_words(r->code)->remedy);
}

const char *why_text(const struct ledger_row *r, const struct recipient_holds *holds, msec_t now, struct arena *arena)
{
	switch (r->state) {
	case STATE_QUEUED:
		return why_queued(r, holds, now, arena);
	case STATE_CLAIMED:
		return "It is being handed to WhatsApp now.";
	case STATE_UNCONFIRMED:
		return why_unconfirmed(r, holds, arena);
	case STATE_ACCEPTED:
		return why_accepted(r, arena);
	case STATE_SENT:
		return arena_printf(arena, "WhatsApp sent it at %s; the phone has not confirmed it, as when it is switched off.",
		                    at(r->sent_ms, arena));
	case STATE_DELIVERED:
		return arena_printf(arena, "It is on the phone since %s.", at(r->delivered_ms, arena));
	case STATE_READ:
		return arena_printf(arena, "The person opened it at %s.", at(r->read_ms, arena));
	case STATE_FAILED:
		return why_failed(r, arena);
	case STATE_SKIPPED:
		if (r->doubt_ms >= 0 && r->code != RULE_GIVEN_UP)
			return arena_printf(arena, "%s An earlier try had left, and may have arrived.", rule_sentence(r->code));
		return rule_sentence(r->code);
	case STATE_CANCELED:
		if (r->doubt_ms >= 0)
			return "The campaign was canceled before this message was handed to WhatsApp again. An earlier try had "
			       "left, and may have arrived.";
		return "The campaign was canceled before this message was handed to WhatsApp.";
	case N_STATES:
		break;
	}
	return "";
}
