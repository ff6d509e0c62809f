#include "api/feed.h"

#include <stdlib.h>
#include <string.h>

#include "api/activity.h"
#include "api/campaigns.h"
#include "api/imports.h"
#include "store/activity.h"

#define MAX_TEXT_BYTES 4096
#define MAX_ITEMS (FEED_MAX_CAMPAIGNS + FEED_MAX_IMPORTS)
#define LATELY_MS HOUR_MS          /* a campaign that changed; webhooks move its counts after its end */
#define IMPORT_LATELY_MS MINUTE_MS /* an import that ended */

/* A campaign, an import, or a row of the log. */
struct feed_item {
	bool is_import;
	int64_t no;
	char *text; /* owned; NULL: it could not be told */
	uint64_t version;
};

struct feed {
	int64_t account_no;
	uint64_t version;
	char *mark; /* of the log; owned; NULL: nothing was taken yet */
	struct feed_item item[MAX_ITEMS], row[FEED_MAX_ROWS];
	int n_items, n_rows;
};

struct feed_news {
	char *mark; /* owned */
	struct feed_item item[MAX_ITEMS], row[FEED_MAX_ROWS];
	int n_items, n_campaigns, n_rows;
};

static void items_free(struct feed_item *item, int n)
{
	for (int i = 0; i < n; i++)
		free(item[i].text);
}

struct feed *feed_create(int64_t account_no)
{
	struct feed *f = calloc(1, sizeof(*f));
	if (!f)
		abort();
	f->account_no = account_no;
	return f;
}

void feed_destroy(struct feed *f)
{
	if (!f)
		return;
	items_free(f->item, f->n_items);
	items_free(f->row, f->n_rows);
	free(f->mark);
	free(f);
}

void feed_look(const struct feed *f, struct arena *arena, struct feed_look *ret)
{
	*ret = (struct feed_look){.account_no = f->account_no, .mark = arena_strdup(arena, f->mark), .n_items = f->n_items};
	for (int i = 0; i < f->n_items; i++)
		ret->item[i] = (struct feed_known){.is_import = f->item[i].is_import, .no = f->item[i].no};
}

/* ---- reading ---- */

static const struct feed_item *find(const struct feed_item *item, int n, bool is_import, int64_t no)
{
	for (int i = 0; i < n; i++)
		if (item[i].is_import == is_import && item[i].no == no)
			return &item[i];
	return NULL;
}

static bool is_there(const struct feed_news *n, bool is_import, int64_t no)
{
	return find(n->item, n->n_items, is_import, no) != NULL;
}

static void add(struct feed_news *n, bool is_import, int64_t no, char *text)
{
	n->item[n->n_items++] = (struct feed_item){.is_import = is_import, .no = no, .text = text};
	n->n_campaigns += !is_import;
}

static int add_campaign(struct feed_news *n, struct store_tx *tx, const struct campaign *c, msec_t now)
{
	bool lately = c->status == CAMPAIGN_IN_PROGRESS || c->update_ms > now - LATELY_MS;
	if (!lately || n->n_campaigns == FEED_MAX_CAMPAIGNS || is_there(n, false, c->no))
		return 0;
	char *text = campaigns_live_text(tx, c, now);
	if (!text)
		return -1;
	add(n, false, c->no, text);
	return 0;
}

static int read_campaign(struct feed_news *n, struct store_tx *tx, int64_t account_no, int64_t no, msec_t now)
{
	arena_auto struct arena *arena = arena_create(4096);
	struct campaign c;
	if (is_there(n, false, no))
		return 0;
	int got = campaign_read(tx, account_no, no, arena, &c);
	return got == 0 ? add_campaign(n, tx, &c, now) : got < 0 ? -1 : 0;
}

static int read_running(struct feed_news *n, struct store_tx *tx, int64_t account_no, msec_t now, struct arena *arena)
{
	struct campaign *c = arena_array(arena, FEED_MAX_CAMPAIGNS, sizeof(*c));
	struct page page = {.size = FEED_MAX_CAMPAIGNS};
	int n_running;
	const struct campaign_filter running = {.statuses = 1u << CAMPAIGN_IN_PROGRESS};
	if (campaign_list(tx, account_no, &running, &page, arena, c, &n_running) < 0)
		return -1;
	for (int i = 0; i < n_running; i++)
		if (add_campaign(n, tx, &c[i], now) < 0)
			return -1;
	return 0;
}

