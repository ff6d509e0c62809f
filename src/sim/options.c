#include "sim/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum kind { KIND_TEXT, KIND_URL, KIND_INT, KIND_FLAG, KIND_SHARE, KIND_SPAN, KIND_CODES, KIND_CHOICE };

struct entry {
	enum kind kind;
	size_t offset;
	const char *name, *fallback;
	int32_t min, max;
	const char *choices;
	bool live;
	const char *help;
};

static const struct entry entries[] = {
#define OPTION(kind_, field_, name_, fallback_, min_, max_, choices_, live_, help_) \
	{.kind = KIND_##kind_,                                                      \
	 .offset = offsetof(struct sim_options, field_),                            \
	 .name = (name_),                                                           \
	 .fallback = (fallback_),                                                   \
	 .min = (min_),                                                             \
	 .max = (max_),                                                             \
	 .choices = (choices_),                                                     \
	 .live = (live_),                                                           \
	 .help = (help_)},
#include "sim/options.def"
#undef OPTION
};
#define N_ENTRIES (sizeof(entries) / sizeof(entries[0]))

static const struct entry *find(const char *name, struct err *err)
{
	const char *names[N_ENTRIES];
	for (size_t i = 0; i < N_ENTRIES; i++) {
		if (strcmp(entries[i].name, name) == 0)
			return &entries[i];
		names[i] = entries[i].name;
	}
	err_set(err, "unknown option '%s'; did you mean '%s'?", name, text_nearest(name, names, N_ENTRIES));
	return NULL;
}

static bool read_number(const char *text, size_t n, int32_t min, int32_t max, int32_t *ret)
{
	int64_t value;
	if (!text_to_int(text, n, &value) || value < min || value > max)
		return false;
	*ret = (int32_t)value;
	return true;
}

/* "2", "2.5", "2.5%" or "1/400", as parts per million; digits past the millionth are refused. */
static bool read_share(const char *text, size_t n, uint32_t *ret)
{
	const char *slash = memchr(text, '/', n);
	int32_t part, whole;
	if (slash) {
		size_t before = (size_t)(slash - text);
		if (!read_number(text, before, 0, INT32_MAX, &part) ||
		    !read_number(slash + 1, n - before - 1, 1, INT32_MAX, &whole) || part > whole)
			return false;
		*ret = (uint32_t)((int64_t)part * SIM_ALL_PPM / whole);
		return true;
	}
	if (n > 0 && text[n - 1] == '%')
		n--;
	const char *point = memchr(text, '.', n);
	size_t n_whole = point ? (size_t)(point - text) : n;
	if (!read_number(text, n_whole, 0, 100, &whole))
		return false;
	size_t n_digits = point ? n - n_whole - 1 : 0;
	part = 0;
	if (point && (n_digits > 4 || !read_number(point + 1, n_digits, 0, 9999, &part)))
		return false;
	for (size_t i = n_digits; i < 4; i++)
		part *= 10;
	uint32_t ppm = (uint32_t)whole * 10000 + (uint32_t)part;
	if (ppm > SIM_ALL_PPM)
		return false;
	*ret = ppm;
	return true;
}

static bool read_span(const struct entry *e, const char *text, struct sim_span *ret)
{
	const char *dash = strchr(text, '-');
	size_t n = dash ? (size_t)(dash - text) : strlen(text);
	struct sim_span span;
	if (!read_number(text, n, e->min, e->max, &span.min_ms))
		return false;
	span.max_ms = span.min_ms;
	if (dash && !read_number(dash + 1, strlen(dash + 1), span.min_ms, e->max, &span.max_ms))
		return false;
	*ret = span;
	return true;
}

