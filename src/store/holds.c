#include "store/holds.h"

#include "model/template.h"
#include "sql/sql.h"
#include "statements.h"
#include "store/activity.h"
#include "store/hold_row.h"
#include "store/hook_note.h"
#include "store/ledger_row.h"
#include "store/one.h"
#include "store/senders.h"

#define PAUSED_CODE 132015 /* Meta's, of a message whose template is paused */

struct hold hold_from_row(const struct sql_rows *rows, const struct hold_columns *at, struct arena *arena)
{
	if (sql_is_null(rows, at->reason))
		return (struct hold){.since = -1, .until = -1};
	return (struct hold){
		.rule = (enum hold_rule)sql_col_int(rows, at->rule),
		.code = (int)sql_col_int(rows, at->code),
		.reason = one_text(rows, at->reason, arena),
		.remedy = one_text(rows, at->code + 1, arena),
		.since = row_col_time(rows, at->since),
		.until = row_col_time(rows, at->code + 2),
	};
}

/* ---- the template that a campaign is held for ---- */

#define WATCH_FIRST_MS (15 * SECOND_MS)
#define WATCH_MOST_MS HOUR_MS
#define WATCH_FORGET_MS DAY_MS /* a hold that comes so long after the last begins anew */

static bool is_for_template(const struct hold *hold)
{
	return hold->rule == HOLD_TEMPLATE || (hold->rule == HOLD_REFUSED && hold->code == PAUSED_CODE);
}

struct watched {
	int64_t no, tries;
	msec_t watch_ms;
};

static void watched_from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	(void)arena;
	*(struct watched *)item = (struct watched){
		.no = sql_col_int(rows, 0), .tries = sql_col_int(rows, 1), .watch_ms = row_col_time(rows, 2)};
}

/* Its webhooks may be lost, and of a portfolio that is paced (132015 with a template that stays APPROVED) there are none:
 * WhatsApp is asked, by an errand of the template. A campaign that is held again and again waits longer each time. */
static int watch(struct store_tx *tx, int64_t campaign_no, msec_t now)
{
	arena_auto struct arena *arena = arena_create(512);
	struct watched w;
	int got = one_row(tx, STMT_TEMPLATE_WATCHED, SQL_ARGS(sql_int(campaign_no)), watched_from_row, arena, &w);
	if (got != 0)
		return got < 0 ? -1 : 0;
	if (w.watch_ms < 0 || now - w.watch_ms > WATCH_FORGET_MS)
		w.tries = 0;
	msec_t pause = WATCH_FIRST_MS;
	for (int64_t i = 0; i < w.tries && pause < WATCH_MOST_MS; i++)
		pause *= 2;
	return sql_run(tx->db, STMT_TEMPLATE_WATCH,
	               SQL_ARGS(sql_int(w.no), sql_int(now + (pause < WATCH_MOST_MS ? pause : WATCH_MOST_MS)), sql_int(w.tries),
	                        sql_int(now)),
	               NULL);
}

int template_unwatch(struct store_tx *tx, int64_t template_no)
{
	return sql_run(tx->db, STMT_TEMPLATE_ERRAND_OVER,
	               SQL_ARGS(sql_int(template_no), sql_int(HOLD_TEMPLATE), sql_int(HOLD_REFUSED), sql_int(PAUSED_CODE)), NULL);
}

/* ---- campaigns ---- */

/* What a change of `changes` rows means; 1 unknown, 2 otherwise when it is none. */
static int told_or_why(struct store_tx *tx, int64_t account_no, int64_t no, int64_t changes, msec_t now)
{
	if (changes > 0)
		return hook_note_campaign(tx, no, now);
	int got = one_find(tx, STMT_CAMPAIGN_EXISTS, SQL_ARGS(sql_int(no), sql_int(account_no)), NULL);
	return got < 0 ? -1 : got ? 2 : 1;
}

static enum activity_action campaign_act(enum hold_rule rule)
{
	return rule == HOLD_PERSON  ? ACTIVITY_CAMPAIGN_PAUSED
	       : rule == HOLD_BRAKE ? ACTIVITY_CAMPAIGN_BRAKED
	                            : ACTIVITY_CAMPAIGN_HELD;
}