static char *import_text(const struct pubid_key *ids, const struct import *import)
{
	struct buf out;
	struct json_writer w;
	buf_init(&out, MAX_TEXT_BYTES);
	json_begin(&w, &out);
	imports_put_live(&w, ids, import);
	return buf_steal(&out);
}

static void add_import(struct feed_news *n, const struct pubid_key *ids, const struct import *import, msec_t now)
{
	bool lately = import->status <= IMPORT_RUNNING || import->update_ms > now - IMPORT_LATELY_MS;
	if (lately && n->n_items - n->n_campaigns < FEED_MAX_IMPORTS && !is_there(n, true, import->no))
		add(n, true, import->no, import_text(ids, import));
}

static int read_import(struct feed_news *n, struct store_tx *tx, int64_t account_no, int64_t no, msec_t now)
{
	arena_auto struct arena *arena = arena_create(1024);
	struct import import;
	if (is_there(n, true, no))
		return 0;
	int got = import_read(tx, account_no, no, arena, &import);
	if (got == 0)
		add_import(n, tx->ids, &import, now);
	return got < 0 ? -1 : 0;
}

/* Those that run, and those that were known before. */
static int read_imports(struct feed_news *n, struct store_tx *tx, const struct feed_look *look, msec_t now, struct arena *arena)
{
	struct import import[FEED_MAX_IMPORTS];
	int n_open;
	if (imports_open(tx, look->account_no, arena, import, FEED_MAX_IMPORTS, &n_open) < 0)
		return -1;
	for (int i = 0; i < n_open; i++)
		add_import(n, tx->ids, &import[i], now);
	for (int i = 0; i < look->n_items; i++)
		if (look->item[i].is_import && read_import(n, tx, look->account_no, look->item[i].no, now) < 0)
			return -1;
	return 0;
}

static char *row_text(const struct pubid_key *ids, const struct activity *a)
{
	struct buf out;
	struct json_writer w;
	buf_init(&out, MAX_TEXT_BYTES);
	json_begin(&w, &out);
	activity_put(&w, ids, a);
	if (!out.overflow)
		return buf_steal(&out);
	buf_fini(&out);
	return NULL;
}

static int read_named(struct feed_news *n, struct store_tx *tx, int64_t account_no, const struct activity *a, msec_t now)
{
	enum pubid_kind kind = activity_resource(a->action);
	if (kind == PUBID_CAMPAIGN)
		return read_campaign(n, tx, account_no, a->resource_no, now);
	return kind == PUBID_IMPORT ? read_import(n, tx, account_no, a->resource_no, now) : 0;
}

/* The rows since the last look, and the campaigns and imports that they name. */
static int read_log(struct feed_news *n, struct store_tx *tx, const struct feed_look *look, msec_t now, struct arena *arena)
{
	struct activity *a = arena_array(arena, FEED_MAX_ROWS, sizeof(*a));
	const char *mark;
	int n_rows = 0;
	if (activity_mark(tx, arena, &mark) < 0)
		return -1;
	n->mark = strdup(mark);
	if (!n->mark)
		abort();
	if (look->mark && activity_since(tx, look->account_no, look->mark, arena, a, FEED_MAX_ROWS, &n_rows) < 0)
		return -1;
	for (int i = 0; i < n_rows; i++) {
		n->row[n->n_rows++] = (struct feed_item){.no = a[i].no, .text = row_text(tx->ids, &a[i])};
		if (read_named(n, tx, look->account_no, &a[i], now) < 0)
			return -1;
	}
	return 0;
}

