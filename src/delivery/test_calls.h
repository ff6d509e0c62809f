#pragma once
/* For tests of calls to Meta that are not messages: http_client_start stands here in place of the room http's, and answers as
 * the test says, when the test says. */

#include <stdbool.h>

#include "base/clock.h"
#include "http/client.h"

#define CALLS_MAX 64

struct call {
	char method[8], url[512], bearer[64], headers[256];
	char body[4096]; /* with what came from a file */
	msec_t at;
	http_done_fn *done;
	void *arg;
	bool open; /* not answered yet */
};

extern struct http_client calls_client;
extern msec_t calls_now; /* when calls are made */

void calls_reset(void);
/* What Meta answers from now on to calls of `method` whose URL has `part`: newer words go before older ones. */
void calls_answer(const char *method, const char *part, int status, const char *body);
/* The call is made, and has this outcome. */
void calls_lose(const char *method, const char *part, enum http_outcome outcome);
/* Answer every open call; a call that nobody expects fails the test. False: there were none. */
bool calls_give_answers(void);
/* The last one is never answered. */
struct call *calls_abandon_last(void);
/* The `n`th call of this kind from the first, 0 first; NULL when there were not so many. */
const struct call *calls_nth(const char *method, const char *part, int n);
int calls_count(const char *method, const char *part);
int calls_total(void);
