/* What must hold after every step, asked of the database itself and not of the functions under test. Numbers of states,
 * kinds and statuses stand here as they are kept: what is in a database may never change its meaning. */
#include <stdio.h>
#include <stdlib.h>

#include "store/store_internal.h"
#include "store/test_world.h"

/* Of a campaign that is no single messages', 25 minutes from one before its start on are told by the second. */
#define BEGINS                                                                        \
	" FROM ledger l JOIN campaign c ON c.no = l.campaign_no AND c.kind = 0) seen" \
	" WHERE at >= of_start - 60 AND at < of_start + 1440"

/* Each tally against the rows it counts: what does not sum up to nothing is wrong. A campaign that is being deleted loses
 * rows and tallies batch by batch and is seen by nobody. */
static const char tallies_text[] =
	"SELECT campaign_no, kind, bucket, CAST(SUM(n) AS BIGINT) FROM ("
	" SELECT campaign_no, kind, bucket, n FROM tally"
	" UNION ALL SELECT campaign_no, 0, state, -1 FROM ledger"
	" UNION ALL SELECT campaign_no, 1, COALESCE(code, 0), -1 FROM ledger WHERE state = 7"
	" UNION ALL SELECT campaign_no, 2, code, -1 FROM ledger WHERE state = 8"
	" UNION ALL SELECT campaign_no, 3, 0, -1 FROM ledger WHERE accepted_ms IS NOT NULL"
	" UNION ALL SELECT campaign_no, 4, accepted_ms / 60000, -1 FROM ledger WHERE accepted_ms IS NOT NULL"
	" UNION ALL SELECT campaign_no, 5, delivered_ms / 60000, -1 FROM ledger WHERE delivered_ms IS NOT NULL"
	" UNION ALL SELECT campaign_no, 6, read_ms / 60000, -1 FROM ledger WHERE read_ms IS NOT NULL"
	" UNION ALL SELECT campaign_no, 7, failed_ms / 60000, -1 FROM ledger WHERE failed_ms IS NOT NULL"
	" UNION ALL SELECT campaign_no, 8, country, -1 FROM ledger"
	" UNION ALL SELECT campaign_no, 9, country, -1 FROM ledger WHERE accepted_ms IS NOT NULL"
	" UNION ALL SELECT campaign_no, 10, country, -1 FROM ledger WHERE delivered_ms IS NOT NULL"
	" UNION ALL SELECT campaign_no, 11, country, -1 FROM ledger WHERE read_ms IS NOT NULL"
	" UNION ALL SELECT campaign_no, 12, country, -1 FROM ledger WHERE failed_ms IS NOT NULL"
	" UNION ALL SELECT campaign_no, 13, COALESCE(accepted_ms, failed_ms) / 60000, -1 FROM ledger WHERE failed_ms IS NOT NULL"
	" UNION ALL SELECT campaign_no, 14, failed_ms / 60000, -1 FROM ledger WHERE failed_ms IS NOT NULL AND accepted_ms IS NULL"
	" UNION ALL SELECT campaign_no, 15, at, -1 FROM (SELECT l.campaign_no, accepted_ms / 1000 AS at, start_ms / 1000 AS "
	"of_start" BEGINS " UNION ALL SELECT campaign_no, 16, at, -1 FROM (SELECT l.campaign_no, delivered_ms / 1000 AS at, "
	"start_ms / 1000 AS of_start" BEGINS
	" UNION ALL SELECT campaign_no, 17, at, -1 FROM (SELECT l.campaign_no, read_ms / 1000 AS at, start_ms / 1000 AS "
	"of_start" BEGINS " UNION ALL SELECT campaign_no, 18, at, -1 FROM (SELECT l.campaign_no, failed_ms / 1000 AS at, "
	"start_ms / 1000 AS of_start" BEGINS
	") parts WHERE campaign_no NOT IN (SELECT no FROM campaign WHERE deleted_ms IS NOT NULL AND kind = 0)"
	" GROUP BY campaign_no, kind, bucket HAVING SUM(n) <> 0";

