/* The list of messages: campaigns' rows, single ones and what people wrote, in one order. */
#include <stdio.h>
#include <string.h>

#include "store/accounts.h"
#include "store/inbox.h"
#include "store/messages_list.h"
#include "store/singles.h"
#include "store/test_world.h"

#define MAX_ITEMS 500

#define MOST "999999999999999"
#define NUMBERS(...) .to = {__VA_ARGS__}, .n_to = sizeof((struct number_range[]){__VA_ARGS__}) / sizeof(struct number_range)

static const struct message_filter everything = {.sent = true, .received = true, .from_ms = 0, .until_ms = INT64_MAX};

/* What says which message it is: campaign and row, or the negative number of what a person wrote. */
static int64_t id_of(const struct message *m)
{
	return m->is_inbound ? -m->inbound.no : m->row.campaign_no << 32 | m->row.seq;
}

static msec_t time_of(const struct message *m)
{
	return m->is_inbound ? m->inbound.create_ms : m->row.start_ms;
}

/* From one page to the next as a client goes: by the tokens alone. */
static int go(struct world *w, const struct message_filter *filter, int size, const char *token, struct page *page,
              struct message *ret)
{
	int n = -1;
	*page = (struct page){.size = size, .number = 1};
	if (token)
		assert_true(page_token_parse(store_ids(w->store), 1, token, page));
	assert_int_equal(IN_JOB(w, message_list(tx, w->account, filter, page, w->arena, ret, &n)), 0);
	assert_in_range(n, 0, size);
	return n;
}

/* All of them through pages of `size` there, and the same back again: their number. */
static int walk(struct world *w, const struct message_filter *filter, int size, int64_t ret[MAX_ITEMS])
{
	struct message item[100];
	char token[PAGE_TOKEN_BYTES];
	struct page page;
	msec_t before = INT64_MAX;
	int n = 0, number = 1, got = go(w, filter, size, NULL, &page, item);
	assert_false(page.has_previous);
	for (;;) {
		for (int i = 0; i < got; i++) {
			assert_true(n < MAX_ITEMS && time_of(&item[i]) <= before);
			before = time_of(&item[i]);
			ret[n++] = id_of(&item[i]);
		}
		if (!page.has_next)
			break;
		page_token_format(store_ids(w->store), 1, false, page.last_key, page.last_sub, ++number, token);
		got = go(w, filter, size, token, &page, item);
		assert_true(got > 0 && page.has_previous);
	}
	assert_int_equal(page.total, n);
	for (int at = n - got; page.has_previous; at -= got) {
		page_token_format(store_ids(w->store), 1, true, page.first_key, page.first_sub, --number, token);
		got = go(w, filter, size, token, &page, item);
		assert_true(got == size && at >= size && page.has_next);
		for (int i = 0; i < got; i++)
			assert_int_equal(id_of(&item[i]), ret[at - got + i]);
	}
	assert_int_equal(number, 1);
	return n;
}

static int count(struct world *w, const struct message_filter *filter)
{
	int64_t ids[MAX_ITEMS];
	return walk(w, filter, 7, ids);
}

static void person_writes(struct world *w, const char *from, const char *text)
{
	static int n;
	char wamid[32];
	int64_t account;
	snprintf(wamid, sizeof(wamid), "wamid.in.%d", n++);
	struct inbound m = {.phone_number_id = "1001",
	                    .wamid = wamid,
	                    .from = from,
	                    .type = "text",
	                    .text = text,
	                    .payload = "",
	                    .context_id = "",
	                    .at = w->now};
	assert_int_equal(IN_JOB(w, inbound_add(tx, w->hash, &m, w->now, &account)), 0);
}

static int64_t write_to(struct world *w, const char *number)
{
	struct message_request req = {.from = "Shop",
	                              .template_id = "given",
	                              .template_uuid = pubid_make(store_ids(w->store), PUBID_TEMPLATE, w->template, 0),
	                              .numbers.n = 1};
	struct faults faults;
	struct single_made made;
	snprintf(req.numbers.digits[0], sizeof(req.numbers.digits[0]), "%.15s", number);
	faults_init(&faults);
	assert_int_equal(IN_JOB(w, single_create(tx, w->account, &req, w->now, w->arena, &faults, &made)), 0);
	check_invariants(w);
	return made.campaign_no;
}

