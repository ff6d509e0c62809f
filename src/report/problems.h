#pragma once
/* What a person should know before a campaign begins, from its forecast: worst first. Pure. */

#include "model/sender.h"
#include "report/forecast.h"

enum problem_severity {
	PROBLEM_ERROR,   /* made as it is, it would send nothing, or be held at once */
	PROBLEM_WARNING, /* it would go, and probably not as it was meant */
	PROBLEM_INFO,
};
const char *problem_severity_text(enum problem_severity severity);

struct problem {
	enum problem_severity severity;
	const char *what; /* a word for programs */
	const char *message;
};
#define MAX_PROBLEMS 48

struct problem_facts {
	const struct forecast *forecast;
	const struct sender *sender;
	const struct template *tpl;
	int64_t rate; /* the campaign's own ceiling; 0 none */
	msec_t start;
	int64_t left_out;                        /* recipients whom its deadline leaves out */
	int64_t sent_24h;                        /* people in the 24-hour budget; without a limit, messages of the sender */
	int64_t ahead;                           /* messages of campaigns that begin before it, and have its places before it */
	msec_t budget_end;                       /* when it has one for the last recipient; 0 not known */
	int64_t capped;                          /* people whom WhatsApp held marketing back from lately */
	const int64_t *history;                  /* handed over by the sender, by country */
	const char *media_refused, *media_waits; /* why the template's media cannot be shown, or not yet; NULL */
};

/* How long it takes: the sender's pace, and WhatsApp's limit on how many people it may begin with in 24 hours. */
struct estimate {
	int64_t rate; /* messages a second */
	int64_t minutes;
	int64_t limit_24h, left_24h; /* -1: none, or not known */
	int64_t days;                /* 1: within one */
	msec_t end;
};
void estimate_make(const struct problem_facts *facts, struct estimate *ret);

/* A country that makes up more than a fifth of the recipients, is not the sender's own, and made up less than a fiftieth of what
 * the sender has sent so far, is not expected. */
#define UNEXPECTED_SHARE_PCT 20
#define KNOWN_SHARE_PCT 2

/* Sentences from `arena`. At most MAX_PROBLEMS; returns how many. */
int problems_find(const struct problem_facts *facts, const struct estimate *estimate, struct arena *arena, struct problem *ret);