int campaign_hold(struct store_tx *tx, int64_t account_no, int64_t no, const struct hold *hold, msec_t now)
{
	int64_t changes = 0;
	if (sql_run(tx->db, STMT_CAMPAIGN_HOLD, SQL_ARGS(sql_int(no), sql_int(account_no), HOLD_VALUES(hold), sql_int(now)),
	            &changes) < 0)
		return -1;
	if (changes && activity_add(tx, campaign_act(hold->rule), no, ACTIVITY_HOLD(hold), now) < 0)
		return -1;
	if (changes && is_for_template(hold) && watch(tx, no, now) < 0)
		return -1;
	return told_or_why(tx, account_no, no, changes, now);
}

/* A key lifts it, or what it was for is over. */
static int log_release(struct store_tx *tx, bool campaign, int64_t no, enum hold_rule rule, msec_t now)
{
	bool person = tx->actor.kind == ACTOR_KEY;
	enum activity_action action = campaign ? (person ? ACTIVITY_CAMPAIGN_RESUMED : ACTIVITY_CAMPAIGN_RELEASED)
	                                       : (person ? ACTIVITY_SENDER_RESUMED : ACTIVITY_SENDER_RELEASED);
	return activity_add(tx, action, no, ACTIVITY_FACTS({"rule", hold_rule_text(rule), 0}), now);
}

/* A canary that nobody has judged, nor ended by a word, is waited for again: what took its place was for something else. */
static int wait_on(struct store_tx *tx, int64_t no, msec_t now)
{
	struct hold hold = hold_for(HOLD_CANARY, CANARY_REASON);
	int got = one_find(tx, STMT_CANARY_WAITS, SQL_ARGS(sql_int(no)), &hold.until);
	if (got <= 0)
		return got;
	return campaign_hold(tx, 0, no, &hold, now) < 0 ? -1 : 0;
}

int campaign_release(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now)
{
	int64_t changes = 0, rule = HOLD_NONE;
	if (one_find(tx, STMT_CAMPAIGN_HOLD_RULE, SQL_ARGS(sql_int(no)), &rule) < 0)
		return -1;
	if (sql_run(tx->db, STMT_CAMPAIGN_RELEASE, SQL_ARGS(sql_int(no), sql_int(account_no), sql_int(now)), &changes) < 0)
		return -1;
	if (changes && rule != HOLD_NONE && log_release(tx, true, no, (enum hold_rule)rule, now) < 0)
		return -1;
	int told = told_or_why(tx, account_no, no, changes, now);
	return told == 0 && wait_on(tx, no, now) < 0 ? -1 : told;
}

int campaign_release_rule(struct store_tx *tx, int64_t no, enum hold_rule rule, msec_t now)
{
	int64_t held = HOLD_NONE;
	if (one_find(tx, STMT_CAMPAIGN_HOLD_RULE, SQL_ARGS(sql_int(no)), &held) < 0)
		return -1;
	return held == (int64_t)rule ? campaign_release(tx, 0, no, now) : 1;
}

static int hold_by_rule(struct store_tx *tx, int64_t no, enum hold_rule rule, const char *reason, msec_t now)
{
	struct hold hold = hold_for(rule, reason);
	return campaign_hold(tx, 0, no, &hold, now);
}

struct start {
	bool blocked;
	msec_t schedule_ms; /* -1 at once */
	int64_t late_start_min;
	const char *meta_status; /* NULL none */
};

static void start_from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct start *s = item;
	*s = (struct start){.blocked = sql_col_int(rows, 0) != 0,
	                    .schedule_ms = row_col_time(rows, 1),
	                    .late_start_min = sql_col_int(rows, 2),
	                    .meta_status = arena_strdup(arena, sql_col_text(rows, 3, NULL))};
}

static const char *template_stopped(const char *meta_status, struct arena *arena)
{
	return arena_printf(arena, "WhatsApp's word for the template is %s, so its messages would be refused.", meta_status);
}

