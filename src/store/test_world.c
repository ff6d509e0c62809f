#include "store/test_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sql/testdb.h"
#include "store/accounts.h"
#include "store/store_internal.h"
#include "store/templates.h"

const struct hold world_pause = {.rule = HOLD_PERSON, .reason = "wait", .remedy = "Resume it.", .since = -1, .until = -1};
const struct hold world_refusal = {.rule = HOLD_REFUSED,
                                   .code = 190,
                                   .reason = "the token ran out",
                                   .remedy = "Give it a new one.",
                                   .since = -1,
                                   .until = -1};

static struct world *present; /* one at a time; the teardown closes it */

/* The key is no part of it: each world makes its own, and a new installation with it. */
static int make_schema(const char *url)
{
	char folder[] = "/tmp/crier-test-XXXXXX", key_file[64];
	if (!mkdtemp(folder))
		return -1;
	snprintf(key_file, sizeof(key_file), "%s/key", folder);
	struct store_options options = {.url = url, .key_file = key_file, .inline_jobs = true, .n_readers = 1};
	struct store *store;
	struct err err;
	int ret = store_open(&options, &store, &err);
	if (ret < 0) {
		fprintf(stderr, "%s\n", err.text);
	} else {
		ret = sql_script(store->writer, "DELETE FROM setting");
		store_close(store);
	}
	unlink(key_file);
	rmdir(folder);
	return ret;
}

static struct world *world_over(void **state, bool has_schema)
{
	enum sql_engine engine = *(enum sql_engine *)*state;
	if (!testdb_available(engine))
		skip();
	struct world *w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	present = w;
	w->engine = engine;
	w->arena = arena_create(65536);
	w->now = WORLD_START;
	w->url = has_schema ? testdb_url_filled(engine, make_schema) : testdb_url(engine);
	/* The folder of a database file is a place for the key too, whichever engine is tested. */
	const char *file = engine == SQL_SQLITE ? w->url : testdb_url(SQL_SQLITE);
	file += strlen("sqlite:");
	snprintf(w->folder, sizeof(w->folder), "%.*s", (int)(strrchr(file, '/') - file), file);
	snprintf(w->key_file, sizeof(w->key_file), "%s/key", w->folder);
	return w;
}

struct store_options world_options(const struct world *w, bool inline_jobs)
{
	return (struct store_options){.url = w->url, .key_file = w->key_file, .inline_jobs = inline_jobs, .n_readers = 2};
}

struct world *world_bare(void **state)
{
	return world_over(state, false);
}

struct world *world_empty(void **state)
{
	struct world *w = world_over(state, true);
	struct store_options options = world_options(w, true);
	struct err err;
	if (store_open(&options, &w->store, &err) < 0)
		fail_msg("%s", err.text);
	/* These tests are about what a commit means, not about surviving a loss of power. */
	if (w->engine == SQL_SQLITE)
		world_script(w, "PRAGMA synchronous = OFF");
	return w;
}

struct world *world_open(void **state, int n)
{
	struct world *w = world_empty(state);
	assert_int_equal(IN_JOB(w, account_create(tx, w->now, "shop", &w->account)), 0);
	w->sender = world_sender(w, "Shop", "1001");
	w->template = world_template(w, "Offer", "Hello {first_name|friend}, the shop is open.");
	w->audience = world_audience(w, "Everyone");
	world_contacts(w, w->audience, n);
	world_take_lane(w);
	struct app_secret secret[2];
	int n_secrets;
	assert_int_equal(IN_JOB(w, app_secrets(tx, w->arena, secret, 2, &n_secrets)), 0);
	assert_int_equal(n_secrets, 1);
	memcpy(w->hash, secret[0].hash, sizeof(w->hash));
	return w;
}

int world_teardown(void **state)
{
	(void)state;
	if (present) {
		store_close(present->store);
		arena_destroy(present->arena);
		free(present);
		present = NULL;
	}
	testdb_cleanup();
	return 0;
}

/* ---- transactions ---- */

struct store_tx *world_begin(struct world *w)
{
	if (sql_begin(w->store->writer) < 0)
		fail_msg("%s", sql_error(w->store->writer));
	w->store->tx.actor = (struct store_actor){.kind = ACTOR_SERVER};
	return &w->store->tx;
}

