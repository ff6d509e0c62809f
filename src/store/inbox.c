#include "store/inbox.h"

#include <string.h>

#include "model/number.h"
#include "sql/sql.h"
#include "statements.h"
#include "store/hook_note.h"
#include "store/one.h"

int inbox_append(struct store_tx *tx, const unsigned char hash[SECRET_HASH_BYTES], const char *body, size_t n_bytes,
                 const char *phone_number_id, bool is_part, msec_t now, int64_t *ret_node)
{
	const char *phone = !is_part ? NULL : phone_number_id ? phone_number_id : "";
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_INBOX_APPEND,
	              SQL_ARGS(sql_blob(hash, SECRET_HASH_BYTES), sql_blob(body, n_bytes), sql_int(now),
	                       sql_text(phone_number_id), sql_text(phone)),
	              &rows) < 0)
		return -1;
	if (sql_next(rows) != 1)
		return -1;
	*ret_node = sql_col_int(rows, 1);
	return 0;
}

int inbox_take(struct store_tx *tx, int64_t node_no, int max, size_t max_bytes, struct arena *arena, struct inbox_event *ret,
               int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_INBOX_TAKE, SQL_ARGS(sql_int(node_no), sql_int(max)), &rows) < 0)
		return -1;
	int n = 0, more = 0;
	size_t bytes = 0;
	while (n < max && bytes < max_bytes && (more = sql_next(rows)) > 0) {
		struct inbox_event *event = &ret[n++];
		size_t hash_bytes = 0;
		const void *hash = sql_col_blob(rows, 1, &hash_bytes);
		const char *body = sql_col_blob(rows, 2, &event->n_bytes);
		event->no = sql_col_int(rows, 0);
		memset(event->hash, 0, sizeof(event->hash));
		if (hash_bytes == sizeof(event->hash))
			memcpy(event->hash, hash, hash_bytes);
		event->phone = arena_strdup(arena, sql_col_text(rows, 3, NULL));
		event->body = arena_strndup(arena, body ? body : "", event->n_bytes);
		bytes += event->n_bytes;
	}
	if (more < 0)
		return -1;
	*ret_n = n;
	return 0;
}

int inbox_oldest(struct store_tx *tx, msec_t now, msec_t *ret)
{
	int64_t oldest = now;
	int found = one_find(tx, STMT_INBOX_OLDEST, NULL, 0, &oldest);
	if (found < 0)
		return -1;
	*ret = oldest < now ? oldest : now;
	return 0;
}

int inbox_waiting(struct store_tx *tx, int64_t *ret)
{
	return one_find(tx, STMT_INBOX_WAITING, NULL, 0, ret) == 1 ? 0 : -1;
}

int inbox_set_aside_ever(struct store_tx *tx, int64_t *ret)
{
	*ret = 0;
	return one_find(tx, STMT_INBOX_SET_ASIDE_EVER, NULL, 0, ret) < 0 ? -1 : 0;
}

int inbox_done(struct store_tx *tx, int64_t no)
{
	return sql_send(tx->db, STMT_INBOX_DONE, SQL_ARGS(sql_int(no)));
}

int inbox_set_aside(struct store_tx *tx, const struct inbox_event *event, const char *reason, msec_t now)
{
	if (sql_run(tx->db, STMT_INBOX_ASIDE_ADD,
	            SQL_ARGS(sql_blob(event->hash, sizeof(event->hash)), sql_blob(event->body, event->n_bytes), sql_text(reason),
	                     sql_int(now)),
	            NULL) < 0)
		return -1;
	return sql_run(tx->db, STMT_INBOX_ASIDE_TRIM, NULL, 0, NULL);
}

int inbox_count(struct store_tx *tx, const char *kind, int64_t n)
{
	return sql_send(tx->db, STMT_INBOX_COUNT_ADD, SQL_ARGS(sql_text(kind), sql_int(n)));
}

int inbox_counts(struct store_tx *tx, struct arena *arena, struct inbox_tally *ret, int max, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_INBOX_COUNTS, NULL, 0, &rows) < 0)
		return -1;
	int n = 0, more = 0;
	while (n < max && (more = sql_next(rows)) > 0)
		ret[n++] = (struct inbox_tally){.kind = arena_strdup(arena, sql_col_text(rows, 0, NULL)),
		                                .n = sql_col_int(rows, 1)};
	if (more < 0)
		return -1;
	*ret_n = n;
	return 0;
}

/* 0 found, 1 none. */
static int sender_of_phone(struct store_tx *tx, const unsigned char *hash, const char *phone_number_id, int64_t *ret_sender,
                           int64_t *ret_account)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_SENDER_OF_PHONE, SQL_ARGS(sql_text(phone_number_id), sql_blob(hash, SECRET_HASH_BYTES)),
	              &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	*ret_sender = sql_col_int(rows, 0);
	*ret_account = sql_col_int(rows, 1);
	return 0;
}

int account_of_number(struct store_tx *tx, const unsigned char *hash, const char *phone_number_id, int64_t *ret)
{
	int64_t sender_no;
	return sender_of_phone(tx, hash, phone_number_id, &sender_no, ret);
}

int inbound_add(struct store_tx *tx, const unsigned char *hash, const struct inbound *m, msec_t now, int64_t *ret_account)
{
	int64_t sender_no, no;
	int found = sender_of_phone(tx, hash, m->phone_number_id, &sender_no, ret_account);
	if (found != 0)
		return found;
	int added = one_find(tx, STMT_INBOUND_INSERT,
	                     SQL_ARGS(sql_int(*ret_account), sql_int(sender_no), sql_text(m->from), sql_text(m->wamid),
	                              sql_text(m->type), sql_text(m->text), sql_text(m->payload), sql_text(m->context_id),
	                              sql_int(m->at), sql_int(now), sql_int(number_country_code(m->from))),
	                     &no);
	if (added <= 0)
		return added < 0 ? -1 : 1;
	return hook_note_inbound(tx,
	                         &(struct inbound_note){.account_no = *ret_account,
	                                                .sender_no = sender_no,
	                                                .inbound_no = no,
	                                                .from = m->from,
	                                                .text = m->text,
	                                                .at = m->at},
	                         now);
}
