#include "sql/engine.h"

#include <stdio.h>
#include <stdlib.h>

void *engine_alloc(size_t n, size_t item_bytes)
{
	void *memory = calloc(n > 0 ? n : 1, item_bytes);
	if (memory == NULL)
		abort();
	return memory;
}

int engine_fail(struct sql_db *db, size_t stmt, bool unique, const char *fmt, ...)
{
	char sentence[sizeof db->error.text];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(sentence, sizeof sentence, fmt, ap);
	va_end(ap);

	db->failed_unique = unique;
	db->failed_conflict = false;
	if (db->tx != ENGINE_TX_NONE)
		db->failed = true;
	if (stmt == ENGINE_NO_STATEMENT)
		return err_set(&db->error, "%s", sentence);
	return err_set(&db->error, "%s: %s", db->options.texts[stmt].name, sentence);
}

int engine_statement_text(struct sql_db *db, size_t stmt, struct buf *out)
{
	const struct sql_text *text = &db->options.texts[stmt];
	bool own = db->ops->engine == SQL_POSTGRESQL && text->pg_text != NULL;
	struct err err;
	if (sql_expand(db->ops->engine, own ? text->pg_text : text->text, out, &err) < 0)
		return engine_fail(db, stmt, false, "%s", err.text);
	return 0;
}
