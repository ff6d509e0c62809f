/* Templates that stand at Meta, taken over as they are listed there. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "statements.h"
#include "store/activity.h"
#include "store/holds.h"
#include "store/one.h"
#include "store/senders.h"
#include "store/template_row.h"

#define MAX_SAME_NAMES 1000

/* The name that it gets here: Meta's, cut to our length; with its language, then with a number, where that is taken. */
static int free_name(struct store_tx *tx, int64_t account_no, const struct template_listing *l, struct arena *arena,
                     const char **ret)
{
	for (int i = 0; i < MAX_SAME_NAMES; i++) {
		const char *end = i == 0   ? ""
		                  : i == 1 ? arena_printf(arena, " %s", l->language)
		                           : arena_printf(arena, " %s %d", l->language, i);
		size_t room = TEMPLATE_NAME_MAX - strlen(end);
		*ret = arena_printf(arena, "%.*s%s", (int)room, l->meta_name, end);
		int taken = one_find(tx, STMT_TEMPLATE_NAME_TAKEN, SQL_ARGS(sql_int(account_no), sql_text(*ret)), NULL);
		if (taken <= 0)
			return taken;
	}
	return -1;
}

static enum template_status status_of(const struct template_listing *l, enum template_status now)
{
	enum template_status status = template_status_from_meta(now, l->status);
	return status == TEMPLATE_COMPLETED && l->unsupported ? TEMPLATE_CANCELED : status;
}

static const char *reason_of(const struct template_listing *l)
{
	return l->reason && *l->reason && strcmp(l->reason, "NONE") != 0 ? l->reason : l->unsupported;
}

/* Nobody there says of it whether it is good: those states begin as ended. */
static enum template_status first_status(const struct template_listing *l)
{
	bool waits = text_equal_nocase(l->status, "PENDING") || text_equal_nocase(l->status, "IN_APPEAL");
	return status_of(l, waits                                    ? TEMPLATE_IN_PROCESS
	                    : text_equal_nocase(l->status, "PAUSED") ? TEMPLATE_COMPLETED
	                                                             : TEMPLATE_CANCELED);
}

static const char *type_of(const struct template_listing *l, struct arena *arena)
{
	const struct template_request content = {.wa_category = l->category, .components = l->components};
	struct content ret;
	return template_content_of(&content, l->params, arena, &ret) < 0 ? "text" : ret.type;
}

static int add(struct store_tx *tx, int64_t account_no, int64_t sender_no, const char *code, const struct template_listing *l,
               msec_t now, struct arena *arena, int64_t *ret_no)
{
	const char *name;
	if (free_name(tx, account_no, l, arena, &name) < 0)
		return -1;
	if (one_insert(tx, STMT_TEMPLATE_IMPORT,
	               SQL_ARGS(sql_int(account_no), sql_int(sender_no), sql_text(name), sql_text(l->text),
	                        sql_text(type_of(l, arena)), sql_int(first_status(l)), sql_text(l->category), sql_text(code),
	                        sql_text(l->waba_id), sql_text(l->language), sql_text(l->meta_name), sql_text(l->meta_id),
	                        sql_text(l->status), sql_text(reason_of(l)), sql_text(*l->quality ? l->quality : "UNKNOWN"),
	                        sql_text(l->components), sql_int(l->params), sql_text(l->unsupported), sql_int(now)),
	               ret_no) < 0)
		return -1;
	return activity_add(tx, ACTIVITY_TEMPLATE_ADDED, *ret_no, ACTIVITY_NO_FACTS, now);
}

/* Is what we have the same as what Meta has? Ours may know more (fallbacks, where a picture lies), which is kept then. */
static bool is_known_so(struct store_tx *tx, const struct template *tpl, const struct template_listing *l, struct arena *arena)
{
	struct template_form *ours = arena_alloc(arena, sizeof(*ours)), *theirs = arena_alloc(arena, sizeof(*theirs));
	struct faults *faults = arena_alloc(arena, sizeof(*faults));
	struct err err;
	if (tpl->unsupported && l->unsupported)
		return tpl->components && strcmp(tpl->components, l->components) == 0;
	if (template_form_open(tx, tpl, arena, ours, &err) < 0)
		return false;
	if (ours->is_auth)
		return true; /* Meta's own words */
	const struct template_request content = {.wa_category = l->category, .components = l->components};
	faults_init(faults);
	template_form_build(&content, l->params, arena, theirs, faults);
	return template_form_same(ours, theirs);
}

static int adopt(struct store_tx *tx, const struct template *tpl, const struct template_listing *l, msec_t now,
                 struct arena *arena)
{
	return sql_run(tx->db, STMT_TEMPLATE_ADOPT,
	               SQL_ARGS(sql_int(tpl->no), sql_text(l->text), sql_text(type_of(l, arena)), sql_text(l->components),
	                        sql_int(l->params), sql_text(l->unsupported), sql_int(now)),
	               NULL);
}

