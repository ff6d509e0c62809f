#include "store/senders.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "model/campaign.h"
#include "statements.h"
#include "store/activity.h"
#include "store/budget.h"
#include "store/hold_row.h"
#include "store/ledger.h"
#include "store/ledger_row.h"
#include "store/list.h"
#include "store/one.h"
#include "store/secret.h"
#include "store/singles.h"

#define MAX_SECRET_BYTES 4096

/* ---- rows ---- */

/* Columns of the view sender_seen. */
static void from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct sender *s = item;
	*s = (struct sender){
		.no = sql_col_int(rows, 0),
		.account_no = sql_col_int(rows, 1),
		.name = one_text(rows, 2, arena),
		.code = one_text(rows, 3, arena),
		.phone_number_id = one_text(rows, 4, arena),
		.waba_id = one_text(rows, 5, arena),
		.status = one_text(rows, 6, arena),
		.quality = one_text(rows, 7, arena),
		.tier = one_text(rows, 8, arena),
		.limit_mps = sql_col_int(rows, 9),
		.rate_cap = sql_col_int(rows, 10),
		.hold = hold_from_row(rows, &(struct hold_columns){.reason = 11, .since = 12, .rule = 17, .code = 18}, arena),
		.create_ms = sql_col_int(rows, 13),
		.update_ms = sql_col_int(rows, 14),
		.portfolio_no = sql_col_int(rows, 15),
		.limit_24h = sql_is_null(rows, 16) ? -1 : sql_col_int(rows, 16),
	};
}

int sender_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct sender *ret)
{
	return one_row(tx, STMT_SENDER_READ, SQL_ARGS(sql_int(no), sql_int(account_no)), from_row, arena, ret);
}

int sender_by_name(struct store_tx *tx, int64_t account_no, const char *name, struct arena *arena, struct sender *ret)
{
	return one_row(tx, STMT_SENDER_BY_NAME, SQL_ARGS(sql_int(account_no), sql_text(name)), from_row, arena, ret);
}

int sender_by_code(struct store_tx *tx, int64_t account_no, const char *code, struct arena *arena, struct sender *ret)
{
	return one_row(tx, STMT_SENDER_BY_CODE, SQL_ARGS(sql_int(account_no), sql_text(code)), from_row, arena, ret);
}

int sender_list(struct store_tx *tx, int64_t account_no, const struct sender_filter *filter, struct page *page,
                struct arena *arena, struct sender *ret, int *ret_n)
{
	struct list list = {.tx = tx,
	                    .before = STMT_SENDER_LIST_BEFORE,
	                    .after = STMT_SENDER_LIST_AFTER,
	                    .count = STMT_SENDER_COUNT,
	                    .arg = {sql_int(account_no), sql_text(filter->statuses)},
	                    .n_args = 2,
	                    .page = page,
	                    .read = from_row,
	                    .arena = arena,
	                    .items = ret,
	                    .item_bytes = sizeof(*ret)};
	list_add_names(&list, &filter->names);
	return list_run(&list, ret_n);
}

int sender_list_all(struct store_tx *tx, struct arena *arena, struct sender **ret, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_SENDER_LIST_ALL, NULL, 0, &rows) < 0)
		return -1;
	struct sender *all = NULL;
	int n = 0, room = 0, more;
	while ((more = sql_next(rows)) > 0) {
		if (n == room) {
			struct sender *wider = arena_array(arena, (size_t)(room = room * 2 + 16), sizeof(*all));
			if (n > 0)
				memcpy(wider, all, (size_t)n * sizeof(*all));
			all = wider;
		}
		from_row(rows, arena, &all[n++]);
	}
	*ret = all;
	*ret_n = n;
	return more;
}

/* ---- secrets ---- */

static struct sql_value sealed(struct store_tx *tx, struct arena *arena, const char *text)
{
	size_t n = strlen(text);
	unsigned char *seal = arena_alloc(arena, n + SECRET_OVERHEAD);
	secret_seal(tx->box_key, text, n, seal);
	return sql_blob(seal, n + SECRET_OVERHEAD);
}

/* Keyed, so that the database alone does not say whether two installations share a secret. */
static struct sql_value secret_hash(struct store_tx *tx, const char *text, unsigned char hash[SECRET_HASH_BYTES])
{
	crypto_generichash(hash, SECRET_HASH_BYTES, (const unsigned char *)text, strlen(text), tx->box_key, 32);
	return sql_blob(hash, SECRET_HASH_BYTES);
}

int sender_token(struct store_tx *tx, int64_t no, struct arena *arena, const char **ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_SENDER_TOKEN, SQL_ARGS(sql_int(no)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	size_t n = 0;
	const void *seal = sql_col_blob(rows, 0, &n);
	return secret_open(tx->box_key, seal, n, arena, ret);
}

int app_secrets(struct store_tx *tx, struct arena *arena, struct app_secret *ret, int max, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_APP_SECRETS, NULL, 0, &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0 && n < max) {
		size_t n_hash = 0, n_seal = 0;
		const void *hash = sql_col_blob(rows, 0, &n_hash), *seal = sql_col_blob(rows, 1, &n_seal);
		if (n_hash != SECRET_HASH_BYTES || (n > 0 && memcmp(ret[n - 1].hash, hash, n_hash) == 0))
			continue;
		memcpy(ret[n].hash, hash, n_hash);
		if (secret_open(tx->box_key, seal, n_seal, arena, &ret[n].text) < 0)
			return -1;
		n++;
	}
	*ret_n = n;
	return more < 0 ? -1 : 0;
}

