#pragma once
/* What would happen to each contact of an audience if a campaign began now. It walks the very door that the freeze walks
 * (store/candidates.h), a piece at a time, so that nobody waits for it; what it keeps does not grow with the audience. */

#include "model/number.h"
#include "store/candidates.h"

#define FORECAST_RULES 16 /* more than model/rules.def has */
#define FORECAST_NUMBERS 5
#define FORECAST_RANDOM 3

/* What a rule takes away, and the first few of whom. */
struct forecast_rule {
	int64_t n;
	char number[FORECAST_NUMBERS][NUMBER_BYTES];
};

/* A placeholder, over the whole audience; told once, as where it stands first. */
#define FORECAST_PLACEHOLDERS 64
struct forecast_placeholder {
	const char *key; /* borrowed from the template's texts */
	int64_t filled, fallback, missing;
};

enum forecast_pick {
	FORECAST_LONGEST = FORECAST_RANDOM,
	FORECAST_EMPTIEST, /* most fallbacks, then the shortest */
	FORECAST_RIGHT_TO_LEFT,
	FORECAST_PICKS,
};
struct forecast_picked {
	int64_t contact_no; /* 0: none */
	int64_t chars;      /* of all texts, filled */
	int fallbacks;
};

struct forecast {
	struct candidates walk; /* what is left of the audience */
	uint64_t random;
	int64_t audience, recipients;
	int64_t countries[NUMBER_COUNTRIES]; /* recipients */
	struct forecast_rule rule[FORECAST_RULES];
	struct forecast_placeholder placeholder[FORECAST_PLACEHOLDERS];
	int n_placeholders;
	struct forecast_picked pick[FORECAST_PICKS]; /* random ones first */
};

/* `walk` at its beginning; `seed` is for the random ones. */
void forecast_init(struct forecast *f, const struct candidates *walk, uint64_t seed);
/* The next `max` contacts. 1 when there are no more. */
must_check int forecast_step(struct store_tx *tx, struct forecast *f, int max);

struct forecast_sample {
	const char *pick; /* random, longest, emptiest, right_to_left */
	const char *number, *text;
	int64_t chars;
	int fallbacks;
};
/* The picked ones as their message would read, each contact once; memory from `arena`. `ret` has room for FORECAST_PICKS. */
must_check int forecast_samples(struct store_tx *tx, const struct forecast *f, struct arena *arena, struct forecast_sample *ret,
                                int *ret_n);
