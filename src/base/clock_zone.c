/* Local times of an IANA zone, read from the machine's TZif files (RFC 8536) without touching the process's own zone, which
 * other threads share. A local time is looked for among the offsets that the zone used around it. */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/clock_civil.h"

#define ZONE_FOLDER "/usr/share/zoneinfo/"
#define ZONE_NAME_MAX (CLOCK_ZONE_BYTES - 1)
#define ZONE_FILE_MAX 65536

struct tzif {
	const unsigned char *data, *times, *kinds, *types;
	size_t n_times, n_types;
	char footer[128];
};

/* The folders `posix` and `right` hold every zone once more, the latter with leap seconds in its count: no names of IANA's. */
static bool zone_name_ok(const char *zone)
{
	size_t n = strlen(zone);
	if (n == 0 || n > ZONE_NAME_MAX || zone[0] == '/' || strstr(zone, "..") || strncmp(zone, "right/", 6) == 0 ||
	    strncmp(zone, "posix/", 6) == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)zone[i]) && !strchr("/_+-", zone[i]))
			return false;
	return true;
}

static unsigned char *zone_file(const char *zone, size_t *ret_n)
{
	char path[sizeof(ZONE_FOLDER) + ZONE_NAME_MAX];
	snprintf(path, sizeof(path), "%s%s", ZONE_FOLDER, zone);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	struct stat st;
	unsigned char *data = NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 44 && st.st_size <= ZONE_FILE_MAX) {
		size_t n = (size_t)st.st_size, got = 0;
		data = malloc(n);
		if (!data)
			abort();
		for (ssize_t r; got < n && (r = read(fd, data + got, n - got)) > 0;)
			got += (size_t)r;
		*ret_n = got;
	}
	close(fd);
	return data;
}