/* ---- writing ---- */

int sender_create(struct store_tx *tx, int64_t account_no, const struct sender_request *req, msec_t now, int64_t *ret_no)
{
	arena_auto struct arena *arena = arena_create(1024);
	unsigned char hash[SECRET_HASH_BYTES];
	struct sender holder;
	int known = sender_by_name(tx, account_no, req->name, arena, &holder);
	if (known <= 0)
		return known < 0 ? -1 : 1;
	int registered = one_find(tx, STMT_SENDER_BY_PHONE, SQL_ARGS(sql_text(req->phone_number_id)), NULL);
	if (registered != 0)
		return registered < 0 ? -1 : 2;
	if (one_insert(tx, STMT_SENDER_INSERT,
	               SQL_ARGS(sql_int(account_no), sql_text(req->name), sql_text(req->code_digits),
	                        sql_text(req->phone_number_id), sql_text(req->waba_id), sealed(tx, arena, req->access_token),
	                        sealed(tx, arena, req->app_secret), secret_hash(tx, req->app_secret, hash),
	                        sql_int(SENDER_DEFAULT_LIMIT), sql_int(req->rate > 0 ? req->rate : 0), sql_int(now)),
	               ret_no) < 0)
		return -1;
	return activity_add(tx, ACTIVITY_SENDER_REGISTERED, *ret_no, ACTIVITY_NO_FACTS, now);
}

/* What Meta says of the token itself, and of what its user may do. */
static bool token_mends(const struct hold *hold)
{
	static const int codes[] = {0, 3, 10, 104, 190, 131005};
	if (hold->rule != HOLD_REFUSED)
		return false;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (hold->code == codes[i])
			return true;
	return hold->code >= 200 && hold->code <= 299; /* permissions */
}

static int new_token(struct store_tx *tx, int64_t no, const char *token, struct arena *arena, msec_t now)
{
	struct sender s;
	if (sql_run(tx->db, STMT_SENDER_NEW_TOKEN, SQL_ARGS(sql_int(no), sealed(tx, arena, token)), NULL) < 0 ||
	    sender_read(tx, 0, no, arena, &s) != 0)
		return -1;
	return token_mends(&s.hold) && sender_release_rule(tx, no, HOLD_REFUSED, now) < 0 ? -1 : 0;
}

static int update_secrets(struct store_tx *tx, int64_t no, const struct sender_request *req, struct arena *arena, msec_t now)
{
	unsigned char hash[SECRET_HASH_BYTES];
	if (req->access_token && new_token(tx, no, req->access_token, arena, now) < 0)
		return -1;
	if (req->app_secret &&
	    sql_run(tx->db, STMT_SENDER_NEW_SECRET,
	            SQL_ARGS(sql_int(no), sealed(tx, arena, req->app_secret), secret_hash(tx, req->app_secret, hash)), NULL) < 0)
		return -1;
	return 0;
}

int sender_update(struct store_tx *tx, int64_t account_no, int64_t no, const struct sender_request *req, msec_t now)
{
	arena_auto struct arena *arena = arena_create(1024);
	struct sender holder;
	int64_t changes = 0;
	int known = req->name ? sender_by_name(tx, account_no, req->name, arena, &holder) : 1;
	if (known < 0 || (known == 0 && holder.no != no))
		return known < 0 ? -1 : 2;
	if (sql_run(tx->db, STMT_SENDER_UPDATE,
	            SQL_ARGS(sql_int(no), sql_int(account_no), sql_text(req->name),
	                     req->no_rate    ? sql_int(0)
	                     : req->rate > 0 ? sql_int(req->rate)
	                                     : sql_null(),
	                     sql_int(now)),
	            &changes) < 0)
		return -1;
	if (!changes)
		return 1;
	if (activity_add(tx, ACTIVITY_SENDER_CHANGED, no, ACTIVITY_NO_FACTS, now) < 0)
		return -1;
	return update_secrets(tx, no, req, arena, now);
}

int sender_delete(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now)
{
	arena_auto struct arena *arena = arena_create(1024);
	struct sender sender;
	int known = sender_read(tx, account_no, no, arena, &sender);
	if (known != 0)
		return known;
	for (int status = CAMPAIGN_SCHEDULED; status <= CAMPAIGN_IN_PROGRESS; status++) {
		int used = one_find(tx, STMT_SENDER_IN_USE, SQL_ARGS(sql_int(sender.account_no), sql_int(status), sql_int(no)),
		                    NULL);
		if (used != 0)
			return used < 0 ? -1 : 2;
	}
	bool open;
	if (singles_open(tx, no, &open) < 0)
		return -1;
	if (open)
		return 2;
	if (sql_run(tx->db, STMT_SENDER_DELETE, SQL_ARGS(sql_int(no), sql_int(now)), NULL) < 0)
		return -1;
	return activity_add(tx, ACTIVITY_SENDER_DELETED, no, ACTIVITY_NO_FACTS, now);
}

