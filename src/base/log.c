#include "base/log.h"

#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/text.h"

#define LOG_MAX_LINE (PIPE_BUF - 1) /* with its end still one piece for a pipe that many threads write to */

static atomic_int log_level = LOG_INFO;
static atomic_int log_fd = 2;
static const char *const level_words[] = {"debug", "info", "warn", "error"};

void log_set_level(enum log_level level)
{
	log_level = (int)level;
}

void log_set_fd(int fd)
{
	log_fd = fd;
}

int log_level_parse(const char *text, enum log_level *ret)
{
	for (size_t i = 0; i < sizeof(level_words) / sizeof(level_words[0]); i++) {
		if (strcmp(text, level_words[i]) == 0) {
			*ret = (enum log_level)i;
			return 0;
		}
	}
	return -1;
}

static bool is_plain(const char *text, size_t n)
{
	if (n == 0 || !utf8_valid(text, n) || text_has_control(text, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c == ' ' || c == '"' || c == '\\' || c == '=')
			return false;
	}
	return true;
}

static void add_value(struct buf *line, const char *text)
{
	size_t n = strlen(text);
	if (is_plain(text, n)) {
		buf_add(line, text, n);
		return;
	}
	buf_addc(line, '"');
	for (size_t pos = 0; pos < n;) {
		size_t from = pos;
		utf8_next(text, n, &pos);
		bool stray = pos - from == 1 && (unsigned char)text[from] >= 0x80;
		bool hidden = stray || text_has_control(text + from, pos - from);
		if (text[from] == '"' || text[from] == '\\')
			buf_addc(line, '\\');
		if (!hidden)
			buf_add(line, text + from, pos - from);
		for (size_t i = from; hidden && i < pos; i++)
			buf_addf(line, "\\x%02x", (unsigned char)text[i]);
	}
	buf_addc(line, '"');
}

void log_write(enum log_level level, const char *room, const char *message, const struct log_pair *pairs, int n_pairs)
{
	if ((int)level < log_level)
		return;
	buf_auto struct buf line;
	buf_init(&line, LOG_MAX_LINE);
	char when[CLOCK_RFC3339_BYTES];
	clock_format_rfc3339(clock_now_ms(), when);
	buf_addf(&line, "%s %s %s %s", when, level_words[level], room, message);
	for (int i = 0; i < n_pairs; i++) {
		buf_addf(&line, " %s=", pairs[i].key);
		if (pairs[i].text)
			add_value(&line, pairs[i].text);
		else
			buf_addf(&line, "%lld", (long long)pairs[i].number);
	}
	line.max_bytes++; /* the end of the line always fits */
	line.overflow = false;
	buf_addc(&line, '\n');
	if (fd_write(log_fd, line.data, line.len) < 0)
		return; /* nowhere to complain */
}
