/* cJSON reads generously. What it would let through is refused here first, by one pass over the bytes that knows the
 * grammar's outer shape (strings, depth, numbers); cJSON then builds the tree, and duplicate keys are found on that. */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct scan {
	const char *text;
	size_t n, pos;
	struct err *err;
};

static int refuse(struct scan *s, const char *why)
{
	return err_set(s->err, "%s (byte %zu)", why, s->pos + 1);
}

static bool hex4(const char *p, uint32_t *ret)
{
	uint32_t v = 0;
	for (int i = 0; i < 4; i++) {
		char c = p[i];
		uint32_t d;
		if (c >= '0' && c <= '9')
			d = (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			d = (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return false;
		v = v << 4 | d;
	}
	*ret = v;
	return true;
}

/* \uXXXX at pos (of the backslash); a high surrogate takes its low one with it. */
static int scan_unicode_escape(struct scan *s)
{
	uint32_t c, low;
	if (s->n - s->pos < 6 || !hex4(s->text + s->pos + 2, &c))
		return refuse(s, "a \\u escape needs four hexadecimal digits");
	if (c == 0)
		return refuse(s, "text must not hold a NUL");
	if (c >= 0xDC00 && c <= 0xDFFF)
		return refuse(s, "a lone surrogate is not a character");
	if (c >= 0xD800 && c <= 0xDBFF) {
		const char *next = s->text + s->pos + 6;
		if (s->n - s->pos < 12 || next[0] != '\\' || next[1] != 'u' || !hex4(next + 2, &low) || low < 0xDC00 ||
		    low > 0xDFFF)
			return refuse(s, "a lone surrogate is not a character");
		s->pos += 6;
	}
	s->pos += 6;
	return 0;
}

static int scan_string(struct scan *s)
{
	for (s->pos++; s->pos < s->n;) {
		unsigned char c = (unsigned char)s->text[s->pos];
		if (c == '"') {
			s->pos++;
			return 0;
		}
		if (c < 0x20)
			return refuse(s, "a control character in a string must be escaped");
		if (c != '\\') {
			s->pos++;
			continue;
		}
		char e = s->pos + 1 < s->n ? s->text[s->pos + 1] : '\0';
		if (e == 'u') {
			if (scan_unicode_escape(s) < 0)
				return -1;
		} else if (e && strchr("\"\\/bfnrt", e)) {
			s->pos += 2;
		} else {
			return refuse(s, "an unknown escape in a string");
		}
	}
	return refuse(s, "a string without an end");
}

static size_t scan_digits(struct scan *s)
{
	size_t from = s->pos;
	while (s->pos < s->n && s->text[s->pos] >= '0' && s->text[s->pos] <= '9')
		s->pos++;
	return s->pos - from;
}

static int scan_number(struct scan *s)
{
	size_t from = s->pos;
	if (s->text[s->pos] == '-')
		s->pos++;
	size_t first = s->pos, whole = scan_digits(s);
	if (whole == 0 || (whole > 1 && s->text[first] == '0'))
		return refuse(s, "not a JSON number");
	if (s->pos < s->n && s->text[s->pos] == '.') {
		s->pos++;
		if (scan_digits(s) == 0)
			return refuse(s, "not a JSON number");
	}
	if (s->pos < s->n && (s->text[s->pos] | 0x20) == 'e') {
		s->pos++;
		if (s->pos < s->n && (s->text[s->pos] == '+' || s->text[s->pos] == '-'))
			s->pos++;
		if (scan_digits(s) == 0)
			return refuse(s, "not a JSON number");
	}
	/* cJSON copies a number into 63 characters and reads the rest as another token. */
	if (s->pos - from > 60)
		return refuse(s, "a number is too long");
	char copy[64];
	memcpy(copy, s->text + from, s->pos - from);
	copy[s->pos - from] = '\0';
	if (!isfinite(strtod(copy, NULL)))
		return refuse(s, "a number is too large");
	return 0;
}

/* The shape (which token may follow which) is cJSON's to check; here only what it does not. */
static int scan_document(struct scan *s)
{
	int depth = 0;
	while (s->pos < s->n) {
		char c = s->text[s->pos];
		int result = 0;
		if (c == '"') {
			result = scan_string(s);
		} else if (c == '-' || (c >= '0' && c <= '9')) {
			result = scan_number(s);
		} else if (c == '{' || c == '[') {
			if (++depth > JSON_MAX_DEPTH)
				return refuse(s, "nested too deeply");
			s->pos++;
		} else if (c == '}' || c == ']') {
			depth--;
			s->pos++;
		} else if (strchr(" \t\r\n,:", c) || (c >= 'a' && c <= 'z')) {
			if (c == '\0')
				return refuse(s, "a NUL is not JSON");
			s->pos++;
		} else {
			return refuse(s, "not JSON");
		}
		if (result < 0)
			return -1;
	}
	return 0;
}

static int key_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

#define FEW_KEYS 8

static bool object_has_twins(const cJSON *object)
{
	const char *few[FEW_KEYS];
	size_t n = 0;
	for (const cJSON *m = object->child; m; m = m->next)
		n++;
	const char **key = n <= FEW_KEYS ? few : malloc(n * sizeof(*key));
	if (!key)
		abort();
	n = 0;
	for (const cJSON *m = object->child; m; m = m->next)
		key[n++] = m->string;
	if (n > 1)
		qsort(key, n, sizeof(*key), key_compare);
	bool twins = false;
	for (size_t i = 1; i < n && !twins; i++)
		twins = strcmp(key[i - 1], key[i]) == 0;
	if (key != few)
		free(key);
	return twins;
}

/* Depth is bounded by the scan. */
static bool has_twins(const cJSON *item) /* NOLINT(misc-no-recursion) */
{
	if (cJSON_IsObject(item) && object_has_twins(item))
		return true;
	for (const cJSON *child = item->child; child; child = child->next)
		if (child->child && has_twins(child))
			return true;
	return false;
}

int json_parse(const char *text, size_t n_bytes, cJSON **ret, struct err *err)
{
	struct scan s = {.text = text, .n = n_bytes, .err = err};
	if (!utf8_valid(text, n_bytes))
		return err_set(err, "not valid UTF-8");
	if (scan_document(&s) < 0)
		return -1;
	const char *end = NULL;
	cJSON *tree = cJSON_ParseWithLengthOpts(text, n_bytes, &end, 0);
	if (!tree)
		return err_set(err, "not valid JSON");
	while (end < text + n_bytes && strchr(" \t\r\n", *end))
		end++;
	if (end != text + n_bytes) {
		cJSON_Delete(tree);
		return err_set(err, "something follows the JSON document (byte %zu)", (size_t)(end - text) + 1);
	}
	if (has_twins(tree)) {
		cJSON_Delete(tree);
		return err_set(err, "an object has the same key twice");
	}
	*ret = tree;
	return 0;
}

const cJSON *json_get(const cJSON *object, const char *key)
{
	return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const char *json_text(const cJSON *object, const char *key)
{
	const cJSON *item = json_get(object, key);
	return cJSON_IsString(item) ? item->valuestring : NULL;
}

bool json_int(const cJSON *object, const char *key, int64_t *ret)
{
	const cJSON *item = json_get(object, key);
	if (cJSON_IsString(item))
		return text_to_int(item->valuestring, strlen(item->valuestring), ret);
	const double limit = 9007199254740992.0; /* from 2^53 on a double may not be the number that was written */
	if (!cJSON_IsNumber(item) || item->valuedouble != floor(item->valuedouble) || fabs(item->valuedouble) >= limit)
		return false;
	*ret = (int64_t)item->valuedouble;
	return true;
}

void json_cleanup(cJSON **tree)
{
	cJSON_Delete(*tree);
}