static bool read_codes(const char *text, struct sim_codes *ret)
{
	struct sim_codes codes = {0};
	uint32_t sum = 0;
	while (*text != '\0') {
		const char *end = strchrnul(text, ',');
		const char *colon = memchr(text, ':', (size_t)(end - text));
		if (!colon || codes.n == SIM_OPTION_MAX_CODES)
			return false;
		int32_t code;
		uint32_t ppm;
		if (!read_number(text, (size_t)(colon - text), 0, INT32_MAX, &code) ||
		    !read_share(colon + 1, (size_t)(end - colon - 1), &ppm))
			return false;
		codes.at[codes.n].code = code;
		codes.at[codes.n].ppm = ppm;
		codes.n++;
		sum += ppm;
		if (sum > SIM_ALL_PPM)
			return false;
		text = *end == ',' ? end + 1 : end;
	}
	*ret = codes;
	return true;
}

static bool read_choice(const struct entry *e, const char *text, int32_t *ret)
{
	size_t n = strlen(text);
	int32_t index = 0;
	for (const char *at = e->choices; at; index++) {
		const char *end = strchrnul(at, '|');
		if ((size_t)(end - at) == n && memcmp(at, text, n) == 0) {
			*ret = index;
			return true;
		}
		at = *end == '|' ? end + 1 : NULL;
	}
	return false;
}

static bool read_flag(const char *text, bool *ret)
{
	static const char *const yes[] = {"on", "true", "yes", "1"}, *const no[] = {"off", "false", "no", "0"};
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (text_equal_nocase(text, yes[i]) || text_equal_nocase(text, no[i])) {
			*ret = text_equal_nocase(text, yes[i]);
			return true;
		}
	}
	return false;
}

static int set(const struct entry *e, struct sim_options *options, const char *value, struct err *err)
{
	void *field = (char *)options + e->offset;
	switch (e->kind) {
	case KIND_URL:
		if (value[0] != '\0' && strncmp(value, "http://", 7) != 0 && strncmp(value, "https://", 8) != 0)
			return err_set(err, "%s takes a URL that begins with http:// or https://", e->name);
		__attribute__((fallthrough));
	case KIND_TEXT:
		if (strlen(value) < (size_t)e->min || strlen(value) > (size_t)e->max)
			return err_set(err, "%s takes %d to %d bytes of text", e->name, e->min, e->max);
		memcpy(field, value, strlen(value) + 1);
		return 0;
	case KIND_INT:
		if (!read_number(value, strlen(value), e->min, e->max, field))
			return err_set(err, "%s takes a whole number from %d to %d", e->name, e->min, e->max);
		return 0;
	case KIND_FLAG:
		return read_flag(value, field) ? 0 : err_set(err, "%s takes on or off", e->name);
	case KIND_SHARE:
		if (!read_share(value, strlen(value), field))
			return err_set(err, "%s takes a percentage from 0 to 100, or parts like 1/1000", e->name);
		return 0;
	case KIND_SPAN:
		if (!read_span(e, value, field))
			return err_set(err, "%s takes milliseconds like 100 or 100-500, at most %d", e->name, e->max);
		return 0;
	case KIND_CODES:
		if (!read_codes(value, field))
			return err_set(err, "%s takes code:percent pairs like 131026:2,131049:0.5, together at most 100",
			               e->name);
		return 0;
	case KIND_CHOICE:
		if (!read_choice(e, value, field))
			return err_set(err, "%s takes one of %s", e->name, e->choices);
		return 0;
	}
	return err_set(err, "%s is of no known kind", e->name);
}

struct sim_options *sim_options_create(void)
{
	struct sim_options *options = calloc(1, sizeof(*options));
	if (!options)
		abort();
	for (size_t i = 0; i < N_ENTRIES; i++) {
		if (set(&entries[i], options, entries[i].fallback, NULL))
			abort();
	}
	return options;
}

void sim_options_destroy(struct sim_options *options)
{
	if (!options)
		return;
	explicit_bzero(options, sizeof(*options));
	free(options);
}

int sim_options_set(struct sim_options *options, const char *name, const char *value, struct err *err)
{
	const struct entry *e = find(name, err);
	return e ? set(e, options, value, err) : -1;
}

int sim_options_set_live(struct sim_options *options, const char *name, const char *value, struct err *err)
{
	const struct entry *e = find(name, err);
	if (!e)
		return -1;
	if (!e->live)
		return err_set(err, "%s cannot be changed while the simulator runs", name);
	return set(e, options, value, err);
}

