#pragma once
/* Structured lines on standard error: `2026-01-31T10:00:00.000Z info delivery campaign started campaign=…`.
 * Called by the room that decides, once. Never a token, a body, or a phone number in full.
 * Values with blanks, quotes or control characters are quoted and escaped, so that one call is one line.
 * Any thread. */

#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

void log_set_level(enum log_level level); /* default LOG_INFO */
/* Read "debug" | "info" | "warn" | "error"; -1 for anything else. */
int log_level_parse(const char *text, enum log_level *ret);
/* Where lines go; default 2. For tests. */
void log_set_fd(int fd);

struct log_pair {
	const char *key;
	const char *text; /* used when not NULL */
	int64_t number;
};
static inline struct log_pair log_text_pair(const char *key, const char *text)
{
	return (struct log_pair){.key = key, .text = text ? text : "-"};
}
#define log_t(k, v) log_text_pair((k), (v))
#define log_i(k, v) ((struct log_pair){.key = (k), .number = (int64_t)(v)})

void log_write(enum log_level level, const char *room, const char *message, const struct log_pair *pairs, int n_pairs);

#define LOG_PAIRS_(...) ((const struct log_pair[]){__VA_ARGS__})
#define log_at(level, room, message, ...)                                         \
	log_write((level), (room), (message), LOG_PAIRS_({0}, ##__VA_ARGS__) + 1, \
	          (int)(sizeof(LOG_PAIRS_({0}, ##__VA_ARGS__)) / sizeof(struct log_pair)) - 1)
#define log_debug(room, message, ...) log_at(LOG_DEBUG, room, message, ##__VA_ARGS__)
#define log_info(room, message, ...) log_at(LOG_INFO, room, message, ##__VA_ARGS__)
#define log_warn(room, message, ...) log_at(LOG_WARN, room, message, ##__VA_ARGS__)
#define log_error(room, message, ...) log_at(LOG_ERROR, room, message, ##__VA_ARGS__)
