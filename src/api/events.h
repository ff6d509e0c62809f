#pragma once
/* Inside api: live counters of campaigns, and the news of an account's lists (feed.h), as server-sent events (HTML
 * standard, 9.2). One thread reads each campaign and each account that anyone listens to, once however many they are: after a
 * commit, at most once a second, and every five seconds without a commit, since another server of the same database may have made
 * one. As often it asks whether each who listens would be let in still, and ends the stream of those who would not. */

#include "api/call.h"

struct events;

#define EVENTS_MAX_LISTENERS 200

struct events *events_create(struct store *store);
void events_destroy(struct events *events); /* after the http server has stopped; NULL is fine */