int world_end(struct world *w, int result)
{
	if (result < 0 || sql_commit(w->store->writer) < 0)
		fail_msg("%s", sql_error(w->store->writer));
	return result;
}

int64_t world_int(struct world *w, const char *fmt, ...)
{
	char text[1024];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return engines_int(w->store->writer, text);
}

void world_script(struct world *w, const char *fmt, ...)
{
	char text[1024];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (sql_script(w->store->writer, text) < 0)
		fail_msg("%s", sql_error(w->store->writer));
}

/* ---- what stands in it ---- */

struct sender_request world_sender_request(struct world *w, const char *name, const char *phone_number_id)
{
	struct sender_request req = {.name = name,
	                             .phone_number_id = phone_number_id,
	                             .waba_id = "2001",
	                             .access_token = WORLD_TOKEN,
	                             .app_secret = WORLD_SECRET};
	(void)w;
	snprintf(req.code_digits, sizeof(req.code_digits), "44%.10s", phone_number_id);
	return req;
}

int64_t world_sender(struct world *w, const char *name, const char *phone_number_id)
{
	struct sender_request req = world_sender_request(w, name, phone_number_id);
	int64_t no = 0;
	assert_int_equal(IN_JOB(w, sender_create(tx, w->account, &req, w->now, &no)), 0);
	return no;
}

void world_limit(struct world *w, int64_t sender, const char *portfolio_id, int limit)
{
	const struct sender_record record = {.limit_mps = 80,
	                                     .quality = "GREEN",
	                                     .tier = limit ? "TIER_250" : "TIER_UNLIMITED",
	                                     .portfolio_id = portfolio_id,
	                                     .status = ""};
	assert_int_equal(IN_JOB(w, sender_set_record(tx, sender, &record, w->now, w->now)), 0);
	if (limit)
		world_script(w, "UPDATE portfolio SET limit_24h = %d WHERE limit_24h = 250", limit);
}

int64_t world_template(struct world *w, const char *name, const char *text)
{
	struct template_request req = {.name = name, .text = text, .type = "text", .wa_category = "MARKETING"};
	int64_t no = 0;
	assert_int_equal(IN_JOB(w, template_create(tx, w->account, w->sender, &req, w->now, &no)), 0);
	const char *meta_id = arena_printf(w->arena, "30%02lld", (long long)no);
	assert_int_equal(IN_JOB(w, template_submitted(tx, no, meta_id, NULL, w->now + 1, w->now)), 0);
	const struct template_word word = {.meta_id = meta_id};
	assert_int_equal(IN_JOB(w, template_verdict(tx, &word, "APPROVED", NULL, w->now)), 0);
	return no;
}

int64_t world_audience(struct world *w, const char *name)
{
	int64_t no = 0;
	assert_int_equal(IN_JOB(w, audience_create(tx, w->account, name, w->now, &no)), 0);
	return no;
}

struct contact_request world_contact_request(const char *number, const char *first_name)
{
	struct contact_request req = {.number = number, .first_name = first_name};
	snprintf(req.digits, sizeof(req.digits), "%.15s", number);
	return req;
}

static int add_one(struct store_tx *tx, struct audience_edit *edit, const struct contact_request *req, int64_t *ret_no)
{
	enum contact_added what;
	if (contact_add(tx, edit, req, false, &what, ret_no) < 0)
		return -1;
	assert_int_equal(what, CONTACT_ADDED);
	return 0;
}

int64_t world_contact(struct world *w, int64_t audience, const char *number, const char *first_name)
{
	struct contact_request req = world_contact_request(number, first_name);
	struct audience_edit edit;
	int64_t no = 0;
	struct store_tx *tx = world_begin(w);
	assert_int_equal(audience_edit_begin(tx, audience, w->now, &edit), 0);
	assert_int_equal(add_one(tx, &edit, &req, &no), 0);
	world_end(w, audience_edit_end(tx, &edit));
	return no;
}

