/* Reads SQLite's query plan. Its lines look like `SEARCH t USING INDEX i (a=?)`, `SCAN t USING COVERING
 * INDEX i`, `CO-ROUTINE c`, `SCAN c`, `SCAN 2 CONSTANT ROWS`, `SCAN json_each VIRTUAL TABLE INDEX 1:`,
 * `USE TEMP B-TREE FOR ORDER BY`. */

#include <string.h>

#include "sql/engine.h"

static bool line_has(const char *line, size_t n_line, const char *piece)
{
	return memmem(line, n_line, piece, strlen(piece)) != NULL;
}

static bool starts(const char *line, size_t n_line, const char *word)
{
	return n_line >= strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

/* Is `name` a subquery of this plan? Reading all its rows is as good as the plan of the subquery itself. */
static bool is_subquery(const char *plan, const char *name, size_t n_name)
{
	static const char *const makers[] = {"CO-ROUTINE ", "MATERIALIZE "};
	for (const char *line = plan; *line != '\0';) {
		size_t n_line = strcspn(line, "\n");
		for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
			size_t n_maker = strlen(makers[i]);
			if (starts(line, n_line, makers[i]) && n_line == n_maker + n_name &&
			    memcmp(line + n_maker, name, n_name) == 0)
				return true;
		}
		line += n_line + (line[n_line] == '\n');
	}
	return false;
}

static bool line_is_costly(const char *plan, const char *line, size_t n_line)
{
	if (starts(line, n_line, "USE TEMP B-TREE FOR "))
		return line_has(line, n_line, "ORDER BY");

	/* An automatic index is built by reading the whole table. */
	bool automatic = starts(line, n_line, "SEARCH ") && line_has(line, n_line, " USING AUTOMATIC ");
	if (!automatic && !starts(line, n_line, "SCAN "))
		return false;
	if (line_has(line, n_line, " CONSTANT ROW") || line_has(line, n_line, " VIRTUAL TABLE "))
		return false;
	const char *name = (const char *)memchr(line, ' ', n_line) + 1;
	return !is_subquery(plan, name, strcspn(name, " \n"));
}

static int read_plan(struct sql_db *db, size_t stmt, struct buf *lines)
{
	buf_auto struct buf text;
	buf_init(&text, ENGINE_MAX_TEXT_BYTES);
	buf_adds(&text, "EXPLAIN QUERY PLAN ");
	buf_adds(&text, db->options.texts[stmt].text);

	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query_text(db, buf_text(&text), NULL, 0, &rows) < 0)
		return -1;
	int next;
	while ((next = sql_next(rows)) > 0) {
		buf_adds(lines, sql_col_text(rows, 3, NULL));
		buf_addc(lines, '\n');
	}
	return next;
}

int sql_explain(struct sql_db *db, size_t stmt, bool *ret_scans, struct buf *plan)
{
	if (db->ops->engine != SQL_SQLITE)
		return engine_fail(db, stmt, false, "plans are read from SQLite only");
	buf_auto struct buf lines;
	buf_init(&lines, ENGINE_MAX_TEXT_BYTES);
	if (read_plan(db, stmt, &lines) < 0)
		return -1;

	bool scans = false;
	for (const char *line = buf_text(&lines); *line != '\0'; line += strcspn(line, "\n") + 1)
		scans = scans || line_is_costly(buf_text(&lines), line, strcspn(line, "\n"));
	if (buf_adds(plan, buf_text(&lines)) < 0)
		return engine_fail(db, stmt, false, "the plan is too long");
	*ret_scans = scans;
	return 0;
}
