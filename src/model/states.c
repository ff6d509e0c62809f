#include "model/states.h"

#include <stddef.h>
#include <string.h>

static const char *const texts[N_STATES] = {
#define X(name, number, text, words) [number] = text,
#include "model/states.def"
};

static const char *const words_of[N_STATES] = {
#define X(name, number, text, words) [number] = words,
#include "model/states.def"
};

static const bool moves[N_STATES][N_STATES] = {
#define MOVE(from, to) [STATE_##from][STATE_##to] = true,
#include "model/states.def"
};

const char *state_text(enum state state)
{
	return (unsigned)state < N_STATES ? texts[state] : "unknown";
}

const char *state_words(enum state state)
{
	return (unsigned)state < N_STATES ? words_of[state] : "";
}

bool state_parse(const char *text, enum state *ret)
{
	for (size_t i = 0; i < N_STATES; i++) {
		if (strcmp(texts[i], text) == 0) {
			*ret = (enum state)i;
			return true;
		}
	}
	return false;
}

bool state_may_move(enum state from, enum state to)
{
	return (unsigned)from < N_STATES && (unsigned)to < N_STATES && moves[from][to];
}

bool state_is_settled(enum state state)
{
	return state != STATE_QUEUED && state != STATE_CLAIMED && state != STATE_UNCONFIRMED;
}
