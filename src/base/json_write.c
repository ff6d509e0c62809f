#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"

void json_begin(struct json_writer *w, struct buf *out)
{
	*w = (struct json_writer){.out = out};
}

int json_escape(struct buf *out, const char *text, size_t n_bytes)
{
	static const char hex[] = "0123456789abcdef";
	size_t start = 0;
	for (size_t i = 0; i < n_bytes; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(out, text + start, i - start);
		start = i + 1;
		const char *plain = c ? strchr("\"\"\\\\\bb\ff\nn\rr\tt", c) : NULL;
		char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
		if (plain) {
			escape[1] = plain[1];
			buf_add(out, escape, 2);
		} else {
			buf_add(out, escape, 6);
		}
	}
	return buf_add(out, text + start, n_bytes - start);
}

static void quoted(struct buf *out, const char *text, size_t n_bytes)
{
	buf_addc(out, '"');
	json_escape(out, text, n_bytes);
	buf_addc(out, '"');
}

/* The comma before, and the key. */
static void lead(struct json_writer *w, const char *key)
{
	uint32_t bit = 1u << w->depth;
	if (w->need_comma & bit)
		buf_addc(w->out, ',');
	w->need_comma |= bit;
	if (key) {
		quoted(w->out, key, strlen(key));
		buf_addc(w->out, ':');
	}
}

static void open_level(struct json_writer *w, const char *key, char c)
{
	lead(w, key);
	buf_addc(w->out, c);
	w->depth++;
	w->need_comma &= ~(1u << w->depth);
}

static void close_level(struct json_writer *w, char c)
{
	w->depth--;
	buf_addc(w->out, c);
}

void json_open_object(struct json_writer *w, const char *key)
{
	open_level(w, key, '{');
}

void json_close_object(struct json_writer *w)
{
	close_level(w, '}');
}

void json_open_array(struct json_writer *w, const char *key)
{
	open_level(w, key, '[');
}

void json_close_array(struct json_writer *w)
{
	close_level(w, ']');
}

void json_put_textn(struct json_writer *w, const char *key, const char *text, size_t n_bytes)
{
	lead(w, key);
	quoted(w->out, text, n_bytes);
}

void json_put_text(struct json_writer *w, const char *key, const char *text)
{
	if (text)
		json_put_textn(w, key, text, strlen(text));
	else
		json_put_null(w, key);
}

void json_put_int(struct json_writer *w, const char *key, int64_t value)
{
	lead(w, key);
	buf_addf(w->out, "%lld", (long long)value);
}

void json_put_real(struct json_writer *w, const char *key, double value, int decimals)
{
	lead(w, key);
	if (isfinite(value))
		buf_addf(w->out, "%.*f", decimals, value);
	else
		buf_adds(w->out, "null");
}

void json_put_bool(struct json_writer *w, const char *key, bool value)
{
	lead(w, key);
	buf_adds(w->out, value ? "true" : "false");
}

void json_put_null(struct json_writer *w, const char *key)
{
	lead(w, key);
	buf_adds(w->out, "null");
}

void json_put_raw(struct json_writer *w, const char *key, const char *json, size_t n_bytes)
{
	lead(w, key);
	buf_add(w->out, json, n_bytes);
}

void json_put_time(struct json_writer *w, const char *key, int64_t t_ms)
{
	if (t_ms < 0) {
		json_put_null(w, key);
		return;
	}
	char text[CLOCK_TEXT_BYTES];
	clock_format(t_ms, text);
	json_put_text(w, key, text);
}
