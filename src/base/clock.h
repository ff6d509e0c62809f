#pragma once
/* Time. Stored and compared times are `msec_t`, milliseconds since 1970-01-01T00:00:00Z, never
 * local time. Logic takes `now` as an argument; only loops and threads ask the clock. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t msec_t; /* milliseconds since the epoch, or a span */
typedef int64_t usec_t; /* microseconds, monotonic or a span */

#define SECOND_MS ((msec_t)1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

msec_t clock_now_ms(void);  /* wall clock */
usec_t clock_mono_us(void); /* monotonic, also while the machine is suspended; for spans only */

#define CLOCK_TEXT_BYTES 20 /* "yyyy-mm-dd hh:mm:ss" and its NUL */
#define CLOCK_RFC3339_BYTES 25

/* Write `yyyy-mm-dd hh:mm:ss` in UTC, the contract's form; years 0000 to 9999. */
void clock_format(msec_t t, char out[CLOCK_TEXT_BYTES]);
/* Write `yyyy-mm-ddThh:mm:ss.mmmZ`, for logs. */
void clock_format_rfc3339(msec_t t, char out[CLOCK_RFC3339_BYTES]);
/* Read exactly `yyyy-mm-dd hh:mm:ss` as UTC. False for any other shape or an impossible date or
 * hour (02-30, 24:00:00, second 60). */
bool clock_parse(const char *text, size_t n_bytes, msec_t *ret);
/* Read RFC 3339 with `Z` or an offset; a fraction of a second is cut to milliseconds. */
bool clock_parse_rfc3339(const char *text, size_t n_bytes, msec_t *ret);
/* `yyyy-mm-dd hh:mm:ss` meant in the IANA zone `zone` ("Europe/Paris"), from the machine's zone
 * files. False for an unknown zone or a local time that does not exist there that day; a time that
 * comes twice (clocks going back) is taken as the first one. */
bool clock_parse_zoned(const char *text, size_t n_bytes, const char *zone, msec_t *ret);

bool clock_zone_is_known(const char *zone); /* to this machine */

#define CLOCK_ZONE_BYTES 65
/* The IANA zone of this machine, by TZ or else /etc/localtime; "UTC" when neither names one of its zone files. */
void clock_zone_name(char ret[CLOCK_ZONE_BYTES]);