/* Two campaigns of 40, with 20 single messages and 10 answers around them; some at the same moment. */
static int64_t fill(struct world *w)
{
	int64_t singles = 0, campaign = 0;
	for (int i = 0; i < 2; i++) {
		for (int k = 0; k < 10; k++) {
			w->now += k % 3;
			singles = write_to(w, "447400000001");
			if (k % 2)
				person_writes(w, "447400000001", "yes");
		}
		campaign = world_campaign(w, NULL);
		world_freeze(w, campaign);
	}
	assert_true(singles != campaign);
	return campaign;
}

static void each_comes_once_in_both_directions(void **state)
{
	struct world *w = world_open(state, 40);
	int64_t ids[MAX_ITEMS], first[MAX_ITEMS], other_account;
	int64_t campaign = fill(w);
	static const int sizes[] = {100, 1, 7, 40, 99};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(walk(w, &everything, sizes[i], i ? ids : first), 2 * 40 + 20 + 10);
		if (i)
			assert_memory_equal(ids, first, 110 * sizeof(*ids));
	}
	for (int i = 0; i < 110; i++)
		for (int k = 0; k < i; k++)
			assert_true(ids[i] != ids[k]);
	struct message_filter one = everything;
	one.campaign[0] = campaign;
	one.n_campaigns = 1;
	assert_int_equal(walk(w, &one, 7, ids), 40);
	assert_int_equal(ids[0], campaign << 32 | 40);
	assert_int_equal(ids[39], campaign << 32 | 1);
	assert_int_equal(IN_JOB(w, account_create(tx, w->now, "other", &other_account)), 0);
	w->account = other_account;
	assert_int_equal(walk(w, &everything, 7, ids), 0);
	assert_int_equal(walk(w, &one, 7, ids), 0);
}

static void filters_choose(void **state)
{
	struct world *w = world_open(state, 40);
	msec_t began = w->now;
	int64_t campaign = fill(w);
	struct claimed_row row[8];
	assert_int_equal(world_claim(w, campaign, row, 5), 5);
	w->now += MINUTE_MS;
	write_to(w, "33612345678");
	person_writes(w, "33612345678", "bonjour");
	const char *sender = arena_printf(w->arena, ",%lld,", (long long)w->sender);
	const char *france = arena_printf(w->arena, ",%d,", number_country_code("33612345678"));
	const char *code = "441001";
	struct {
		struct message_filter filter;
		int n;
	} cases[] = {
		{everything, 112},
		{{.sent = true}, 101},
		{{.received = true}, 11},
		{{.sent = true, .received = true, .statuses = 1u << MESSAGE_ENROUTE}, 5},
		{{.sent = true, .received = true, .statuses = 1u << MESSAGE_SCHEDULED}, 96},
		{{.sent = true, .received = true, .statuses = 1u << MESSAGE_RECEIVED | 1u << MESSAGE_ENROUTE}, 16},
		{{.sent = true, .received = true, .senders = sender}, 112},
		{{.sent = true, .received = true, .senders = ",4711,"}, 0},
		{{.sent = true, .received = true, NUMBERS({"33612345678", "33612345678"})}, 1},
		{{.sent = true, .received = true, NUMBERS({code, code})}, 11},
		{{.sent = true, .received = true, NUMBERS({"33612345678", "33612345678"}, {code, code})}, 12},
		{{.sent = true, NUMBERS({"447400000001", "447400000001"}, {"447400000002", "447400000002"}, {"336", "336" MOST})},
	         21},
		{{.sent = true, .received = true, NUMBERS({"336", "336" MOST})}, 1},
		{{.sent = true, .received = true, NUMBERS({"447400", "447400" MOST})}, 20},
		{{.sent = true, .received = true, .from = {{"33612345678"}, 1}}, 1},
		{{.sent = true, .received = true, .from = {{"Shop", "33612345678", "447400000001"}, 3}}, 101 + 11},
		{{.sent = true, .received = true, .from = {{"Shop"}, 1}}, 101},
		{{.sent = true, .received = true, .from = {{"Nobody", "Shop"}, 2}, .campaign = {campaign}, .n_campaigns = 1}, 40},
		{{.sent = true, .received = true, .campaign = {4711, campaign}, .n_campaigns = 2}, 40},
		{{.sent = true, .received = true, .from_ms = began + 30 * SECOND_MS}, 2},
		{{.sent = true, .received = true, .until_ms = began + 30 * SECOND_MS}, 110},
		{{.sent = true, .countries = france}, 1},
		{{.received = true, .countries = france}, 1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].filter.until_ms == 0)
			cases[i].filter.until_ms = INT64_MAX;
		int n = count(w, &cases[i].filter);
		if (n != cases[i].n)
			fail_msg("case %zu: %d messages, not %d", i, n, cases[i].n);
	}
}