/* What each state cannot be without, and what it cannot have. */
static const char rows_text[] =
	"SELECT l.campaign_no, l.seq, l.state, l.attempts FROM ledger l JOIN campaign c ON c.no = l.campaign_no"
	" JOIN sender s ON s.no = c.sender_no WHERE (c.deleted_ms IS NULL OR c.kind = 1) AND ("
	"  l.state < 0 OR l.state > 9 OR l.attempts < 0 OR l.seq >= c.next_seq"
	"  OR (l.state IN (1, 2, 3) AND (l.attempts < 1 OR l.epoch IS NULL OR l.claimed_ms IS NULL))"
	"  OR (l.state = 1 AND l.epoch <> s.epoch)"
	"  OR (l.state = 2 AND l.doubt_ms IS NULL)"
	"  OR (l.state = 3 AND (l.accepted_ms IS NULL OR l.wamid IS NULL))"
	"  OR (l.state IN (4, 5, 6) AND (l.sent_ms IS NULL OR l.accepted_ms IS NULL))"
	"  OR (l.state IN (5, 6)) <> (l.delivered_ms IS NOT NULL)"
	"  OR (l.state = 6) <> (l.read_ms IS NOT NULL)"
	"  OR (l.state = 7) <> (l.failed_ms IS NOT NULL)"
	"  OR (l.state = 8 AND COALESCE(l.code, 0) < 1)"
	"  OR (l.state <> 0 AND l.not_before IS NOT NULL)"
	"  OR (l.state = 0 AND l.not_before IS NULL AND (l.seq <= c.claim_seq OR l.attempts > 0)))";

/* Frozen rows are without gaps, each contact once; over is what has nothing open, and nothing else. */
static const char campaigns_text[] =
	"SELECT c.no, c.status, n_rows, n_open FROM campaign c JOIN ("
	" SELECT k.no AS campaign_no, COUNT(l.seq) AS n_rows, COUNT(DISTINCT l.contact_no) AS n_contacts,"
	"  COUNT(CASE WHEN l.state = 0 THEN 1 END) AS n_queued,"
	"  COUNT(CASE WHEN l.state <= 1 OR (l.state = 2 AND k.on_unconfirmed = 1) THEN 1 END) AS n_open"
	" FROM campaign k LEFT JOIN ledger l ON l.campaign_no = k.no GROUP BY k.no) r ON r.campaign_no = c.no"
	" WHERE (c.deleted_ms IS NULL OR c.kind = 1) AND (n_rows <> c.next_seq - 1 OR n_contacts <> n_rows"
	"  OR (c.status = 0 AND n_rows > 0)"
	"  OR (c.status = 1 AND c.frozen = 1 AND n_open = 0 AND c.kind = 0)"
	"  OR (c.status = 2 AND (n_open > 0 OR c.frozen = 0 OR c.hold IS NOT NULL))"
	"  OR (c.status = 3 AND c.sweep = 0 AND n_queued > 0)"
	"  OR (c.status >= 2) <> (c.end_ms IS NOT NULL))";

/* Where a portfolio has a limit, whoever may be about to get a message or got one within the day has a place, unless they wrote
 * themselves. */
static const char budget_format[] =
	"SELECT p.no, p.used, l.campaign_no, l.seq FROM ledger l JOIN campaign c ON c.no = l.campaign_no"
	" JOIN sender s ON s.no = c.sender_no JOIN portfolio p ON p.no = s.portfolio_no"
	" JOIN contact ct ON ct.audience_no = c.audience_no AND ct.no = l.contact_no"
	" WHERE p.limit_24h IS NOT NULL AND ((l.state IN (1, 2) AND l.claimed_ms > %lld)"
	"  OR (l.state IN (5, 6) AND l.delivered_ms > %lld))"
	" AND NOT EXISTS (SELECT 1 FROM inbound i WHERE i.sender_no = s.no AND i.number = ct.number)"
	" AND NOT EXISTS (SELECT 1 FROM budget b WHERE b.portfolio_no = p.no AND b.number = ct.number"
	" AND (l.state > 2 OR b.at_ms >= l.claimed_ms))";