static bool equal(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* Status, quality and category as Meta has them; *ret_changed where any of it is news. */
static int take_over(struct store_tx *tx, const struct template *tpl, const struct template_listing *l, msec_t now,
                     bool *ret_changed)
{
	const struct template_word word = {
		.meta_id = l->meta_id, .waba_id = l->waba_id, .meta_name = l->meta_name, .language = l->language};
	const char *quality = *l->quality ? l->quality : tpl->quality;
	bool status = !equal(tpl->meta_status, l->status) || !tpl->meta_id;
	bool category = !equal(tpl->category, l->category) || !equal(tpl->correct_category, l->correct_category);
	*ret_changed = *ret_changed || status || category || !equal(tpl->quality, quality);
	if (status && template_verdict(tx, &word, l->status, l->reason, now) < 0)
		return -1;
	if (category && template_category(tx, &word, l->category, l->correct_category, l->previous_category, now) < 0)
		return -1;
	return !equal(tpl->quality, quality) && template_quality(tx, &word, quality, now) < 0 ? -1 : 0;
}

static int refresh(struct store_tx *tx, const struct template *tpl, const struct template_listing *l, msec_t now,
                   struct arena *arena, bool *ret_adopted, bool *ret_changed)
{
	*ret_adopted = *ret_changed = false;
	if (tpl->editing) /* its content is under way; the rest comes with its verdict */
		return 0;
	if (!is_known_so(tx, tpl, l, arena)) {
		*ret_adopted = *ret_changed = true;
		if (adopt(tx, tpl, l, now, arena) < 0)
			return -1;
	}
	return take_over(tx, tpl, l, now, ret_changed);
}

/* 1 ours already, 0 not. */
static int find_ours(struct store_tx *tx, int64_t account_no, const struct template_listing *l, int64_t *ret_no)
{
	const struct {
		size_t stmt;
		const struct sql_value args[3];
		size_t n_args;
	} ways[] = {{STMT_TEMPLATE_BY_META_ID, {sql_text(l->meta_id)}, 1},
	            {STMT_TEMPLATE_BY_META_NAME, {sql_text(l->waba_id), sql_text(l->meta_name), sql_text(l->language)}, 3}};
	for (size_t i = 0; i < 2; i++) {
		sql_rows_auto struct sql_rows *rows = NULL;
		if (sql_query(tx->db, ways[i].stmt, ways[i].args, ways[i].n_args, &rows) < 0)
			return -1;
		int more;
		while ((more = sql_next(rows)) > 0) {
			if (sql_col_int(rows, 1) != account_no)
				continue;
			*ret_no = sql_col_int(rows, 0);
			return 1;
		}
		if (more < 0)
			return -1;
	}
	return 0;
}

static int sync_one(struct store_tx *tx, int64_t account_no, int64_t sender_no, const char *code,
                    const struct template_listing *l, msec_t now, struct template_sync *sum)
{
	arena_auto struct arena *arena = arena_create(16384);
	struct template tpl;
	int64_t no = 0;
	bool changed = false, adopted = false;
	const char *unsupported = l->unsupported;
	int ours = find_ours(tx, account_no, l, &no);
	if (ours < 0)
		return -1;
	if (ours == 0) {
		if (add(tx, account_no, sender_no, code, l, now, arena, &no) < 0)
			return -1;
		sum->added++;
	} else {
		if (template_read(tx, account_no, no, arena, &tpl) != 0 ||
		    refresh(tx, &tpl, l, now, arena, &adopted, &changed) < 0)
			return -1;
		sum->updated += changed;
		unsupported = adopted ? l->unsupported : tpl.unsupported;
	}
	sum->found++;
	sum->unsupported += unsupported != NULL;
	return sql_run(tx->db, STMT_TEMPLATE_IN_SYNC, SQL_ARGS(sql_int(no), sql_int(now)), NULL);
}

int template_sync(struct store_tx *tx, int64_t account_no, int64_t sender_no, const char *sender_code, const char *waba_id,
                  const struct template_listing *list, int n, msec_t now, struct template_sync *ret)
{
	int64_t gone = 0;
	for (int i = 0; i < n; i++)
		if (sync_one(tx, account_no, sender_no, sender_code, &list[i], now, ret) < 0)
			return -1;
	if (sql_run(tx->db, STMT_TEMPLATE_GONE, SQL_ARGS(sql_text(waba_id), sql_int(account_no), sql_int(now)), &gone) < 0)
		return -1;
	ret->removed += (int)gone;
	return 0;
}

int template_fetched(struct store_tx *tx, int64_t no, const struct template_listing *l, msec_t next_poll_ms, msec_t now)
{
	arena_auto struct arena *arena = arena_create(16384);
	struct template tpl;
	bool adopted, changed;
	int got = template_read(tx, 0, no, arena, &tpl);
	if (got != 0)
		return got < 0 ? -1 : 0; /* deleted meanwhile */
	if (refresh(tx, &tpl, l, now, arena, &adopted, &changed) < 0)
		return -1;
	if (sql_run(tx->db, STMT_TEMPLATE_FETCHED, SQL_ARGS(sql_int(no), sql_int(next_poll_ms)), NULL) < 0)
		return -1;
	return template_unwatch(tx, no);
}

int template_sources(struct store_tx *tx, int64_t account_no, const char *code, struct arena *arena,
                     struct template_source ret[TEMPLATE_MAX_SOURCES], int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_TEMPLATE_SYNC_SENDERS,
	              SQL_ARGS(sql_int(account_no), sql_text(code), sql_int(TEMPLATE_MAX_SOURCES)), &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0) {
		ret[n] = (struct template_source){
			.sender_no = sql_col_int(rows, 0), .waba_id = one_text(rows, 1, arena), .code = one_text(rows, 2, arena)};
		if (sender_token(tx, ret[n].sender_no, arena, &ret[n].token) != 0)
			return -1;
		n++;
	}
	*ret_n = n;
	return more;
}