/* The view's word of a row and the model's are two spellings of one rule. */
static void the_views_word_is_the_models(void **state)
{
	struct world *w = world_open(state, 40);
	int64_t campaign = world_campaign(w, NULL);
	world_freeze(w, campaign);
	for (int i = 0; i < N_STATES * 4; i++) {
		enum state s = (enum state)(i / 4);
		bool accepted = i & 1;
		int code = i & 2 ? 4 : 1;
		world_script(w, "UPDATE ledger SET state = %d, accepted_ms = %s, code = %d WHERE seq = %d", (int)s,
		             accepted ? "1" : "NULL", code, i + 1);
		int64_t is = world_int(w, "SELECT status_no FROM ledger_seen WHERE campaign_no = %lld AND seq = %d",
		                       (long long)campaign, i + 1);
		assert_int_equal(is, message_status_of(s, accepted, code));
	}
}

static void a_message_is_stopped_while_it_waits(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t campaign = world_campaign(w, NULL);
	struct claimed_row row[2];
	world_freeze(w, campaign);
	assert_int_equal(world_claim(w, campaign, row, 1), 1);
	assert_int_equal(IN_JOB(w, ledger_stop(tx, w->account, campaign, 1, w->now)), 2);
	assert_int_equal(IN_JOB(w, ledger_stop(tx, w->account, campaign, 2, w->now)), 0);
	check_invariants(w);
	assert_int_equal(world_row(w, campaign, 2).state, STATE_CANCELED);
	assert_int_equal(IN_JOB(w, ledger_stop(tx, w->account, campaign, 2, w->now)), 2);
	assert_int_equal(IN_JOB(w, ledger_stop(tx, w->account, campaign, 4, w->now)), 1);
	assert_int_equal(IN_JOB(w, ledger_stop(tx, w->account + 1, campaign, 3, w->now)), 1);
	assert_int_equal(world_claim(w, campaign, row, 2), 1);
	assert_int_equal(row[0].seq, 3);
}

/* Every page, however few are on it, there and back; *ret_short: those, but for the last, that were not full. */
static int walk_cut(struct world *w, const struct message_filter *filter, int *ret_short)
{
	int64_t down[MAX_ITEMS], up[MAX_ITEMS];
	struct message item[100];
	struct page page = {.size = 100};
	int n_down = 0, n_up = 0, got;
	*ret_short = -1;
	do {
		page = (struct page){.size = 100, .before = page.last_key, .before_sub = page.last_sub};
		assert_int_equal(IN_JOB(w, message_list(tx, w->account, filter, &page, w->arena, item, &got)), 0);
		for (int i = 0; i < got; i++)
			down[n_down++] = id_of(&item[i]);
		*ret_short += got < 100;
	} while (page.has_next);
	page.first_key = 1;
	page.first_sub = 0;
	do {
		page = (struct page){.size = 100, .after = page.first_key, .after_sub = page.first_sub};
		assert_int_equal(IN_JOB(w, message_list(tx, w->account, filter, &page, w->arena, item, &got)), 0);
		for (int i = got - 1; i >= 0; i--)
			up[n_up++] = id_of(&item[i]);
	} while (page.has_previous);
	assert_int_equal(n_up, n_down);
	for (int i = 0; i < n_up; i++)
		assert_int_equal(up[i], down[n_down - 1 - i]);
	return n_down;
}

