#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#include "base/clock_civil.h"

msec_t clock_now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (msec_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

usec_t clock_mono_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (usec_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar, counting in eras of 400 years that begin in March,
 * so that the leap day is the last of its year. */
int64_t civil_days(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t day_of_era = days - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;
	*ret_day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (int)(month < 10 ? month + 3 : month - 9);
	*ret_year = year_of_era + era * 400 + (*ret_month <= 2);
}

int civil_month_days(int64_t year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

struct split {
	int64_t year;
	int month, day, hour, minute, second, msec;
};

static struct split split_time(msec_t t)
{
	bool before = t % DAY_MS < 0;
	int64_t days = t / DAY_MS - before;
	int64_t rest = t % DAY_MS + (before ? DAY_MS : 0);
	struct split s = {.hour = (int)(rest / HOUR_MS),
	                  .minute = (int)(rest / MINUTE_MS % 60),
	                  .second = (int)(rest / SECOND_MS % 60),
	                  .msec = (int)(rest % 1000)};
	civil_from_days(days, &s.year, &s.month, &s.day);
	if (s.year < 0 || s.year > 9999)
		return (struct split){.year = s.year < 0 ? 0 : 9999, .month = 1, .day = 1};
	return s;
}

void clock_format(msec_t t, char out[CLOCK_TEXT_BYTES])
{
	struct split s = split_time(t);
	char text[80];
	snprintf(text, sizeof(text), "%04d-%02d-%02d %02d:%02d:%02d", (int)s.year, s.month, s.day, s.hour, s.minute, s.second);
	snprintf(out, CLOCK_TEXT_BYTES, "%.19s", text);
}

void clock_format_rfc3339(msec_t t, char out[CLOCK_RFC3339_BYTES])
{
	struct split s = split_time(t);
	char text[96];
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)s.year, s.month, s.day, s.hour, s.minute,
	         s.second, s.msec);
	snprintf(out, CLOCK_RFC3339_BYTES, "%.24s", text);
}

/* `n` decimal digits at `text`. */
static bool digits(const char *text, int n, int *ret)
{
	int value = 0;
	for (int i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (text[i] - '0');
	}
	*ret = value;
	return true;
}

/* "yyyy-mm-dd?hh:mm:ss" where ? is one of `between`. */
static bool parse_civil(const char *text, const char *between, msec_t *ret)
{
	int year, month, day, hour, minute, second;
	if (!digits(text, 4, &year) || text[4] != '-' || !digits(text + 5, 2, &month) || text[7] != '-' ||
	    !digits(text + 8, 2, &day))
		return false;
	bool parted = false;
	for (const char *b = between; *b; b++)
		parted = parted || text[10] == *b;
	if (!parted || !digits(text + 11, 2, &hour) || text[13] != ':' || !digits(text + 14, 2, &minute) || text[16] != ':' ||
	    !digits(text + 17, 2, &second))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > civil_month_days(year, month) || hour > 23 || minute > 59 || second > 59)
		return false;
	*ret = civil_days(year, month, day) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
	return true;
}

bool clock_parse(const char *text, size_t n_bytes, msec_t *ret)
{
	return n_bytes == 19 && parse_civil(text, " ", ret);
}

/* ".123456" at text[*pos], to milliseconds. */
static bool parse_fraction(const char *text, size_t n_bytes, size_t *pos, int *ret_ms)
{
	int ms = 0, n = 0;
	for (++*pos; *pos < n_bytes && text[*pos] >= '0' && text[*pos] <= '9'; ++*pos, n++)
		if (n < 3)
			ms = ms * 10 + (text[*pos] - '0');
	for (int i = n; i < 3; i++)
		ms *= 10;
	*ret_ms = ms;
	return n > 0;
}

static bool parse_offset(const char *text, size_t n_bytes, msec_t *ret)
{
	if (n_bytes == 1 && (text[0] == 'Z' || text[0] == 'z')) {
		*ret = 0;
		return true;
	}
	int hours, minutes;
	if (n_bytes != 6 || (text[0] != '+' && text[0] != '-') || !digits(text + 1, 2, &hours) || text[3] != ':' ||
	    !digits(text + 4, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	msec_t span = hours * HOUR_MS + minutes * MINUTE_MS;
	*ret = text[0] == '-' ? -span : span;
	return true;
}

bool clock_parse_rfc3339(const char *text, size_t n_bytes, msec_t *ret)
{
	msec_t t, offset;
	int ms = 0;
	size_t pos = 19;
	if (n_bytes < 20 || !parse_civil(text, "Tt ", &t))
		return false;
	if (text[pos] == '.' && !parse_fraction(text, n_bytes, &pos, &ms))
		return false;
	if (!parse_offset(text + pos, n_bytes - pos, &offset))
		return false;
	*ret = t + ms - offset;
	return true;
}
