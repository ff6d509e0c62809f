#pragma once
/* Inside api: what the stream of an account's lists tells (GET /v1/events): its campaigns that are in progress or lately changed,
 * its imports that run, and what is done in it. The state stands here once for all who listen, each part with the version in
 * which it changed; whoever listens is told what is newer than what it was told last. It has no lock: the reading is made without
 * one, between a look and a take, for both of which the caller holds its own. One look at a time, from there to its take. */

#include "store/store.h"

#define FEED_MAX_CAMPAIGNS 100
#define FEED_MAX_IMPORTS 20
#define FEED_MAX_ROWS 100 /* of the log */

struct feed;
struct feed *feed_create(int64_t account_no);
void feed_destroy(struct feed *feed); /* NULL is fine */

/* What the feed knows, as far as reading goes on from it. */
struct feed_look {
	int64_t account_no;
	const char *mark; /* of the log; NULL: it is told of from now on */
	int n_items;
	struct feed_known {
		bool is_import;
		int64_t no;
	} item[FEED_MAX_CAMPAIGNS + FEED_MAX_IMPORTS];
};
void feed_look(const struct feed *feed, struct arena *arena, struct feed_look *ret);
struct feed_news;
/* What there is now, by a reader with a snapshot; NULL: the database failed. feed_take, or feed_drop, frees it. */
struct feed_news *feed_read(struct store_tx *tx, const struct feed_look *look, msec_t now);
/* True when any of it is news for those who listen. */
bool feed_take(struct feed *feed, struct feed_news *news);
void feed_drop(struct feed_news *news); /* NULL is fine */

/* How far a listener was told. */
struct feed_place {
	bool begun;
	uint64_t seen;
};
/* Append the events that lead from there to now: at the first time all campaigns and imports, and no row of the log. */
void feed_tell(const struct feed *feed, struct feed_place *place, struct buf *out);