int campaign_hold_back(struct store_tx *tx, int64_t no, bool starts, msec_t now)
{
	arena_auto struct arena *arena = arena_create(1024);
	struct start s;
	int result = 2;
	if (one_row(tx, STMT_CAMPAIGN_START_GATE, SQL_ARGS(sql_int(no)), start_from_row, arena, &s) != 0)
		return -1;
	if (s.blocked)
		result = hold_by_rule(tx, no, HOLD_ACCOUNT_BLOCKED, "The account is blocked by the operator.", now);
	else if (starts && s.schedule_ms >= 0 && now - s.schedule_ms > s.late_start_min * MINUTE_MS)
		result = hold_by_rule(tx, no, HOLD_LATE_START,
		                      arena_printf(arena, "It was due %lld minutes ago, more than its late_start_limit.",
		                                   (long long)((now - s.schedule_ms) / MINUTE_MS)),
		                      now);
	else if (s.meta_status && template_meta_stops(s.meta_status))
		result = hold_by_rule(tx, no, HOLD_TEMPLATE, template_stopped(s.meta_status, arena), now);
	return result < 0 ? -1 : result == 0;
}

int account_hold_campaigns(struct store_tx *tx, int64_t account_no, msec_t now)
{
	arena_auto struct arena *arena = arena_create(1024);
	int64_t *no;
	int n;
	if (one_numbers(tx, STMT_ACCOUNT_CAMPAIGNS, SQL_ARGS(sql_int(account_no)), arena, &no, &n) < 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (hold_by_rule(tx, no[i], HOLD_ACCOUNT_BLOCKED, "The account is blocked by the operator.", now) < 0)
			return -1;
	return 0;
}

/* ---- Meta's word for a template ---- */

int template_hold_campaigns(struct store_tx *tx, int64_t template_no, const char *meta_status, msec_t now)
{
	arena_auto struct arena *arena = arena_create(1024);
	int64_t *no;
	int n;
	if (one_numbers(tx, STMT_TEMPLATE_CAMPAIGNS, SQL_ARGS(sql_int(template_no)), arena, &no, &n) < 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (hold_by_rule(tx, no[i], HOLD_TEMPLATE, template_stopped(meta_status, arena), now) < 0)
			return -1;
	return 0;
}

int template_release_campaigns(struct store_tx *tx, int64_t template_no, msec_t now)
{
	arena_auto struct arena *arena = arena_create(1024);
	int64_t *no;
	int n;
	if (one_numbers(tx, STMT_TEMPLATE_HELD,
	                SQL_ARGS(sql_int(template_no), sql_int(HOLD_TEMPLATE), sql_int(HOLD_REFUSED), sql_int(PAUSED_CODE)),
	                arena, &no, &n) < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		int got = campaign_release_rule(tx, no[i], HOLD_TEMPLATE, now);
		if (got < 0 || (got > 0 && campaign_release_rule(tx, no[i], HOLD_REFUSED, now) < 0))
			return -1;
	}
	return 0;
}

/* ---- senders ---- */

/* By the sender's own event, and by one of each campaign that waits for it, or will. */
static int tell_sender(struct store_tx *tx, int64_t sender_no, msec_t now)
{
	if (hook_note_sender(tx, sender_no, now) < 0)
		return -1;
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_SENDER_CAMPAIGNS, SQL_ARGS(sql_int(sender_no)), &rows) < 0)
		return -1;
	int more;
	while ((more = sql_next(rows)) > 0)
		if (hook_note_campaign(tx, sql_col_int(rows, 0), now) < 0)
			return -1;
	return more;
}

int sender_hold(struct store_tx *tx, int64_t account_no, int64_t no, const struct hold *hold, msec_t now)
{
	int64_t changes = 0;
	if (sql_run(tx->db, STMT_SENDER_HOLD,
	            SQL_ARGS(sql_int(no), sql_int(account_no), HOLD_VALUES(hold), sql_int(now),
	                     sql_text(hold_sender_status(hold->rule))),
	            &changes) < 0)
		return -1;
	if (changes && activity_add(tx, hold->rule == HOLD_PERSON ? ACTIVITY_SENDER_PAUSED : ACTIVITY_SENDER_HELD, no,
	                            ACTIVITY_HOLD(hold), now) < 0)
		return -1;
	return changes ? tell_sender(tx, no, now) : 1;
}

