/* The campaign that a sender keeps for its single messages, and the rows in it. */
#include "model/number.h"
#include "sql/sql.h"
#include "statements.h"
#include "store/campaign_row.h"
#include "store/ledger_row.h"
#include "store/media.h"
#include "store/one.h"
#include "store/singles_draft.h"
#include "store/tally_batch.h"
#include "store/templates.h"

struct home {
	int64_t campaign_no, audience_no;
};

static int find_home(struct store_tx *tx, int64_t sender_no, struct home *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_SINGLES_CAMPAIGN, SQL_ARGS(sql_int(sender_no)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	*ret = (struct home){sql_col_int(rows, 0), sql_col_int(rows, 1)};
	return 0;
}

/* Two servers may come here at once: the first one's is taken. */
static int make_home(struct store_tx *tx, const struct single_draft *d, struct home *ret)
{
	static const char name[] = "Single messages";
	int64_t audience_no, template_no;
	int found = find_home(tx, d->sender.no, ret);
	if (found != 1)
		return found;
	if (one_insert(tx, STMT_SINGLES_AUDIENCE_INSERT, SQL_ARGS(sql_int(d->account_no), sql_text(name), sql_int(d->now)),
	               &audience_no) < 0 ||
	    one_insert(tx, STMT_SINGLES_TEMPLATE_INSERT,
	               SQL_ARGS(sql_int(d->account_no), sql_int(d->sender.no), sql_text(name), sql_int(d->now)),
	               &template_no) < 0 ||
	    sql_run(tx->db, STMT_SINGLES_CAMPAIGN_INSERT,
	            SQL_ARGS(sql_int(d->account_no), sql_text(name), sql_int(d->sender.no), sql_text(d->sender.name),
	                     sql_int(template_no), sql_int(audience_no), sql_int(d->now)),
	            NULL) < 0)
		return -1;
	return find_home(tx, d->sender.no, ret) == 0 ? 0 : -1;
}

static int put_one(struct store_tx *tx, struct tally_batch *batch, const struct single_draft *d, const struct home *home,
                   int64_t seq, int i)
{
	const struct message_content *c = &d->content;
	int country = number_country_code(d->to->digits[i]);
	if (sql_run(tx->db, STMT_SINGLE_CONTACT_INSERT,
	            SQL_ARGS(sql_int(home->audience_no), sql_int(seq), sql_text(d->to->digits[i]), sql_text(d->fields),
	                     sql_int(country), sql_int(d->now)),
	            NULL) < 0)
		return -1;
	if (sql_run(tx->db, STMT_SINGLE_INSERT,
	            SQL_ARGS(sql_int(home->campaign_no), sql_int(seq), sql_int(d->account_no),
	                     d->template_no ? sql_int(d->template_no) : sql_null(), sql_text(c->type), sql_text(c->text),
	                     sql_text(c->url), d->media_no ? sql_int(d->media_no) : sql_null(), sql_text(c->filename),
	                     sql_text(c->button_type), sql_text(c->button_text), sql_text(c->button_value), sql_text(c->payload),
	                     d->test_of ? sql_int(d->test_of) : sql_null(), sql_int(d->now), sql_int(d->expire_ms[i])),
	            NULL) < 0)
		return -1;
	row_made(batch, &(struct row){.campaign_no = home->campaign_no, .seq = seq, .state = STATE_QUEUED, .country = country});
	return sql_run(tx->db, STMT_SINGLE_ROW_INSERT, SQL_ARGS(sql_int(home->campaign_no), sql_int(seq), sql_int(country)),
	               NULL);
}

int draft_put(struct store_tx *tx, const struct single_draft *d, struct single_made *ret)
{
	struct home home;
	int64_t next_seq;
	if (make_home(tx, d, &home) < 0 ||
	    one_find(tx, STMT_SINGLES_TAKE_SEQS, SQL_ARGS(sql_int(home.campaign_no), sql_int(d->to->n), sql_text(d->sender.name)),
	             &next_seq) != 1)
		return -1;
	*ret = (struct single_made){d->sender.no, home.campaign_no, next_seq - d->to->n, d->to->n};
	tally_batch_auto struct tally_batch *batch = tally_batch_create();
	for (int i = 0; i < d->to->n; i++)
		if (put_one(tx, batch, d, &home, ret->first_seq + i, i) < 0)
			return -1;
	if (d->media_no && media_want(tx, d->media_no, d->sender.no, MEDIA_TO_SEND, d->now) < 0)
		return -1;
	return rows_finish(tx, batch, d->now);
}

/* ---- for delivery ---- */

int singles_campaign(struct store_tx *tx, int64_t sender_no, struct campaign *ret)
{
	struct home home;
	int found = find_home(tx, sender_no, &home);
	if (found != 0)
		return found;
	*ret = (struct campaign){.no = home.campaign_no,
	                         .name = "single messages",
	                         .status = CAMPAIGN_IN_PROGRESS,
	                         .sender_no = sender_no,
	                         .audience_no = home.audience_no,
	                         .sender_name = "",
	                         .schedule_ms = -1,
	                         .deadline_ms = -1,
	                         .frozen = true,
	                         .singles = true};
	return campaign_read_counts(tx, ret);
}

int single_read(struct store_tx *tx, int64_t campaign_no, int64_t seq, struct arena *arena, struct single *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_SINGLE_READ, SQL_ARGS(sql_int(campaign_no), sql_int(seq)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	*ret = (struct single){
		.template_no = sql_col_int(rows, 0),
		.content = {.type = one_text(rows, 1, arena),
	                    .text = one_text(rows, 2, arena),
	                    .url = arena_strdup(arena, sql_col_text(rows, 3, NULL)),
	                    .filename = arena_strdup(arena, sql_col_text(rows, 5, NULL)),
	                    .button_type = arena_strdup(arena, sql_col_text(rows, 6, NULL)),
	                    .button_text = arena_strdup(arena, sql_col_text(rows, 7, NULL)),
	                    .button_value = arena_strdup(arena, sql_col_text(rows, 8, NULL)),
	                    .payload = arena_strdup(arena, sql_col_text(rows, 9, NULL))},
		.media_no = sql_col_int(rows, 4),
		.test_of = sql_col_int(rows, 10),
		.create_ms = sql_col_int(rows, 11),
		.expire_ms = sql_col_int(rows, 12),
	};
	got = ret->template_no ? template_read(tx, 0, ret->template_no, arena, &ret->tpl) : 0;
	ret->template_gone = got > 0;
	return got < 0 ? -1 : 0;
}

int singles_open(struct store_tx *tx, int64_t sender_no, bool *ret)
{
	int got = one_find(tx, STMT_SINGLES_OPEN, SQL_ARGS(sql_int(sender_no)), NULL);
	*ret = got > 0;
	return got < 0 ? -1 : 0;
}