/* A hold that waits for WhatsApp's word, which the record has: the webhook that tells of it may be lost. A record without a
 * rating (UNKNOWN) says nothing of the quality. */
/* Asked for before it was held, the record knows nothing of what it was held for. */
static bool is_over(const struct hold *hold, const struct sender_record *r, msec_t asked)
{
	if (hold->rule == HOLD_UNREACHABLE)
		return true;
	if (hold->since > asked)
		return false;
	if (hold->rule == HOLD_QUALITY)
		return strcmp(r->quality, "GREEN") == 0 || strcmp(r->quality, "YELLOW") == 0;
	if (hold->rule == HOLD_FLAGGED)
		return *r->status && strcmp(r->status, "FLAGGED") != 0;
	return hold->rule == HOLD_RESTRICTED && hold->until < 0 && r->can_send;
}

/* What it was not before; the first word for it is none of that. */
static int log_change(struct store_tx *tx, enum activity_action action, int64_t no, const char *from, const char *to, msec_t now)
{
	if (strcmp(from, to) == 0 || !*from || !*to || strcmp(from, "UNKNOWN") == 0)
		return 0;
	return activity_add(tx, action, no, ACTIVITY_FACTS({"from", from, 0}, {"to", to, 0}), now);
}

/* In the database. HELD: it was held when it fell to red, and what a person resumed since goes on; DUE: something else held it.
 */
enum red { RED_NOT, RED_HELD, RED_DUE };

/* Held, which is 1, when its quality falls to red and not while it stays there; later, where another hold stood in the way. */
static int judge_quality(struct store_tx *tx, int64_t no, const char *quality, msec_t now)
{
	const struct hold hold = hold_for(HOLD_QUALITY,
	                                  "WhatsApp rates the number's quality as low: people block it or report it.");
	int64_t was = RED_NOT, is;
	int held = 1;
	if (strcmp(quality, "UNKNOWN") == 0 || !*quality)
		return 0;
	if (one_find(tx, STMT_SENDER_RED, SQL_ARGS(sql_int(no)), &was) < 0)
		return -1;
	if (strcmp(quality, "RED") != 0)
		is = RED_NOT;
	else if (was == RED_HELD)
		is = RED_HELD;
	else if ((held = sender_hold(tx, 0, no, &hold, now)) < 0)
		return -1;
	else
		is = held == 0 ? RED_HELD : RED_DUE;
	if (is != was && sql_run(tx->db, STMT_SENDER_SET_RED, SQL_ARGS(sql_int(no), sql_int(is)), NULL) < 0)
		return -1;
	return held == 0;
}

static int judge_record(struct store_tx *tx, int64_t no, const struct sender_record *record, msec_t asked, msec_t now)
{
	arena_auto struct arena *arena = arena_create(1024);
	struct sender s;
	int known = sender_read(tx, 0, no, arena, &s);
	if (known != 0)
		return known < 0 ? -1 : 0;
	if (log_change(tx, ACTIVITY_SENDER_QUALITY, no, s.quality, record->quality, now) < 0 ||
	    log_change(tx, ACTIVITY_SENDER_TIER, no, s.tier, record->tier, now) < 0)
		return -1;
	if (is_over(&s.hold, record, asked) && sender_release_rule(tx, no, s.hold.rule, now) < 0)
		return -1;
	return judge_quality(tx, no, record->quality, now);
}

int sender_set_record(struct store_tx *tx, int64_t no, const struct sender_record *record, msec_t asked, msec_t now)
{
	int held = judge_record(tx, no, record, asked, now);
	if (held < 0)
		return -1;
	if (sql_run(tx->db, STMT_SENDER_SET_RECORD,
	            SQL_ARGS(sql_int(no), sql_int(record->limit_mps), sql_text(record->quality), sql_text(record->tier),
	                     sql_int(now)),
	            NULL) < 0)
		return -1;
	return budget_assign(tx, no, record->portfolio_id, sender_tier_people(record->tier)) < 0 ? -1 : held;
}

int sender_ask_again(struct store_tx *tx, const unsigned char *hash, const char *waba_id, msec_t now, int64_t *ret_n)
{
	return sql_run(tx->db, STMT_SENDER_ASK_AGAIN,
	               SQL_ARGS(sql_blob(hash, SECRET_HASH_BYTES), sql_text(waba_id), sql_int(now)), ret_n);
}

int sender_asked_again(struct store_tx *tx, bool *ret_any)
{
	int64_t n = 0;
	if (sql_run(tx->db, STMT_SENDER_ASKED_AGAIN, NULL, 0, &n) < 0)
		return -1;
	*ret_any = n > 0;
	return 0;
}