int sender_release(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now)
{
	int64_t changes = 0, rule = HOLD_NONE;
	if (one_find(tx, STMT_SENDER_HOLD_RULE, SQL_ARGS(sql_int(no)), &rule) < 0 ||
	    sql_run(tx->db, STMT_SENDER_RELEASE, SQL_ARGS(sql_int(no), sql_int(account_no), sql_int(now)), &changes) < 0)
		return -1;
	if (!changes || rule == HOLD_NONE)
		return changes ? 0 : 1;
	return log_release(tx, false, no, (enum hold_rule)rule, now) < 0 ? -1 : tell_sender(tx, no, now);
}

int sender_release_rule(struct store_tx *tx, int64_t no, enum hold_rule rule, msec_t now)
{
	int64_t held = HOLD_NONE;
	if (one_find(tx, STMT_SENDER_HOLD_RULE, SQL_ARGS(sql_int(no)), &held) < 0)
		return -1;
	return held == (int64_t)rule ? sender_release(tx, 0, no, now) : 1;
}

/* ---- WhatsApp's word for numbers and accounts ---- */

/* What codes in answers said before a webhook did. */
static bool is_of_account(const struct hold *hold)
{
	return hold->rule == HOLD_REFUSED && (hold->code == 368 || hold->code == 131031);
}

static bool belongs_to(const struct hold *hold, enum hold_rule rule)
{
	return hold->rule == rule || (rule == HOLD_RESTRICTED && is_of_account(hold));
}

static int senders_of(struct store_tx *tx, const struct waba_numbers *numbers, struct arena *arena, int64_t **ret, int *ret_n)
{
	return one_numbers(
		tx, STMT_SENDERS_OF_WABA,
		SQL_ARGS(sql_blob(numbers->hash, SECRET_HASH_BYTES), sql_text(numbers->waba_id), sql_text(numbers->code_digits)),
		arena, ret, ret_n);
}

/* `hold` NULL: go on. */
static int change_senders(struct store_tx *tx, const struct waba_numbers *numbers, enum hold_rule rule, const struct hold *hold,
                          msec_t now, int64_t *ret_n)
{
	arena_auto struct arena *arena = arena_create(4096);
	int64_t *no;
	int n;
	*ret_n = 0;
	if (senders_of(tx, numbers, arena, &no, &n) < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		struct sender s;
		if (sender_read(tx, 0, no[i], arena, &s) != 0)
			return -1;
		bool known = hold && s.hold.rule == rule && s.hold.until == hold->until;
		bool gives_way = belongs_to(&s.hold, rule) && !known;
		int released = gives_way ? sender_release_rule(tx, no[i], s.hold.rule, now) : 1;
		int held = released >= 0 && hold && !known ? sender_hold(tx, 0, no[i], hold, now) : 1;
		if (released < 0 || held < 0)
			return -1;
		*ret_n += released == 0 || held == 0;
	}
	return 0;
}

int senders_stop(struct store_tx *tx, const struct waba_numbers *numbers, const struct hold *hold, msec_t now, int64_t *ret_n)
{
	return change_senders(tx, numbers, hold->rule, hold, now, ret_n);
}

int senders_go_on(struct store_tx *tx, const struct waba_numbers *numbers, enum hold_rule rule, msec_t now, int64_t *ret_n)
{
	return change_senders(tx, numbers, rule, NULL, now, ret_n);
}

int senders_warn(struct store_tx *tx, const struct waba_numbers *numbers, const char *reason, msec_t date, msec_t now,
                 int64_t *ret_n)
{
	arena_auto struct arena *arena = arena_create(1024);
	char text[CLOCK_TEXT_BYTES];
	const struct activity_fact facts[] = {{"reason", reason, 0}, {"date", text, 0}};
	int64_t *no;
	int n;
	if (senders_of(tx, numbers, arena, &no, &n) < 0)
		return -1;
	if (date >= 0)
		clock_format(date, text);
	for (int i = 0; i < n; i++)
		if (activity_add(tx, ACTIVITY_SENDER_WARNED, no[i], facts, date >= 0 ? 2 : 1, now) < 0)
			return -1;
	*ret_n = n;
	return 0;
}
