#pragma once
/* The ledger's states and their legal moves; the table is states.def. Pure. */

#include <stdbool.h>

enum state {
#define X(name, number, text, words) STATE_##name = number,
#include "model/states.def"
	N_STATES
};

const char *state_text(enum state state);  /* "queued" */
const char *state_words(enum state state); /* a half sentence for people */
bool state_parse(const char *text, enum state *ret);
bool state_may_move(enum state from, enum state to);
/* Nothing more will happen to the row by sending (webhooks may still raise it). */
bool state_is_settled(enum state state);
