/* The export: stretch by stretch, each read in one go when the socket has taken the one before, so that neither memory nor a
 * read connection is held by a slow reader. It is no snapshot: each row is as it is when its stretch is read. */
#include <string.h>

#include "api/api_internal.h"
#include "api/csv_answer.h"
#include "api/recipients.h"
#include "base/log.h"
#include "model/message.h"

#define PIECE_BYTES (HTTP_STREAM_PIECE_BYTES / 2) /* a line may come on top: under 64 KiB, by the limits on its cells */

struct export
{
	struct api_call *call;
	int64_t account_no, campaign_no, from_seq;
	struct recipient_filter filter;
	const char *mark;
	bool begun, nothing;
};

static void put_text(struct buf *out, const char *text)
{
	buf_addc(out, ',');
	csv_put_cell(out, text ? text : "");
}

static void put_int(struct buf *out, int64_t n)
{
	buf_addf(out, ",%lld", (long long)n);
}

static void put_head_line(struct buf *out)
{
	struct recipient_step step[RECIPIENT_STEPS];
	recipient_steps(&(struct ledger_row){0}, step);
	buf_adds(out, "number,message_id,first_name,last_name,country,state,status,attempts,wamid,code,rule,error,why");
	for (int i = 0; i < RECIPIENT_STEPS; i++)
		put_text(out, step[i].name);
	buf_adds(out, "\r\n");
}

static void put_line(struct export *e, const struct ledger_row *r, const struct recipient_holds *holds, struct arena *arena,
                     struct buf *out)
{
	struct recipient_step step[RECIPIENT_STEPS];
	char country[3], id[UUID_TEXT_BYTES], when[CLOCK_TEXT_BYTES];
	bool skipped = r->state == STATE_SKIPPED;
	struct uuid uuid = pubid_make(store_ids(e->call->api->options.store), PUBID_MESSAGE, r->campaign_no, r->seq);
	uuid_format(&uuid, id);
	number_country_text(r->country, country);
	csv_put_cell(out, r->contact.number);
	put_text(out, id);
	put_text(out, r->contact.first_name);
	put_text(out, r->contact.last_name);
	put_text(out, country);
	put_text(out, state_text(r->state));
	put_text(out, message_status_text(message_status_of(r->state, r->accepted_ms >= 0, r->code)));
	put_int(out, r->attempts);
	put_text(out, r->wamid);
	if (r->code != 0 && !skipped)
		put_int(out, r->code);
	else
		buf_addc(out, ',');
	put_text(out, skipped ? rule_text(r->code) : "");
	put_text(out, r->detail);
	put_text(out, why_text(r, holds, clock_now_ms(), arena));
	recipient_steps(r, step);
	for (int i = 0; i < RECIPIENT_STEPS; i++) {
		buf_addc(out, ',');
		if (step[i].time >= 0) {
			clock_format(step[i].time, when);
			buf_adds(out, when);
		}
	}
	buf_adds(out, "\r\n");
}

/* 0 there is more, 1 that was all. */
static int put_stretch(struct export *e, struct store_tx *tx, struct arena *arena, struct buf *out)
{
	struct campaign c;
	struct recipient_holds holds;
	struct ledger_row *row = arena_array(arena, RECIPIENT_STRETCH, sizeof(*row));
	int n = 0, got = campaign_read(tx, e->account_no, e->campaign_no, arena, &c);
	if (got != 0)
		return -1; /* deleted meanwhile: what was given is not all there was */
	if (recipient_holds(tx, c.no, clock_now_ms(), arena, &holds) != 0)
		return -1;
	int last = recipient_stretch(tx, c.no, c.audience_no, e->from_seq, &e->filter, arena, row, &n);
	if (last < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		put_line(e, &row[i], &holds, arena, out);
		if (out->len > PIECE_BYTES) {
			e->from_seq = row[i].seq;
			return 0;
		}
	}
	e->from_seq += RECIPIENT_STRETCH;
	return last;
}

static enum http_next produce(struct buf *piece, void *arg)
{
	struct export *e = arg;
	struct store *store = e->call->api->options.store;
	if (!e->begun) {
		e->begun = true;
		buf_adds(piece, e->mark);
		put_head_line(piece);
		return e->nothing ? HTTP_END : HTTP_GO_ON;
	}
	arena_auto struct arena *arena = arena_create((size_t)256 << 10);
	struct store_tx *tx = store_reader_take(store);
	int last = store_snapshot(tx) < 0 ? -1 : put_stretch(e, tx, arena, piece);
	store_reader_put(store, tx);
	if (last < 0)
		log_error("api", "an export broke off", log_i("campaign", e->campaign_no), log_i("row", e->from_seq));
	return last < 0 ? HTTP_BROKEN : last ? HTTP_END : HTTP_GO_ON;
}

static void closed(void *arg)
{
	(void)arg; /* all of it is in the request's arena */
}

static int exists_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct campaign c;
	int got = campaign_read(tx, call->key.account_no, call->id[0], call->arena, &c);
	if (got == 0)
		csv_attach(call, arena_printf(call->arena, "%s.csv", c.name));
	return got > 0 ? call_unknown(call) : got;
}

void recipients_export(struct api_call *call, const struct recipient_filter *filter, bool nothing)
{
	struct export *e = arena_alloc(call->arena, sizeof(*e));
	*e = (struct export){.call = call,
	                     .account_no = call->key.account_no,
	                     .campaign_no = call->id[0],
	                     .filter = *filter,
	                     .mark = csv_mark(call),
	                     .nothing = nothing};
	call->content_type = "text/csv; charset=utf-8";
	call_stream(call, exists_run, &(struct http_stream){produce, closed, e});
}
