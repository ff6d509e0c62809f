/* The sentence for each way a message can stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/why.h"

#define NOW ((msec_t)1700000000000) /* 2023-11-14 22:13:20 */

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_create(4096);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct ledger_row row_in(enum state state)
{
	return (struct ledger_row){.state = state,
	                           .attempts = 1,
	                           .not_before = -1,
	                           .claimed_ms = NOW,
	                           .doubt_ms = -1,
	                           .accepted_ms = -1,
	                           .sent_ms = NOW,
	                           .delivered_ms = NOW,
	                           .read_ms = NOW,
	                           .failed_ms = -1};
}

static void check(const struct ledger_row *row, struct recipient_holds holds, const char *wanted)
{
	const char *text = why_text(row, &holds, NOW, arena);
	if (!strstr(text, wanted))
		fail_msg("\"%s\" does not say \"%s\"", text, wanted);
	assert_int_equal(text[strlen(text) - 1], '.');
}

static void what_waits_says_for_what(void **state)
{
	(void)state;
	struct ledger_row r = row_in(STATE_QUEUED);
	r.attempts = 0;
	check(&r, (struct recipient_holds){0}, "Nothing was sent yet; it waits for its turn.");
	check(&r, (struct recipient_holds){.medium = "The template's image is being uploaded to WhatsApp"},
	      "Nothing was sent yet: the campaign waits for its medium. The template's image is being uploaded to WhatsApp.");
	struct hold paused = hold_for(HOLD_PERSON, "Paused by a person."), expired = hold_for(HOLD_REFUSED, "The token expired.");
	check(&r, (struct recipient_holds){.campaign = paused}, "the campaign is held. Paused by a person. Resume it to go on.");
	check(&r, (struct recipient_holds){.campaign = paused, .sender = expired}, "the sender is held. The token expired.");
	expired.until = NOW + MINUTE_MS;
	check(&r, (struct recipient_holds){.sender = expired},
	      "the sender is held until 2023-11-14 22:14:20. The token expired.");
	r.attempts = 1;
	r.code = 131056;
	r.not_before = NOW + MINUTE_MS;
	check(&r, (struct recipient_holds){0}, "not sent so far (code 131056: Too many messages to this person");
	check(&r, (struct recipient_holds){0}, "; it is tried again after 2023-11-14 22:14:20.");
	struct recipient_holds full = {.place_at = NOW + 2 * MINUTE_MS, .limit_24h = 250};
	check(&r, full, "not sent so far (code 131056: Too many messages to this person");
	check(&r, full, "with 250 people in 24 hours, and all of them are used");
	check(&r, full, "goes after 2023-11-14 22:15:20.");
	full.place_at = NOW + MINUTE_MS / 2;
	check(&r, full, "; it is tried again after 2023-11-14 22:14:20.");
	r.not_before = NOW - 1;
	r.code = 0;
	r.detail = "connection refused";
	check(&r, (struct recipient_holds){0}, "It was certainly not sent so far (connection refused); it waits for its turn.");
}

static void what_is_in_doubt_says_what_settles_it(void **state)
{
	(void)state;
	struct ledger_row r = row_in(STATE_UNCONFIRMED);
	r.detail = "the connection broke";
	check(&r, (struct recipient_holds){0}, "It left at 2023-11-14 22:13:20 and no clear answer came (the connection broke)");
	check(&r, (struct recipient_holds){0}, "not sent again by itself");
	check(&r, (struct recipient_holds){.on_unconfirmed = UNCONFIRMED_RESEND},
	      "sent again when WhatsApp tells of later messages");
}

static void what_was_canceled_says_what_left_before(void **state)
{
	(void)state;
	struct ledger_row r = row_in(STATE_CANCELED);
	r.doubt_ms = NOW;
	check(&r, (struct recipient_holds){0}, "handed to WhatsApp again. An earlier try had left, and may have arrived.");
}

static void what_failed_says_what_to_do(void **state)
{
	(void)state;
	struct ledger_row r = row_in(STATE_FAILED);
	r.code = 131026;
	r.detail = "Message undeliverable.";
	check(&r, (struct recipient_holds){0}, "WhatsApp refused it (code 131026: The message cannot be delivered");
	check(&r, (struct recipient_holds){0}, "It says: Message undeliverable). Check");
	check(&r, (struct recipient_holds){0}, "Check the number with the person");
	r.accepted_ms = NOW;
	check(&r, (struct recipient_holds){0}, "WhatsApp took it and could not deliver it");
}

static void every_state_has_a_sentence(void **state)
{
	(void)state;
	static const char *const wanted[N_STATES] = {
		[STATE_QUEUED] = "waits for its turn",
		[STATE_CLAIMED] = "being handed to WhatsApp",
		[STATE_UNCONFIRMED] = "may have arrived",
		[STATE_ACCEPTED] = "WhatsApp took it at 2023-11-14 22:13:20",
		[STATE_SENT] = "the phone has not confirmed",
		[STATE_DELIVERED] = "on the phone since 2023-11-14 22:13:20",
		[STATE_READ] = "opened it at 2023-11-14 22:13",
		[STATE_FAILED] = "WhatsApp refused it",
		[STATE_SKIPPED] = "no fallback",
		[STATE_CANCELED] = "was canceled before",
	};
	for (int i = 0; i < N_STATES; i++) {
		struct ledger_row r = row_in((enum state)i);
		r.code = i == STATE_SKIPPED ? RULE_EMPTY_PLACEHOLDER : 0;
		r.accepted_ms = i == STATE_ACCEPTED ? NOW : -1;
		check(&r, (struct recipient_holds){0}, wanted[i]);
	}
	struct ledger_row held = row_in(STATE_ACCEPTED);
	held.accepted_ms = NOW;
	held.held_by_meta = true;
	check(&held, (struct recipient_holds){0}, "holds it to judge the template's quality");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_waits_says_for_what),    cmocka_unit_test(what_is_in_doubt_says_what_settles_it),
		cmocka_unit_test(what_failed_says_what_to_do), cmocka_unit_test(what_was_canceled_says_what_left_before),
		cmocka_unit_test(every_state_has_a_sentence),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
