/* The text of a template, taken apart once and filled for each recipient. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "model/template.h"

#define KEY_MAX 64 /* characters, as of the name of a contact's field */
#define FALLBACK_MAX 256

static const struct {
	const char *text, *sentence;
} rules[] = {
#define X(name, number, text, sentence) [number] = {text, sentence},
#include "model/rules.def"
};
#define N_RULES ((int)(sizeof(rules) / sizeof(rules[0])))

const char *rule_text(int rule)
{
	return rule >= 0 && rule < N_RULES ? rules[rule].text : "unknown";
}

const char *rule_sentence(int rule)
{
	return rule >= 0 && rule < N_RULES ? rules[rule].sentence : "";
}

static struct template_part *next_part(struct template_text *t)
{
	return t->n_parts < t->max_parts ? &t->part[t->n_parts++] : NULL;
}

static bool param_taken(const struct template_text *t, const struct template_part *p, const char *name)
{
	for (const struct template_part *other = t->part; other < p; other++)
		if (other->is_placeholder && strcmp(other->param, name) == 0)
			return true;
	return false;
}

/* Meta's parameter names are [a-z0-9_]; each occurrence gets one of its own. */
static void name_param(struct arena *arena, const struct template_text *t, struct template_part *p)
{
	char base[32], name[40];
	size_t n = 0;
	for (const char *c = p->key; *c && n < 24; c++) {
		char l = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
		base[n++] = (l >= 'a' && l <= 'z') || (l >= '0' && l <= '9') ? l : '_';
	}
	base[n] = '\0';
	snprintf(name, sizeof(name), "%s", base);
	for (int i = 2; i <= TEMPLATE_MAX_PARTS && param_taken(t, p, name); i++)
		snprintf(name, sizeof(name), "%.28s_%d", base, i);
	p->param = arena_strdup(arena, name);
}

void template_text_params(struct template_text *t, enum template_params params, struct arena *arena)
{
	if (params == TEMPLATE_PARAMS_EACH)
		return;
	t->n_params = 0;
	for (size_t i = 0; i < t->n_parts; i++) {
		struct template_part *p = &t->part[i], *first = t->part;
		if (!p->is_placeholder)
			continue;
		while (first < p && !(first->is_placeholder && strcmp(first->key, p->key) == 0))
			first++;
		p->repeats = first < p;
		if (p->repeats) {
			p->param = first->param;
			continue;
		}
		t->n_params++;
		p->param = params == TEMPLATE_PARAMS_NAMED ? p->key : arena_printf(arena, "%zu", t->n_params);
	}
}

/* `inside` is what stands between the braces. */
static int add_placeholder(struct arena *arena, struct template_text *t, const char *inside, size_t n, struct err *err)
{
	const char *bar = memchr(inside, '|', n);
	size_t n_key = bar ? (size_t)(bar - inside) : n;
	struct template_part *p = next_part(t);
	if (!p)
		return err_set(err, "it has more than %d parts", TEMPLATE_MAX_PARTS);
	if (n_key == 0 || utf8_length(inside, n_key) > KEY_MAX || text_has_control(inside, n_key) ||
	    text_is_blank(inside, n_key) || memchr(inside, '{', n))
		return err_set(err, "a placeholder needs the name of a contact's field between its braces, such as {first_name}");
	*p = (struct template_part){.is_placeholder = true, .key = arena_strndup(arena, inside, n_key)};
	if (bar) {
		size_t n_fallback = n - n_key - 1;
		if (n_fallback == 0 || utf8_length(bar + 1, n_fallback) > FALLBACK_MAX || text_is_blank(bar + 1, n_fallback))
			return err_set(err, "the fallback of {%.40s} must have 1 to %d characters and not be blank", p->key,
			               FALLBACK_MAX);
		p->fallback = arena_strndup(arena, bar + 1, n_fallback);
	}
	name_param(arena, t, p);
	t->n_params = ++t->n_placeholders;
	return 0;
}

