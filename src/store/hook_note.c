/* The bodies of events. Their fields and the order of these are the contract's, and what a client of the original reads; what
 * is ours stands behind. */
#include "store/hook_note.h"

#include "base/json.h"
#include "model/campaign.h"
#include "model/hook.h"
#include "model/template.h"
#include "sql/sql.h"
#include "statements.h"
#include "store/hold_row.h"
#include "store/ledger_row.h"
#include "store/one.h"
#include "store/senders.h"

#define MAX_BODY_BYTES ((size_t)64 * 1024)

/* ---- bodies ---- */

struct body {
	struct buf text;
	struct json_writer json;
};

static void body_open(struct body *b)
{
	buf_init(&b->text, MAX_BODY_BYTES);
	json_begin(&b->json, &b->text);
	json_open_object(&b->json, NULL);
	json_open_object(&b->json, "data");
}

static void body_put_id(struct body *b, const struct store_tx *tx, const char *key, enum pubid_kind kind, int64_t no, int64_t seq)
{
	char text[UUID_TEXT_BYTES];
	struct uuid uuid = pubid_make(tx->ids, kind, no, seq);
	uuid_format(&uuid, text);
	json_put_text(&b->json, key, text);
}

/* Close the body and keep it as an event of the hook. */
static int body_add(struct body *b, struct store_tx *tx, int64_t hook_no, int64_t subject, msec_t now)
{
	json_close_object(&b->json);
	json_close_object(&b->json);
	int result = b->text.overflow ? -1 : hook_event_add(tx, hook_no, subject, buf_text(&b->text), now);
	buf_fini(&b->text);
	return result;
}

/* The hook that wants it, 0 when there is none. */
static int hook_of_campaign(struct store_tx *tx, int64_t campaign_no, enum hook_kind kind, int64_t *ret_hook,
                            int64_t *ret_account)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_HOOK_OF_CAMPAIGN, SQL_ARGS(sql_int(campaign_no), sql_int(kind)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got < 0)
		return -1;
	*ret_hook = got ? sql_col_int(rows, 0) : 0;
	*ret_account = got ? sql_col_int(rows, 1) : 0;
	return 0;
}

/* ---- messages sent ---- */

/* Meta's code where there is one, and a sentence. */
static void put_error(struct body *b, const struct message_note *note, int code, const char *detail)
{
	struct json_writer *w = &b->json;
	bool by_meta = note->state == STATE_FAILED;
	if (!by_meta && note->state != STATE_SKIPPED && note->state != STATE_CANCELED) {
		json_put_null(w, "error");
		return;
	}
	json_open_object(w, "error");
	if (by_meta)
		json_put_int(w, "code", code);
	else
		json_put_null(w, "code");
	if (note->state == STATE_SKIPPED)
		detail = rule_sentence(code);
	if (note->state == STATE_CANCELED)
		detail = "It was canceled, and is not handed to WhatsApp any more.";
	json_put_text(w, "message", detail ? detail : "WhatsApp gave no reason.");
	json_close_object(w);
}

static int add_message(struct store_tx *tx, int64_t hook_no, int64_t account_no, const struct message_note *note, msec_t now)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_HOOK_MESSAGE, SQL_ARGS(sql_int(note->campaign_no), sql_int(note->seq)), &rows) < 0 ||
	    sql_next(rows) != 1)
		return -1;
	struct body b;
	body_open(&b);
	body_put_id(&b, tx, "account_id", PUBID_ACCOUNT, account_no, 0);
	body_put_id(&b, tx, "message_id", PUBID_MESSAGE, note->campaign_no, note->seq);
	json_put_text(&b.json, "event", hook_kind_text(HOOK_DELIVERY));
	json_put_text(&b.json, "status", message_status_text(note->status));
	json_put_text(&b.json, "channel", "WHATSAPP");
	json_put_text(&b.json, "to", sql_col_text(rows, 0, NULL));
	json_put_null(&b.json, "mccmnc");
	json_put_null(&b.json, "price");
	json_put_time(&b.json, "timestamp", note->at >= 0 ? note->at : now);
	json_put_text(&b.json, "payload", sql_col_text(rows, 4, NULL));
	if (sql_col_int(rows, 3) != 0) /* the campaign that a sender keeps for single messages, which clients do not see */
		json_put_null(&b.json, "campaign_id");
	else
		body_put_id(&b, tx, "campaign_id", PUBID_CAMPAIGN, note->campaign_no, 0);
	put_error(&b, note, (int)sql_col_int(rows, 1), sql_col_text(rows, 2, NULL));
	return body_add(&b, tx, hook_no, (int64_t)((uint64_t)note->campaign_no << 32) + note->seq, now);
}