/* Of more campaigns than one page asks: the list is cut, goes on, and leaves nobody out. */
static void many_campaigns_are_asked_in_turns(void **state)
{
	struct world *w = world_open(state, 2);
	int n_short;
	struct message_filter numbered = everything, failed = everything, read = everything;
	for (int i = 0; i < 205; i++) {
		w->now++;
		world_freeze(w, world_campaign(w, NULL));
		if (i % 50 == 0)
			(void)write_to(w, world_row(w, 1, 2).contact.number);
	}
	numbered.to[0].least = numbered.to[0].greatest = world_row(w, 1, 2).contact.number;
	numbered.n_to = 1;
	assert_int_equal(walk_cut(w, &numbered, &n_short), 205 + 5);
	numbered.to[1].least = numbered.to[1].greatest = world_row(w, 1, 1).contact.number;
	numbered.n_to = 2;
	assert_int_equal(walk_cut(w, &numbered, &n_short), 2 * 205 + 5);
	numbered.n_to = 1;
	numbered.to[0] = (struct number_range){"4", "4" MOST}; /* everybody's */
	numbered.to[1] = (struct number_range){0};
	assert_int_equal(walk_cut(w, &numbered, &n_short), 2 * 205 + 5);
	failed.statuses = 1u << MESSAGE_FAILED;
	read.statuses = 1u << MESSAGE_READ;
	assert_int_equal(walk_cut(w, &failed, &n_short), 0);
	assert_true(n_short > 0);
	assert_int_equal(walk_cut(w, &read, &n_short), 0);
	assert_true(n_short > 0);
}

/* `n` more of each, later and later: single messages to 4475…, and what those people wrote. */
static void fill_many(struct world *w, int64_t campaign, int n)
{
	static const char numbers[] = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= %d) ";
	char more[sizeof(numbers) + 16];
	snprintf(more, sizeof(more), numbers, n);
	world_script(w,
	             "INSERT INTO contact (audience_no, no, first_no, since_v, until_v, number, first_name, last_name, custom1, "
	             "custom2, "
	             "tags, fields, country, create_ms, update_ms) %s "
	             "SELECT o.audience_no, i, i, 0, 0, CAST(447500000000 + i AS TEXT), '', '', '', '', '', o.fields, o.country, "
	             "o.create_ms, "
	             "o.update_ms FROM contact o JOIN campaign c ON c.audience_no = o.audience_no, n WHERE c.no = %lld",
	             more, (long long)campaign);
	world_script(w,
	             "INSERT INTO single (campaign_no, seq, account_no, template_no, type, text, create_ms, expire_ms) %s "
	             "SELECT o.campaign_no, i, o.account_no, o.template_no, o.type, o.text, o.create_ms + i, o.expire_ms FROM "
	             "single o, n",
	             more);
	world_script(w, "INSERT INTO ledger (campaign_no, seq, contact_no, state) %s SELECT %lld, i, i, 0 FROM n", more,
	             (long long)campaign);
	world_script(w, "UPDATE campaign SET next_seq = next_seq + %d WHERE no = %lld", n, (long long)campaign);
	world_script(w, "UPDATE tally SET n = n + %d WHERE campaign_no = %lld AND kind = 0 AND bucket = 0", n,
	             (long long)campaign);
	world_script(w,
	             "INSERT INTO inbound (account_no, sender_no, number, wamid, type, text, payload, context_id, at_ms, "
	             "create_ms, country) "
	             "%s SELECT o.account_no, o.sender_no, CAST(447500000000 + i AS TEXT), CAST(i AS TEXT), o.type, o.text, '', "
	             "'', o.at_ms, "
	             "o.create_ms + i, o.country FROM inbound o, n",
	             more);
	world_script(w, "ANALYZE"); /* as a database server does by itself before long */
}