bool sim_options_is_flag(const char *name)
{
	const struct entry *e = find(name, NULL);
	return e && e->kind == KIND_FLAG;
}

void sim_options_help(struct buf *out)
{
	static const char *const forms[] = {
		[KIND_TEXT] = "TEXT",
		[KIND_URL] = "URL",
		[KIND_INT] = "N",
		[KIND_FLAG] = "on|off",
		[KIND_SHARE] = "PERCENT",
		[KIND_SPAN] = "MS[-MS]",
		[KIND_CODES] = "CODE:PERCENT,…",
	};
	for (size_t i = 0; i < N_ENTRIES; i++) {
		const struct entry *e = &entries[i];
		buf_addf(out, "  --%s %s\n      %s", e->name, e->choices ? e->choices : forms[e->kind], e->help);
		if (e->fallback[0] != '\0')
			buf_addf(out, " (default %s)", e->fallback);
		buf_addc(out, '\n');
	}
}

static void choice_text(const struct entry *e, int32_t index, char out[SIM_CHOICE_BYTES])
{
	const char *at = e->choices;
	for (; index > 0; index--)
		at = strchrnul(at, '|') + 1;
	size_t n = (size_t)(strchrnul(at, '|') - at);
	n = n < SIM_CHOICE_BYTES ? n : SIM_CHOICE_BYTES - 1;
	memcpy(out, at, n);
	out[n] = '\0';
}

void sim_options_choice(const struct sim_options *options, const char *name, char out[SIM_CHOICE_BYTES])
{
	const struct entry *e = find(name, NULL);
	out[0] = '\0';
	if (!e || e->kind != KIND_CHOICE)
		return;
	int32_t index;
	memcpy(&index, (const char *)options + e->offset, sizeof(index));
	choice_text(e, index, out);
	if (strcmp(out, "auto") != 0)
		return;
	/* Meta knows two words; other ceilings, which are this simulator's own, are told as a number. */
	if (options->ceiling == 80)
		strcpy(out, "STANDARD");
	else if (options->ceiling == 1000 || options->ceiling == 0)
		strcpy(out, "HIGH");
	else
		snprintf(out, SIM_CHOICE_BYTES, "%u", (unsigned)options->ceiling);
}

static void add_share(struct buf *out, uint32_t ppm)
{
	buf_addf(out, "%u", ppm / 10000);
	if (ppm % 10000)
		buf_addf(out, ".%04u", ppm % 10000);
}

static void write_value(const struct entry *e, const struct sim_options *options, struct json_writer *w)
{
	const void *field = (const char *)options + e->offset;
	const struct sim_span *span = field;
	const struct sim_codes *codes = field;
	char choice[SIM_CHOICE_BYTES];
	buf_auto struct buf text;
	buf_init(&text, SIM_OPTION_TEXT_BYTES);
	switch (e->kind) {
	case KIND_TEXT:
	case KIND_URL:
		buf_adds(&text, field);
		break;
	case KIND_INT:
		json_put_int(w, e->name, *(const int32_t *)field);
		return;
	case KIND_FLAG:
		json_put_bool(w, e->name, *(const bool *)field);
		return;
	case KIND_SHARE:
		add_share(&text, *(const uint32_t *)field);
		break;
	case KIND_SPAN:
		buf_addf(&text, "%d-%d", span->min_ms, span->max_ms);
		break;
	case KIND_CODES:
		for (int i = 0; i < codes->n; i++) {
			buf_addf(&text, "%s%d:", i ? "," : "", codes->at[i].code);
			add_share(&text, codes->at[i].ppm);
		}
		break;
	case KIND_CHOICE:
		choice_text(e, *(const int32_t *)field, choice);
		buf_adds(&text, choice);
		break;
	}
	json_put_text(w, e->name, buf_text(&text));
}

void sim_options_write_live(const struct sim_options *options, struct json_writer *w, const char *key)
{
	json_open_object(w, key);
	for (size_t i = 0; i < N_ENTRIES; i++) {
		if (entries[i].live)
			write_value(&entries[i], options, w);
	}
	json_close_object(w);
}