int hook_note_messages(struct store_tx *tx, const struct message_note *notes, size_t n, msec_t now)
{
	for (size_t i = 0, from = 0; i < n; from = i) {
		int64_t campaign_no = notes[i].campaign_no, hook_no, account_no;
		if (hook_of_campaign(tx, campaign_no, HOOK_DELIVERY, &hook_no, &account_no) < 0)
			return -1;
		for (; i < n && notes[i].campaign_no == campaign_no; i++)
			if (hook_no && add_message(tx, hook_no, account_no, &notes[i], now) < 0)
				return -1;
		if (hook_no && hook_events_added(tx, hook_no, (int64_t)(i - from)) < 0)
			return -1;
	}
	return 0;
}

/* ---- campaigns ---- */

int hook_note_campaign(struct store_tx *tx, int64_t campaign_no, msec_t now)
{
	int64_t hook_no, account_no;
	if (hook_of_campaign(tx, campaign_no, HOOK_CAMPAIGN, &hook_no, &account_no) < 0)
		return -1;
	if (!hook_no)
		return 0;
	arena_auto struct arena *arena = arena_create(1024);
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_HOOK_CAMPAIGN, SQL_ARGS(sql_int(campaign_no)), &rows) < 0 || sql_next(rows) != 1)
		return -1;
	struct body b;
	body_open(&b);
	body_put_id(&b, tx, "account_id", PUBID_ACCOUNT, account_no, 0);
	body_put_id(&b, tx, "campaign_id", PUBID_CAMPAIGN, campaign_no, 0);
	json_put_text(&b.json, "event", hook_kind_text(HOOK_CAMPAIGN));
	json_put_text(&b.json, "name", sql_col_text(rows, 0, NULL));
	json_put_text(&b.json, "status", campaign_status_text((enum campaign_status)sql_col_int(rows, 1)));
	struct hold own = hold_from_row(rows, &(struct hold_columns){.reason = 2, .rule = 3, .since = 4, .code = 5}, arena);
	struct hold of_sender = hold_from_row(rows, &(struct hold_columns){.reason = 8, .rule = 9, .since = 10, .code = 11},
	                                      arena);
	hold_put(&b.json, "hold", &own);
	hold_put(&b.json, "sender_hold", &of_sender);
	json_put_time(&b.json, "timestamp", now);
	if (body_add(&b, tx, hook_no, campaign_no, now) < 0)
		return -1;
	return hook_events_added(tx, hook_no, 1);
}

/* ---- senders ---- */

int hook_note_sender(struct store_tx *tx, int64_t sender_no, msec_t now)
{
	arena_auto struct arena *arena = arena_create(1024);
	struct sender s;
	int64_t hook_no = 0;
	int known = sender_read(tx, 0, sender_no, arena, &s);
	if (known != 0)
		return known < 0 ? -1 : 0;
	int got = one_find(tx, STMT_HOOK_OF_ACCOUNT, SQL_ARGS(sql_int(s.account_no), sql_int(HOOK_SENDER)), &hook_no);
	if (got <= 0)
		return got;
	struct body b;
	body_open(&b);
	body_put_id(&b, tx, "account_id", PUBID_ACCOUNT, s.account_no, 0);
	body_put_id(&b, tx, "sender_id", PUBID_SENDER, sender_no, 0);
	json_put_text(&b.json, "event", hook_kind_text(HOOK_SENDER));
	json_put_text(&b.json, "name", s.name);
	json_put_text(&b.json, "status", s.status);
	hold_put(&b.json, "hold", &s.hold);
	json_put_time(&b.json, "timestamp", now);
	if (body_add(&b, tx, hook_no, sender_no, now) < 0)
		return -1;
	return hook_events_added(tx, hook_no, 1);
}

/* ---- messages received ---- */

int hook_note_inbound(struct store_tx *tx, const struct inbound_note *note, msec_t now)
{
	int64_t hook_no = 0;
	int got = one_find(tx, STMT_HOOK_OF_ACCOUNT, SQL_ARGS(sql_int(note->account_no), sql_int(HOOK_MESSAGE)), &hook_no);
	if (got <= 0)
		return got;
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_HOOK_SENDER, SQL_ARGS(sql_int(note->sender_no)), &rows) < 0 || sql_next(rows) != 1)
		return -1;
	struct body b;
	body_open(&b);
	body_put_id(&b, tx, "account_id", PUBID_ACCOUNT, note->account_no, 0);
	body_put_id(&b, tx, "message_id", PUBID_INBOUND, note->inbound_no, 0);
	json_put_text(&b.json, "event", hook_kind_text(HOOK_MESSAGE));
	json_put_text(&b.json, "from", note->from);
	json_put_text(&b.json, "to", sql_col_text(rows, 0, NULL));
	json_put_text(&b.json, "text", note->text);
	json_put_text(&b.json, "channel", "WHATSAPP");
	json_put_time(&b.json, "timestamp", note->at);
	if (body_add(&b, tx, hook_no, note->inbound_no, now) < 0)
		return -1;
	return hook_events_added(tx, hook_no, 1);
}
