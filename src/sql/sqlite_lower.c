#include "sql/sqlite_lower.h"

#include <locale.h>
#include <pthread.h>
#include <wctype.h>

#include "base/text.h"

#define SHORT_BYTES 256 /* as most names are: what becomes of these needs no memory of its own */
#define MOST_BYTES 3    /* of what one byte becomes, where it is no text */

static locale_t unicode;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* C.UTF-8 is part of Debian's libc itself. It lives as long as the program. */
static void open_locale(void)
{
	unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static size_t lower(const char *text, size_t n_bytes, char *out)
{
	size_t n = 0;
	for (size_t at = 0; at < n_bytes;) {
		char c = text[at];
		if (!((unsigned char)c & 0x80)) {
			out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
			at++;
			continue;
		}
		uint32_t sign = utf8_next(text, n_bytes, &at);
		n += utf8_put(out + n, unicode ? (uint32_t)towlower_l((wint_t)sign, unicode) : sign);
	}
	return n;
}

static void lower_run(sqlite3_context *context, int n_args, sqlite3_value **args)
{
	(void)n_args;
	const char *text = (const char *)sqlite3_value_text(args[0]);
	size_t n_bytes = (size_t)sqlite3_value_bytes(args[0]);
	char room[MOST_BYTES * SHORT_BYTES];
	if (!text) /* NULL stays that */
		return;
	if (n_bytes <= SHORT_BYTES) {
		sqlite3_result_text64(context, room, lower(text, n_bytes, room), SQLITE_TRANSIENT, SQLITE_UTF8);
		return;
	}
	char *out = sqlite3_malloc64(MOST_BYTES * (sqlite3_uint64)n_bytes);
	if (!out)
		sqlite3_result_error_nomem(context);
	else
		sqlite3_result_text64(context, out, lower(text, n_bytes, out), sqlite3_free, SQLITE_UTF8);
}

int sqlite_lower_add(sqlite3 *conn)
{
	pthread_once(&once, open_locale);
	return sqlite3_create_function_v2(conn, "lower", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
	                                  lower_run, NULL, NULL, NULL);
}