static int64_t big_endian(const unsigned char *p, int n)
{
	uint64_t v = n == 4 && (p[0] & 0x80) ? ~0ull : 0;
	for (int i = 0; i < n; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

/* Bytes of the data block behind a header, with times of `width` bytes; 0 when the header is not one. */
static size_t block_bytes(const unsigned char *head, size_t n, size_t width)
{
	if (n < 44 || memcmp(head, "TZif", 4) != 0)
		return 0;
	size_t count[6];
	for (size_t i = 0; i < 6; i++) {
		int64_t c = big_endian(head + 20 + i * 4, 4);
		if (c < 0 || c > ZONE_FILE_MAX)
			return 0;
		count[i] = (size_t)c;
	}
	return 44 + count[3] * (width + 1) + count[4] * 6 + count[5] + count[2] * (width + 4) + count[1] + count[0];
}

/* Use the 64-bit block, the second one. */
static bool tzif_open(const unsigned char *data, size_t n, struct tzif *ret)
{
	size_t first = block_bytes(data, n, 4);
	if (first == 0 || first >= n || data[4] < '2')
		return false;
	const unsigned char *head = data + first;
	size_t second = block_bytes(head, n - first, 8);
	if (second == 0 || second > n - first)
		return false;
	ret->n_times = (size_t)big_endian(head + 32, 4);
	ret->n_types = (size_t)big_endian(head + 36, 4);
	ret->times = head + 44;
	ret->kinds = ret->times + ret->n_times * 8;
	ret->types = ret->kinds + ret->n_times;
	size_t rest = n - first - second;
	const unsigned char *footer = head + second;
	memset(ret->footer, 0, sizeof(ret->footer));
	if (rest >= 2 && footer[0] == '\n' && rest - 2 < sizeof(ret->footer))
		memcpy(ret->footer, footer + 1, rest - 2);
	return ret->n_types > 0;
}

static int64_t type_offset(const struct tzif *z, size_t type)
{
	return type < z->n_types ? big_endian(z->types + type * 6, 4) : 0;
}

/* ---- the footer: a POSIX TZ rule for the time after the last transition ---- */

struct rule_date {
	int month, week, day; /* Mm.w.d; month 0: not of that form */
	int64_t second;       /* of the local day */
};

static const char *skip_zone_word(const char *p)
{
	if (*p == '<') {
		const char *end = strchr(p, '>');
		return end ? end + 1 : p + strlen(p);
	}
	while (isalpha((unsigned char)*p))
		p++;
	return p;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static const char *read_span(const char *p, int64_t *ret)
{
	int sign = *p == '-' ? -1 : 1;
	if (*p == '-' || *p == '+')
		p++;
	int64_t part[3] = {0, 0, 0};
	for (int i = 0; i < 3; i++) {
		char *end;
		part[i] = strtol(p, &end, 10);
		p = end;
		if (*p != ':')
			break;
		p++;
	}
	*ret = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
	return p;
}

static const char *read_rule_date(const char *p, struct rule_date *ret)
{
	int taken = 0;
	*ret = (struct rule_date){.second = 7200};
	if (sscanf(p, ",M%d.%d.%d%n", &ret->month, &ret->week, &ret->day, &taken) != 3) {
		ret->month = 0;
		return p;
	}
	p += taken;
	return *p == '/' ? read_span(p + 1, &ret->second) : p;
}

/* Local seconds since the epoch (by the clock before the change) at which the rule strikes in `year`. */
static int64_t rule_strikes(const struct rule_date *r, int64_t year)
{
	int64_t first = civil_days(year, r->month, 1);
	int64_t weekday = ((first + 4) % 7 + 7) % 7;
	int64_t day = 1 + (r->day - weekday + 7) % 7 + (r->week - 1) * 7;
	while (day > civil_month_days(year, r->month))
		day -= 7;
	return (first + day - 1) * 86400 + r->second;
}

/* Offset from UTC at `utc` by the footer; false when it has no rule. */
static bool footer_offset(const char *footer, int64_t utc, int64_t *ret)
{
	int64_t west, west_dst;
	if (!*footer)
		return false;
	const char *p = read_span(skip_zone_word(footer), &west);
	*ret = -west;
	if (!*p)
		return true;
	p = skip_zone_word(p);
	west_dst = west - 3600;
	if (*p && *p != ',')
		p = read_span(p, &west_dst);
	struct rule_date start, end;
	p = read_rule_date(p, &start);
	read_rule_date(p, &end);
	if (!start.month || !end.month)
		return true;
	int64_t year = 1970 + (utc - west) / 31556952;
	for (int64_t y = year - 1; y <= year + 1; y++) {
		int64_t on = rule_strikes(&start, y) + west, off = rule_strikes(&end, y) + west_dst;
		if (off < on)
			off = rule_strikes(&end, y + 1) + west_dst;
		if (utc >= on && utc < off)
			*ret = -west_dst;
	}
	return true;
}

static int64_t offset_at(const struct tzif *z, int64_t utc)
{
	size_t low = 0, high = z->n_times;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (big_endian(z->times + mid * 8, 8) <= utc)
			low = mid + 1;
		else
			high = mid;
	}
	int64_t offset;
	if (low == z->n_times && footer_offset(z->footer, utc, &offset))
		return offset;
	return type_offset(z, low == 0 ? 0 : z->kinds[low - 1]);
}

/* The first UTC second that shows `local`; false when the clocks jump over it. */
static bool utc_of_local(const struct tzif *z, int64_t local, int64_t *ret)
{
	bool found = false;
	/* The offset in force is one of those within a day around. */
	for (int64_t probe = local - 86400; probe <= local + 86400; probe += 3600) {
		int64_t utc = local - offset_at(z, probe);
		if (offset_at(z, utc) == local - utc && (!found || utc < *ret)) {
			*ret = utc;
			found = true;
		}
	}
	return found;
}

/* ---- the machine's own ---- */

/* Its name where there is such a zone, NULL otherwise; from a path too. */
static const char *known_zone(const char *text)
{
	const char *folder = strstr(text, "/zoneinfo/");
	const char *name = folder ? folder + strlen("/zoneinfo/") : text;
	return clock_zone_is_known(name) ? name : NULL;
}

void clock_zone_name(char ret[CLOCK_ZONE_BYTES])
{
	char link[256] = "";
	const char *text = getenv("TZ");
	if (text && *text == ':')
		text++;
	if (!text) {
		ssize_t n = readlink("/etc/localtime", link, sizeof(link) - 1);
		link[n > 0 ? n : 0] = '\0';
		text = link;
	}
	const char *name = known_zone(text);
	strcpy(ret, name ? name : "UTC");
}

bool clock_zone_is_known(const char *zone)
{
	size_t n = 0;
	struct tzif z;
	unsigned char *data = zone_name_ok(zone) ? zone_file(zone, &n) : NULL;
	bool known = data && tzif_open(data, n, &z);
	free(data);
	return known;
}

bool clock_parse_zoned(const char *text, size_t n_bytes, const char *zone, msec_t *ret)
{
	msec_t local_ms;
	size_t n = 0;
	if (!clock_parse(text, n_bytes, &local_ms) || !zone_name_ok(zone))
		return false;
	unsigned char *data = zone_file(zone, &n);
	if (!data)
		return false;
	struct tzif z;
	int64_t utc = 0;
	bool ok = tzif_open(data, n, &z) && utc_of_local(&z, local_ms / SECOND_MS, &utc);
	free(data);
	if (ok)
		*ret = utc * SECOND_MS;
	return ok;
}