static int read_all(struct feed_news *n, struct store_tx *tx, const struct feed_look *look, msec_t now)
{
	arena_auto struct arena *arena = arena_create(65536);
	if (read_log(n, tx, look, now, arena) < 0 || read_running(n, tx, look->account_no, now, arena) < 0)
		return -1;
	for (int i = 0; i < look->n_items; i++)
		if (!look->item[i].is_import && read_campaign(n, tx, look->account_no, look->item[i].no, now) < 0)
			return -1;
	return read_imports(n, tx, look, now, arena);
}

struct feed_news *feed_read(struct store_tx *tx, const struct feed_look *look, msec_t now)
{
	struct feed_news *n = calloc(1, sizeof(*n));
	if (!n)
		abort();
	if (read_all(n, tx, look, now) == 0)
		return n;
	feed_drop(n);
	return NULL;
}

void feed_drop(struct feed_news *n)
{
	if (!n)
		return;
	items_free(n->item, n->n_items);
	items_free(n->row, n->n_rows);
	free(n->mark);
	free(n);
}

/* ---- taking ---- */

/* The oldest go where there is no room. */
static void take_row(struct feed *f, const struct feed_item *row)
{
	if (f->n_rows == FEED_MAX_ROWS) {
		free(f->row[0].text);
		memmove(f->row, f->row + 1, (size_t)--f->n_rows * sizeof(*f->row));
	}
	f->row[f->n_rows++] = *row;
}

/* The list as it is now, in place of the one before. */
static bool take_items(struct feed *f, struct feed_news *n, uint64_t version)
{
	bool changed = false;
	for (int i = 0; i < n->n_items; i++) {
		const struct feed_item *before = find(f->item, f->n_items, n->item[i].is_import, n->item[i].no);
		bool same = before && strcmp(before->text, n->item[i].text) == 0;
		n->item[i].version = same ? before->version : version;
		changed |= !same;
	}
	items_free(f->item, f->n_items);
	memcpy(f->item, n->item, sizeof(f->item));
	f->n_items = n->n_items;
	return changed;
}

static bool take_rows(struct feed *f, struct feed_news *n, uint64_t version)
{
	bool changed = false;
	for (int i = 0; i < n->n_rows; i++) {
		if (!n->row[i].text)
			continue;
		n->row[i].version = version;
		take_row(f, &n->row[i]);
		changed = true;
	}
	free(f->mark);
	f->mark = n->mark;
	return changed;
}

bool feed_take(struct feed *f, struct feed_news *n)
{
	uint64_t version = f->version + 1;
	bool changed = take_items(f, n, version);
	changed |= take_rows(f, n, version);
	free(n);
	if (changed)
		f->version = version;
	return changed;
}

/* ---- telling ---- */

static void open_event(struct buf *out, uint64_t version, const char *name, int *n)
{
	if ((*n)++ == 0)
		buf_addf(out, "id: %llu\nevent: %s\ndata: [", (unsigned long long)version, name);
	else
		buf_addc(out, ',');
}

static void tell(const struct feed *f, const struct feed_place *p, const char *name, bool imports, struct buf *out)
{
	int n = 0;
	for (int i = 0; i < f->n_items; i++) {
		if (f->item[i].is_import != imports || (p->begun && f->item[i].version <= p->seen))
			continue;
		open_event(out, f->version, name, &n);
		buf_adds(out, f->item[i].text);
	}
	if (n > 0)
		buf_adds(out, "]\n\n");
	else if (!p->begun)
		buf_addf(out, "id: %llu\nevent: %s\ndata: []\n\n", (unsigned long long)f->version, name);
}

static void tell_rows(const struct feed *f, const struct feed_place *p, struct buf *out)
{
	int n = 0;
	for (int i = 0; i < f->n_rows; i++) {
		if (!p->begun || f->row[i].version <= p->seen)
			continue;
		open_event(out, f->version, "activity", &n);
		buf_adds(out, f->row[i].text);
	}
	if (n > 0)
		buf_adds(out, "]\n\n");
}

void feed_tell(const struct feed *f, struct feed_place *p, struct buf *out)
{
	tell(f, p, "campaigns", false, out);
	tell(f, p, "imports", true, out);
	tell_rows(f, p, out);
	p->begun = true;
	p->seen = f->version;
}
