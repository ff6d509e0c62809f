#include "report/forecast.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/audiences.h"

static struct forecast_placeholder *find_placeholder(struct forecast *f, const char *key)
{
	for (int i = 0; i < f->n_placeholders; i++)
		if (strcmp(f->placeholder[i].key, key) == 0)
			return &f->placeholder[i];
	return NULL;
}

void forecast_init(struct forecast *f, const struct candidates *walk, uint64_t seed)
{
	*f = (struct forecast){.walk = *walk, .random = seed | 1};
	const struct template_text *text[CANDIDATES_MAX_TEXTS];
	int n_texts = candidates_texts(&f->walk, text);
	for (int k = 0; k < n_texts; k++)
		for (size_t i = 0; i < text[k]->n_parts; i++) {
			const struct template_part *part = &text[k]->part[i];
			if (part->is_placeholder && f->n_placeholders < FORECAST_PLACEHOLDERS && !find_placeholder(f, part->key))
				f->placeholder[f->n_placeholders++].key = part->key;
		}
}

/* xorshift64: it only has to be fair, nobody gains by guessing it. */
static uint64_t random_below(struct forecast *f, int64_t n)
{
	f->random ^= f->random << 13;
	f->random ^= f->random >> 7;
	f->random ^= f->random << 17;
	return f->random % (uint64_t)n;
}

/* Hebrew, Arabic and their neighbours, and the forms they are shown in. */
static bool is_right_to_left(const char *text)
{
	size_t n = strlen(text);
	for (size_t pos = 0; pos < n;) {
		uint32_t c = utf8_next(text, n, &pos);
		if ((c >= 0x590 && c <= 0x8FF) || (c >= 0xFB1D && c <= 0xFDFF) || (c >= 0xFE70 && c <= 0xFEFF) ||
		    (c >= 0x10800 && c <= 0x10FFF) || (c >= 0x1E800 && c <= 0x1EFFF))
			return true;
	}
	return false;
}

struct measure {
	struct forecast_picked is;
	bool right_to_left;
};

/* The placeholder's value as it would be sent, counted at its first place only. */
static const char *measure_placeholder(struct forecast *f, const struct template_part *part, const struct contact *contact,
                                       struct arena *scratch, struct measure *m)
{
	struct template_part bare = *part;
	struct forecast_placeholder *p = find_placeholder(f, part->key);
	bare.fallback = NULL;
	const char *value = template_value(&bare, contact, scratch);
	if (p && p->key == part->key) {
		p->filled += value != NULL;
		p->fallback += !value && part->fallback;
		p->missing += !value && !part->fallback;
	}
	m->right_to_left = m->right_to_left || (value && is_right_to_left(value));
	m->is.fallbacks += !value && part->fallback;
	return value ? value : template_value(part, contact, scratch);
}

/* How one message would come out. */
static struct measure measure(struct forecast *f, const struct contact *contact, struct arena *scratch)
{
	const struct template_text *text[CANDIDATES_MAX_TEXTS];
	struct measure m = {.is.contact_no = contact->no};
	int n_texts = candidates_texts(&f->walk, text);
	for (int k = 0; k < n_texts; k++)
		for (size_t i = 0; i < text[k]->n_parts; i++) {
			const struct template_part *part = &text[k]->part[i];
			const char *piece = part->is_placeholder ? measure_placeholder(f, part, contact, scratch, &m)
			                                         : part->text;
			m.is.chars += piece ? (int64_t)utf8_length(piece, strlen(piece)) : 0;
		}
	return m;
}

static void pick(struct forecast *f, const struct measure *m)
{
	struct forecast_picked *longest = &f->pick[FORECAST_LONGEST], *emptiest = &f->pick[FORECAST_EMPTIEST];
	const struct forecast_picked *is = &m->is;
	/* Each recipient so far has had the same chance of a place. */
	uint64_t place = f->recipients <= FORECAST_RANDOM ? (uint64_t)f->recipients - 1 : random_below(f, f->recipients);
	if (place < FORECAST_RANDOM)
		f->pick[place] = *is;
	if (longest->contact_no == 0 || is->chars > longest->chars)
		*longest = *is;
	if (emptiest->contact_no == 0 || is->fallbacks > emptiest->fallbacks ||
	    (is->fallbacks == emptiest->fallbacks && is->chars < emptiest->chars))
		*emptiest = *is;
	if (m->right_to_left && f->pick[FORECAST_RIGHT_TO_LEFT].contact_no == 0)
		f->pick[FORECAST_RIGHT_TO_LEFT] = *is;
}

static int add(const struct candidate *c, struct arena *scratch, void *arg)
{
	struct forecast *f = arg;
	assert((int)c->rule < FORECAST_RULES);
	struct measure m = measure(f, &c->contact, scratch);
	struct forecast_rule *rule = &f->rule[c->rule];
	f->audience++;
	if (rule->n < FORECAST_NUMBERS)
		snprintf(rule->number[rule->n], NUMBER_BYTES, "%s", c->contact.number);
	rule->n++;
	if (c->rule != RULE_NONE)
		return 0;
	f->recipients++;
	if (c->country >= 0 && c->country < NUMBER_COUNTRIES)
		f->countries[c->country]++;
	pick(f, &m);
	return 0;
}

int forecast_step(struct store_tx *tx, struct forecast *f, int max)
{
	int n = 0;
	if (candidates_next(tx, &f->walk, max, add, f, &n) < 0)
		return -1;
	return n < max ? 1 : 0;
}

static bool was_picked(const struct forecast *f, int before)
{
	for (int i = 0; i < before; i++)
		if (f->pick[i].contact_no == f->pick[before].contact_no)
			return true;
	return false;
}

int forecast_samples(struct store_tx *tx, const struct forecast *f, struct arena *arena, struct forecast_sample *ret, int *ret_n)
{
	static const char *const words[FORECAST_PICKS] = {"random", "random", "random", "longest", "emptiest", "right_to_left"};
	int n = 0;
	/* The risky ones first: a contact is told under what is special about it. */
	static const int order[FORECAST_PICKS] = {FORECAST_LONGEST, FORECAST_EMPTIEST, FORECAST_RIGHT_TO_LEFT, 0, 1, 2};
	struct forecast sorted = {.recipients = f->recipients};
	for (int i = 0; i < FORECAST_PICKS; i++)
		sorted.pick[i] = f->pick[order[i]];
	for (int i = 0; i < FORECAST_PICKS; i++) {
		struct contact contact;
		const struct forecast_picked *p = &sorted.pick[i];
		if (p->contact_no == 0 || was_picked(&sorted, i))
			continue;
		int got = contact_read_version(tx, f->walk.audience_no, p->contact_no, arena, &contact);
		if (got < 0)
			return -1;
		if (got > 0)
			continue;
		const char *text = candidates_fill(&f->walk, &contact, arena);
		ret[n++] = (struct forecast_sample){.pick = words[order[i]],
		                                    .number = contact.number,
		                                    .text = text,
		                                    .chars = (int64_t)utf8_length(text, strlen(text)),
		                                    .fallbacks = p->fallbacks};
	}
	*ret_n = n;
	return 0;
}
