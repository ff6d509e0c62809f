#include "sim/scan.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

struct cursor {
	struct sim_scan *scan;
	const char *text;
	uint32_t at, n;
};

static bool read_value(struct cursor *c, int depth);

static void skip_blanks(struct cursor *c)
{
	while (c->at < c->n) {
		char ch = c->text[c->at];
		if (ch != ' ' && ch != '\n' && ch != '\t' && ch != '\r')
			return;
		c->at++;
	}
}

static bool take(struct cursor *c, char wanted)
{
	skip_blanks(c);
	if (c->at >= c->n || c->text[c->at] != wanted)
		return false;
	c->at++;
	return true;
}

static struct sim_token *add_token(struct cursor *c, enum sim_token_kind kind)
{
	if (c->scan->n_tokens == SIM_SCAN_MAX_TOKENS)
		return NULL;
	struct sim_token *token = &c->scan->at[c->scan->n_tokens++];
	*token = (struct sim_token){.kind = (uint8_t)kind, .start = c->at};
	return token;
}

static void end_token(struct cursor *c, struct sim_token *token, uint32_t end)
{
	token->end = end;
	token->next = (uint16_t)c->scan->n_tokens;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int hex4(const char *text)
{
	int value = 0;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(text[i]);
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* The bytes of the escape at `text` (which begins with the backslash), 0 when it is none: a lone
 * surrogate and \u0000 count as none. */
static uint32_t escape_bytes(const char *text, size_t left)
{
	if (left < 2)
		return 0;
	if (text[1] != 'u')
		return strchr("\"\\/bfnrt", text[1]) && text[1] != '\0' ? 2 : 0;
	int unit = left >= 6 ? hex4(text + 2) : -1;
	if (unit <= 0 || (unit >= 0xdc00 && unit <= 0xdfff))
		return 0;
	if (unit < 0xd800 || unit > 0xdbff)
		return 6;
	if (left < 12 || text[6] != '\\' || text[7] != 'u')
		return 0;
	unit = hex4(text + 8);
	return unit >= 0xdc00 && unit <= 0xdfff ? 12 : 0;
}

static bool read_text(struct cursor *c)
{
	if (!take(c, '"'))
		return false;
	struct sim_token *token = add_token(c, SIM_TOKEN_TEXT);
	if (!token)
		return false;
	for (; c->at < c->n; c->at++) {
		unsigned char ch = (unsigned char)c->text[c->at];
		if (ch == '"') {
			end_token(c, token, c->at++);
			return true;
		}
		if (ch < 0x20)
			return false;
		if (ch == '\\') {
			uint32_t n = escape_bytes(c->text + c->at, c->n - c->at);
			if (n == 0)
				return false;
			token->escaped = true;
			c->at += n - 1;
		}
	}
	return false;
}

static uint32_t read_digits(struct cursor *c)
{
	uint32_t from = c->at;
	while (c->at < c->n && c->text[c->at] >= '0' && c->text[c->at] <= '9')
		c->at++;
	return c->at - from;
}

static bool read_number(struct cursor *c)
{
	struct sim_token *token = add_token(c, SIM_TOKEN_NUMBER);
	if (!token)
		return false;
	if (c->text[c->at] == '-')
		c->at++;
	bool zero = c->at < c->n && c->text[c->at] == '0';
	uint32_t n = read_digits(c);
	if (n == 0 || (zero && n > 1))
		return false;
	if (c->at < c->n && c->text[c->at] == '.') {
		c->at++;
		if (read_digits(c) == 0)
			return false;
	}
	if (c->at < c->n && (c->text[c->at] | 0x20) == 'e') {
		c->at++;
		if (c->at < c->n && (c->text[c->at] == '+' || c->text[c->at] == '-'))
			c->at++;
		if (read_digits(c) == 0)
			return false;
	}
	end_token(c, token, c->at);
	return true;
}

static bool read_word(struct cursor *c, const char *word, enum sim_token_kind kind)
{
	size_t n = strlen(word);
	if (c->n - c->at < n || memcmp(c->text + c->at, word, n) != 0)
		return false;
	struct sim_token *token = add_token(c, kind);
	if (!token)
		return false;
	c->at += (uint32_t)n;
	end_token(c, token, c->at);
	return true;
}

static bool read_members(struct cursor *c, int depth, char close, bool named)
{
	struct sim_token *token = add_token(c, named ? SIM_TOKEN_OBJECT : SIM_TOKEN_ARRAY);
	if (!token || depth == SIM_SCAN_MAX_DEPTH)
		return false;
	c->at++;
	if (!take(c, close)) {
		do {
			if (named && (!read_text(c) || !take(c, ':')))
				return false;
			if (!read_value(c, depth + 1))
				return false;
			token->n++;
		} while (take(c, ','));
		if (!take(c, close))
			return false;
	}
	end_token(c, token, c->at);
	return true;
}

static bool read_value(struct cursor *c, int depth)
{
	skip_blanks(c);
	if (c->at >= c->n)
		return false;
	switch (c->text[c->at]) {
	case '{':
		return read_members(c, depth, '}', true);
	case '[':
		return read_members(c, depth, ']', false);
	case '"':
		return read_text(c);
	case 't':
		return read_word(c, "true", SIM_TOKEN_TRUE);
	case 'f':
		return read_word(c, "false", SIM_TOKEN_FALSE);
	case 'n':
		return read_word(c, "null", SIM_TOKEN_NULL);
	default:
		return (c->text[c->at] == '-' || (c->text[c->at] >= '0' && c->text[c->at] <= '9')) && read_number(c);
	}
}

int sim_scan(struct sim_scan *scan, const char *text, size_t n_bytes)
{
	scan->text = text;
	scan->n_tokens = 0;
	struct cursor c = {.scan = scan, .text = text, .n = (uint32_t)n_bytes};
	if (n_bytes > INT32_MAX || !utf8_valid(text, n_bytes) || !read_value(&c, 0))
		return -1;
	skip_blanks(&c);
	return c.at == c.n ? 0 : -1;
}

int sim_scan_get(const struct sim_scan *scan, int object, const char *name)
{
	if (!sim_scan_is(scan, object, SIM_TOKEN_OBJECT))
		return SIM_SCAN_NONE;
	size_t n_name = strlen(name);
	int key = object + 1;
	for (int i = 0; i < scan->at[object].n; i++) {
		const struct sim_token *token = &scan->at[key];
		if (token->end - token->start == n_name && memcmp(scan->text + token->start, name, n_name) == 0)
			return key + 1;
		key = scan->at[key + 1].next;
	}
	return SIM_SCAN_NONE;
}

int sim_scan_first(const struct sim_scan *scan, int array)
{
	return sim_scan_is(scan, array, SIM_TOKEN_ARRAY) && scan->at[array].n > 0 ? array + 1 : SIM_SCAN_NONE;
}

int sim_scan_after(const struct sim_scan *scan, int array, int item)
{
	int next = scan->at[item].next;
	return next < scan->at[array].next ? next : SIM_SCAN_NONE;
}

bool sim_scan_is(const struct sim_scan *scan, int token, enum sim_token_kind kind)
{
	return token >= 0 && scan->at[token].kind == kind;
}

int sim_scan_count(const struct sim_scan *scan, int token)
{
	return token >= 0 ? scan->at[token].n : 0;
}

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	out[0] = (char)(lead[n] | c);
	return n;
}

static size_t unescape_one(char *out, const char *text, size_t *ret_used)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	if (text[1] != 'u') {
		*ret_used = 2;
		out[0] = to[strchr(from, text[1]) - from];
		return 1;
	}
	uint32_t c = (uint32_t)hex4(text + 2);
	*ret_used = 6;
	if (c >= 0xd800 && c <= 0xdbff) {
		c = 0x10000 + ((c - 0xd800) << 10) + ((uint32_t)hex4(text + 8) - 0xdc00);
		*ret_used = 12;
	}
	return put_utf8(out, c);
}

struct sim_text sim_scan_text(const struct sim_scan *scan, int token, struct arena *arena)
{
	if (!sim_scan_is(scan, token, SIM_TOKEN_TEXT) && !sim_scan_is(scan, token, SIM_TOKEN_NUMBER))
		return (struct sim_text){0};
	const struct sim_token *t = &scan->at[token];
	const char *text = scan->text + t->start;
	size_t n = t->end - t->start;
	if (!t->escaped)
		return (struct sim_text){.at = text, .n = n};
	char *out = arena_alloc(arena, n + 1);
	size_t n_out = 0;
	for (size_t i = 0; i < n;) {
		size_t used = 1;
		if (text[i] == '\\')
			n_out += unescape_one(out + n_out, text + i, &used);
		else
			out[n_out++] = text[i];
		i += used;
	}
	return (struct sim_text){.at = out, .n = n_out};
}

bool sim_text_is(struct sim_text text, const char *word)
{
	return text.at && text.n == strlen(word) && memcmp(text.at, word, text.n) == 0;
}

bool sim_text_is_nocase(struct sim_text text, const char *word)
{
	return text.at && text.n == strlen(word) && strncasecmp(text.at, word, text.n) == 0;
}