static const char used_text[] =
	"SELECT p.no, p.used, (SELECT COUNT(*) FROM budget b WHERE b.portfolio_no = p.no), 0 FROM portfolio p"
	" WHERE p.used <> (SELECT COUNT(*) FROM budget b WHERE b.portfolio_no = p.no)";

/* The statement is closed before the test fails: the teardown closes the store. */
static void must_be_empty(struct world *w, const char *what, const char *text)
{
	struct sql_rows *rows = NULL;
	if (sql_query_text(w->store->writer, text, NULL, 0, &rows) < 0)
		fail_msg("%s", sql_error(w->store->writer));
	int64_t col[4] = {0};
	int got = sql_next(rows);
	for (int i = 0; got > 0 && i < 4; i++)
		col[i] = sql_col_int(rows, i);
	sql_rows_close(rows);
	if (got < 0)
		fail_msg("%s", sql_error(w->store->writer));
	if (got > 0)
		fail_msg("%s: %lld %lld %lld %lld", what, (long long)col[0], (long long)col[1], (long long)col[2],
		         (long long)col[3]);
}

/* Is there a way from one state to the other in states.def? A step may move a row more than once. */
static bool reaches(unsigned from, unsigned to, unsigned visited)
{
	if (from == to)
		return true;
	visited |= 1u << from;
	for (unsigned next = 0; next < N_STATES; next++)
		if (!(visited >> next & 1u) && state_may_move((enum state)from, (enum state)next) && reaches(next, to, visited))
			return true;
	return false;
}

static void check_move(struct world *w, int64_t campaign, int64_t seq, unsigned is)
{
	unsigned char *seen = &w->seen[campaign][seq];
	unsigned was = *seen ? *seen - 1u : is;
	*seen = (unsigned char)(is + 1);
	if (!reaches(was, is, 0))
		fail_msg("row %lld/%lld went from %s to %s", (long long)campaign, (long long)seq, state_text((enum state)was),
		         state_text((enum state)is));
}

static void check_moves(struct world *w)
{
	struct moved {
		int64_t campaign, seq;
		unsigned state;
	} *all = calloc(WORLD_MAX_ROWS, sizeof(*all));
	struct sql_rows *rows = NULL;
	if (!all || sql_query_text(w->store->writer, "SELECT campaign_no, seq, state FROM ledger", NULL, 0, &rows) < 0)
		fail_msg("%s", sql_error(w->store->writer));
	size_t n = 0;
	int more;
	while ((more = sql_next(rows)) > 0 && n < WORLD_MAX_ROWS)
		all[n++] = (struct moved){sql_col_int(rows, 0), sql_col_int(rows, 1), (unsigned)sql_col_int(rows, 2)};
	sql_rows_close(rows);
	assert_int_equal(more, 0);
	for (size_t i = 0; i < n; i++) {
		assert_true(all[i].campaign < WORLD_MAX_CAMPAIGNS && all[i].seq < WORLD_MAX_ROWS && all[i].state < N_STATES);
		check_move(w, all[i].campaign, all[i].seq, all[i].state);
	}
	free(all);
}

void check_invariants(struct world *w)
{
	must_be_empty(w, "a tally is wrong (campaign, kind, bucket, by how much)", tallies_text);
	must_be_empty(w, "a row is not whole (campaign, seq, state, attempts)", rows_text);
	must_be_empty(w, "a campaign is wrong (no, status, rows, open rows)", campaigns_text);
	char budget_text[1200];
	long long yesterday = (long long)(w->now - DAY_MS);
	snprintf(budget_text, sizeof(budget_text), budget_format, yesterday, yesterday);
	must_be_empty(w, "somebody has no place in the budget (portfolio, used, campaign, seq)", budget_text);
	must_be_empty(w, "the budget is counted wrong (portfolio, used, rows)", used_text);
	check_moves(w);
}