void world_contacts(struct world *w, int64_t audience, int n)
{
	struct audience_edit edit;
	struct store_tx *tx = world_begin(w);
	assert_int_equal(audience_edit_begin(tx, audience, w->now, &edit), 0);
	for (int i = 1; i <= n; i++) {
		char number[32], name[32];
		int64_t no;
		snprintf(number, sizeof(number), "447%09d", i);
		snprintf(name, sizeof(name), "N%d", i);
		struct contact_request req = world_contact_request(number, name);
		assert_int_equal(add_one(tx, &edit, &req, &no), 0);
	}
	world_end(w, audience_edit_end(tx, &edit));
}

struct campaign_request world_request(struct world *w, const char *name)
{
	return (struct campaign_request){
		.name = name,
		.channel = "whatsapp",
		.from = "Shop",
		.late_start_limit = JSON_NO_INT,
		.rate = JSON_NO_INT,
		.brake = 0,
		.canary = JSON_NO_INT,
		.canary_wait = JSON_NO_INT,
		.schedule_ms = -1,
		.deadline_ms = -1,
		.template_uuid = pubid_make(store_ids(w->store), PUBID_TEMPLATE, w->template, 0),
		.audience_uuid = pubid_make(store_ids(w->store), PUBID_AUDIENCE, w->audience, 0),
	};
}

int64_t world_create(struct world *w, const struct campaign_request *req)
{
	struct faults faults;
	int64_t no = 0;
	faults_init(&faults);
	assert_int_equal(IN_JOB(w, campaign_create(tx, w->account, req, w->now, w->arena, &faults, &no)), 0);
	assert_true(no > 0 && no < WORLD_MAX_CAMPAIGNS);
	return no;
}

int64_t world_campaign(struct world *w, const char *name)
{
	struct campaign_request req = world_request(w, name);
	return world_create(w, &req);
}

struct campaign world_read(struct world *w, int64_t campaign)
{
	struct campaign c;
	assert_int_equal(IN_JOB(w, campaign_read(tx, w->account, campaign, w->arena, &c)), 0);
	return c;
}

/* ---- the ledger ---- */

void world_freeze(struct world *w, int64_t campaign)
{
	while (IN_JOB(w, ledger_freeze(tx, campaign, 7, w->now)) == 0)
		check_invariants(w);
	check_invariants(w);
}

int world_claim(struct world *w, int64_t campaign, struct claimed_row *ret, int max)
{
	int n = -1;
	bool more;
	msec_t budget_at;
	assert_int_equal(
		IN_JOB(w, ledger_claim(tx, campaign, w->sender, w->epoch, max, w->now, 0, w->arena, ret, &n, &more, &budget_at)),
		0);
	check_invariants(w);
	return n;
}

struct ledger_row world_row(struct world *w, int64_t campaign, int64_t seq)
{
	struct ledger_row row;
	assert_int_equal(IN_JOB(w, ledger_read(tx, w->account, campaign, seq, w->arena, &row)), 0);
	return row;
}

void world_record(struct world *w, const struct outcome *outcome)
{
	assert_int_equal(IN_JOB(w, ledger_record(tx, w->epoch, outcome, 1, w->now)), 0);
	check_invariants(w);
}

struct apply_result world_apply(struct world *w, const struct status_update *update)
{
	struct apply_result result;
	assert_int_equal(IN_JOB(w, ledger_apply(tx, w->hash, update, 1, w->now, &result)), 0);
	check_invariants(w);
	return result;
}

void world_take_lane(struct world *w)
{
	int64_t doubtful;
	struct nodes_view view;
	if (!w->node)
		assert_int_equal(IN_JOB(w, node_join(tx, "a node", 0, true, w->now, &w->node, &view)), 0);
	assert_int_equal(IN_JOB(w, lane_take(tx, w->sender, w->node, w->now, &w->epoch, &doubtful)), 0);
	check_invariants(w);
}

int64_t world_tally(struct world *w, int64_t campaign, int kind, int64_t bucket)
{
	return world_int(w, "SELECT COALESCE(SUM(n), 0) FROM tally WHERE campaign_no = %lld AND kind = %d AND bucket = %lld",
	                 (long long)campaign, kind, (long long)bucket);
}
