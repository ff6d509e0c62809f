#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "model/states.h"

/* The law of the ledger, written a second time: a row for each state, a column for each state that it may leave to.
 * q queued, c claimed, u unconfirmed, a accepted, s sent, d delivered, r read, f failed, k skipped, x canceled. */
static const char letters[] = "qcuasdrfkx";
static const char *const law[] = {
	[STATE_QUEUED] = "ckx" /* and what is heard late of a first try when a second was planned: */ "asdrf",
	[STATE_CLAIMED] =
		"aqfu" /* a webhook before the answer: */ "sdr" /* found out while rendering, or canceled meanwhile: */ "kx",
	[STATE_UNCONFIRMED] = "asdrf" /* a rule or a person says so, or its owner that was thought lost knows it unsent: */ "qx"
			      /* a person gave it up: */ "k",
	[STATE_ACCEPTED] = "sdrf" /* held back from this person, and sent again on another day: */ "q",
	[STATE_SENT] = "drf"
		       "q",
	[STATE_DELIVERED] = "r",
	[STATE_READ] = "",
	[STATE_FAILED] = "",
	[STATE_SKIPPED] = /* what is heard late of a try before it: */ "asdrf",
	[STATE_CANCELED] = /* the same: */ "asdrf",
};

static void every_pair(void **state)
{
	(void)state;
	assert_int_equal(N_STATES, 10);
	for (int from = 0; from < N_STATES; from++) {
		for (int to = 0; to < N_STATES; to++) {
			bool legal = strchr(law[from], letters[to]) != NULL;
			if (state_may_move((enum state)from, (enum state)to) != legal)
				fail_msg("%s to %s", state_text((enum state)from), state_text((enum state)to));
		}
	}
}

/* How far along the way to the reader a state is. */
static int height(enum state s)
{
	static const int heights[] = {
		[STATE_QUEUED] = 0,    [STATE_CLAIMED] = 1, [STATE_UNCONFIRMED] = 2, [STATE_ACCEPTED] = 3, [STATE_SENT] = 4,
		[STATE_DELIVERED] = 5, [STATE_READ] = 6,    [STATE_FAILED] = 7,      [STATE_SKIPPED] = 7,  [STATE_CANCELED] = 7,
	};
	return heights[s];
}

static void a_state_never_falls(void **state)
{
	(void)state;
	for (int i = 0; i < N_STATES; i++) {
		for (int k = 0; k < N_STATES; k++) {
			enum state from = (enum state)i, to = (enum state)k;
			if (!state_may_move(from, to))
				continue;
			/* back to the queue: only what certainly did not leave or arrive, or what is sent again on purpose */
			bool again = to == STATE_QUEUED && from <= STATE_SENT;
			/* removed, and it turns out that an earlier try had left */
			bool heard = (from == STATE_SKIPPED || from == STATE_CANCELED) && to >= STATE_ACCEPTED &&
			             to <= STATE_FAILED;
			if (height(to) <= height(from) && !again && !heard)
				fail_msg("%s falls to %s", state_text(from), state_text(to));
		}
	}
}

static void ends_are_ends(void **state)
{
	(void)state;
	for (int to = 0; to < N_STATES; to++) {
		assert_false(state_may_move(STATE_READ, (enum state)to));
		assert_false(state_may_move(STATE_FAILED, (enum state)to));
	}
	/* what was removed is never sent, and nobody cancels it */
	for (int to = STATE_QUEUED; to <= STATE_UNCONFIRMED; to++) {
		assert_false(state_may_move(STATE_SKIPPED, (enum state)to));
		assert_false(state_may_move(STATE_CANCELED, (enum state)to));
	}
	assert_false(state_may_move(STATE_SKIPPED, STATE_CANCELED));
	/* once it may have left nothing but a person's word takes it back, and once it has left no cancelling */
	assert_false(state_may_move(STATE_UNCONFIRMED, STATE_CLAIMED));
	for (int from = STATE_ACCEPTED; from <= STATE_READ; from++) {
		assert_false(state_may_move((enum state)from, STATE_SKIPPED));
		assert_false(state_may_move((enum state)from, STATE_CLAIMED));
	}
	for (int from = STATE_ACCEPTED; from <= STATE_READ; from++)
		assert_false(state_may_move((enum state)from, STATE_CANCELED));
}

static void settled(void **state)
{
	(void)state;
	for (int i = 0; i < N_STATES; i++) {
		enum state s = (enum state)i;
		assert_int_equal(state_is_settled(s), s != STATE_QUEUED && s != STATE_CLAIMED && s != STATE_UNCONFIRMED);
	}
}

static void words(void **state)
{
	(void)state;
	static const char *const texts[] = {"queued",    "claimed", "unconfirmed", "accepted", "sent",
	                                    "delivered", "read",    "failed",      "skipped",  "canceled"};
	for (int i = 0; i < N_STATES; i++) {
		enum state back = N_STATES;
		assert_string_equal(state_text((enum state)i), texts[i]); /* the number is what databases hold */
		assert_true(state_parse(texts[i], &back));
		assert_int_equal(back, i);
		assert_true(strlen(state_words((enum state)i)) > 5);
	}
	static const char *const bad[] = {"", "Queued", "queue", "queued ", "enroute"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		enum state back = STATE_READ;
		assert_false(state_parse(bad[i], &back));
		assert_int_equal(back, STATE_READ);
	}
}

static void numbers_that_are_no_states(void **state)
{
	(void)state;
	static const int bad[] = {-1, N_STATES, 1000};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(state_may_move((enum state)bad[i], STATE_CLAIMED));
		assert_false(state_may_move(STATE_QUEUED, (enum state)bad[i]));
		assert_string_equal(state_text((enum state)bad[i]), "unknown");
		assert_string_equal(state_words((enum state)bad[i]), "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair),    cmocka_unit_test(a_state_never_falls),
		cmocka_unit_test(ends_are_ends), cmocka_unit_test(settled),
		cmocka_unit_test(words),         cmocka_unit_test(numbers_that_are_no_states),
	};
	return cmocka_run_group_tests_name("model/states", tests, NULL, NULL);
}