static int64_t total_of(struct world *w, const struct message_filter *filter)
{
	struct message item[1];
	struct page page;
	(void)go(w, filter, 1, NULL, &page, item);
	return page.total;
}

/* A campaign of nothing but canceled rows is gone through in windows too. */
static void many_exceptions_are_looked_at_in_windows(void **state)
{
	enum { n = MESSAGE_WINDOW + 500 };
	struct world *w = world_open(state, n);
	int64_t campaign = world_campaign(w, NULL);
	int n_short;
	while (IN_JOB(w, ledger_freeze(tx, campaign, 1000, w->now)) == 0)
		;
	world_script(w, "UPDATE ledger SET state = CASE seq WHEN 1 THEN 7 ELSE 9 END, accepted_ms = 1 WHERE campaign_no = %lld",
	             (long long)campaign);
	world_script(w, "DELETE FROM tally WHERE campaign_no = %lld", (long long)campaign);
	world_script(w, "INSERT INTO tally (campaign_no, kind, bucket, n) VALUES (%lld, 0, 7, 1), (%lld, 0, 9, %d)",
	             (long long)campaign, (long long)campaign, n - 1);
	struct message_filter failed = everything;
	failed.statuses = 1u << MESSAGE_FAILED;
	assert_int_equal(walk_cut(w, &failed, &n_short), 1);
	assert_true(n_short > 0);
}

/* What has to be looked for one by one is looked for a window at a time; what an index finds is found at once. */
static void many_messages_are_looked_at_in_windows(void **state)
{
	enum { n = MESSAGE_WINDOW + 500 };
	struct world *w = world_open(state, 1);
	int64_t campaign = write_to(w, "447400000001"), ids[MAX_ITEMS];
	int n_short;
	person_writes(w, "447400000001", "yes");
	fill_many(w, campaign, n);
	world_script(w, "UPDATE ledger SET state = 5 WHERE seq = 1");
	struct message_filter f = everything;
	assert_int_equal(total_of(w, &f), -1);
	f.received = false;
	assert_int_equal(total_of(w, &f), n + 1);
	f.statuses = 1u << MESSAGE_DELIVERED;
	assert_int_equal(total_of(w, &f), -1);
	assert_int_equal(walk_cut(w, &f, &n_short), 1);
	assert_int_equal(n_short, 1);
	f.until_ms = w->now + 5;
	assert_int_equal(total_of(w, &f), 1);
	f = everything;
	f.countries = arena_printf(w->arena, ",%d,", number_country_code("33612345678"));
	assert_int_equal(walk_cut(w, &f, &n_short), 0);
	assert_int_equal(n_short, 1);
	f = (struct message_filter){.sent = true, .until_ms = INT64_MAX, NUMBERS({"447400000001", "447400000001"})};
	assert_int_equal(walk(w, &f, 7, ids), 1);
	f.to[0] = (struct number_range){"44750", "44750" MOST};
	assert_int_equal(total_of(w, &f), -1);
	f.to[0] = (struct number_range){"4475000001", "4475000001" MOST};
	assert_int_equal(walk(w, &f, 7, ids), 100);
	f.to[1] = (struct number_range){"447400000001", "447400000001"};
	f.n_to = 2;
	assert_int_equal(walk(w, &f, 7, ids), 101);
	f = everything;
	f.from = (struct filter_names){{"447500000123", "447500000124"}, 2};
	assert_int_equal(walk(w, &f, 7, ids), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(each_comes_once_in_both_directions),       WORLD_ON_BOTH(filters_choose),
		WORLD_ON_BOTH(many_campaigns_are_asked_in_turns),        WORLD_ON_BOTH(the_views_word_is_the_models),
		WORLD_ON_BOTH(a_message_is_stopped_while_it_waits),      WORLD_ON_BOTH(many_messages_are_looked_at_in_windows),
		WORLD_ON_BOTH(many_exceptions_are_looked_at_in_windows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