static int add_literal(struct arena *arena, struct template_text *t, struct buf *literal, struct err *err)
{
	if (literal->overflow)
		return err_set(err, "it is too long");
	if (literal->len == 0)
		return 0;
	struct template_part *p = next_part(t);
	if (!p)
		return err_set(err, "it has more than %d parts", TEMPLATE_MAX_PARTS);
	*p = (struct template_part){.text = arena_strndup(arena, literal->data, literal->len)};
	buf_reset(literal);
	return 0;
}

/* Each placeholder has a literal before it at most, and one comes last. */
static size_t max_parts(const char *text)
{
	size_t n = 1;
	for (const char *p = text; *p && n < TEMPLATE_MAX_PARTS; p++)
		n += *p == '{' ? 2 : 0;
	return n < TEMPLATE_MAX_PARTS ? n : TEMPLATE_MAX_PARTS;
}

int template_text_parse(struct arena *arena, const char *text, struct template_text *ret, struct err *err)
{
	buf_auto struct buf literal;
	buf_init(&literal, 65536);
	*ret = (struct template_text){.max_parts = max_parts(text)};
	ret->part = arena_array(arena, ret->max_parts, sizeof(*ret->part));
	for (const char *p = text; *p;) {
		if (*p != '{') {
			buf_addc(&literal, *p++);
		} else if (p[1] == '{') {
			buf_addc(&literal, '{');
			p += 2;
		} else {
			const char *end = strchr(p, '}');
			if (!end)
				return err_set(err, "a brace is opened and not closed; a literal one is written {{");
			if (add_literal(arena, ret, &literal, err) < 0 ||
			    add_placeholder(arena, ret, p + 1, (size_t)(end - p) - 1, err) < 0)
				return -1;
			p = end + 1;
		}
	}
	return add_literal(arena, ret, &literal, err);
}

/* White space folded to single blanks, none at the ends. NULL when nothing is left. */
static const char *fold(const char *value, struct arena *scratch)
{
	size_t n = strlen(value), out = 0;
	char *folded = arena_alloc(scratch, n + 1);
	bool gap = false;
	for (size_t pos = 0; pos < n;) {
		size_t from = pos;
		uint32_t c = utf8_next(value, n, &pos);
		if (text_is_space(c) || c < 0x20 || c == 0x7F) {
			gap = out > 0;
			continue;
		}
		if (gap)
			folded[out++] = ' ';
		gap = false;
		memcpy(folded + out, value + from, pos - from);
		out += pos - from;
	}
	return out ? folded : NULL;
}

const char *template_value(const struct template_part *part, const struct contact *contact, struct arena *scratch)
{
	const char *value = contact_value(contact, part->key, scratch);
	const char *folded = value ? fold(value, scratch) : NULL;
	return folded ? folded : part->fallback ? fold(part->fallback, scratch) : NULL;
}

enum skip_rule template_check_text(const struct template_text *text, size_t max_chars, const struct contact *contact,
                                   struct arena *scratch)
{
	size_t chars = 0;
	for (size_t i = 0; i < text->n_parts; i++) {
		const char *piece = text->part[i].is_placeholder ? template_value(&text->part[i], contact, scratch)
		                                                 : text->part[i].text;
		if (!piece)
			return RULE_EMPTY_PLACEHOLDER;
		chars += utf8_length(piece, strlen(piece));
	}
	return chars > max_chars ? RULE_TOO_LONG : RULE_NONE;
}

const char *template_fill(const struct template_text *text, const struct contact *contact, struct arena *arena)
{
	buf_auto struct buf out;
	buf_init(&out, 65536);
	for (size_t i = 0; i < text->n_parts; i++) {
		const char *piece = text->part[i].is_placeholder ? template_value(&text->part[i], contact, arena)
		                                                 : text->part[i].text;
		if (piece)
			buf_adds(&out, piece);
	}
	return arena_strdup(arena, buf_text(&out));
}
