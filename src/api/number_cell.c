#include "api/number_cell.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define MAX_TEXT 64 /* of a number once its signs are ASCII; longer than any that is accepted */

static const char lost_digits[] =
	"the spreadsheet has cut the number to scientific notation, and digits are lost: format the column "
	"as text, or as a number without decimals, and export it again";
static const char two_readings[] =
	"the number ends with a point and zeros, and is a valid number with them and without: write it "
	"without the point";

/* ---- signs ---- */

/* What a sign counts as: itself, a blank, a dash, or nothing (0). */
static uint32_t plain(uint32_t c)
{
	if (c >= 0x2010 && c <= 0x2015)
		return '-';
	switch (c) {
	case 0x2212: /* minus */
		return '-';
	case 0x2019: /* the apostrophe that word processors make */
		return '\'';
	case 0xad:   /* soft hyphen */
	case 0x200b: /* without a width */
	case 0x200c:
	case 0x200d:
	case 0x200e: /* marks of direction, which address books put around numbers */
	case 0x200f:
	case 0x202a:
	case 0x202b:
	case 0x202c:
	case 0x202d:
	case 0x202e:
	case 0x2060:
	case 0x2066:
	case 0x2067:
	case 0x2068:
	case 0x2069:
	case 0xfeff:
		return 0;
	default:
		return text_is_space(c) && c != '\n' && c != '\r' ? ' ' : c;
	}
}

/* `text` in plain signs, without blanks around; false when it is too long or holds others. */
static bool read_plain(const char *text, char ret[MAX_TEXT + 1])
{
	size_t n_bytes = strlen(text), at = 0, n = 0;
	while (at < n_bytes) {
		uint32_t c = plain(utf8_next(text, n_bytes, &at));
		if (c == 0 || (c == ' ' && n == 0))
			continue;
		if (c >= 0x80 || n == MAX_TEXT)
			return false;
		ret[n++] = (char)c;
	}
	while (n > 0 && ret[n - 1] == ' ')
		n--;
	ret[n] = '\0';
	return true;
}

/* ="…" and '…, which keep a spreadsheet from making a figure of it. */
static char *unwrap(char *text)
{
	size_t n = strlen(text);
	if (n >= 3 && text[0] == '=' && text[1] == '"' && text[n - 1] == '"') {
		text[n - 1] = '\0';
		text += 2;
	}
	return *text == '\'' ? text + 1 : text;
}

/* ---- figures ---- */

static size_t count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

/* 4.41234567890E+11: 1 with the digits in place, 0 when it is none, -1 when digits are lost. */
static int read_scientific(char *text)
{
	char *from = text + (*text == '+');
	size_t whole = count_digits(from), part = 0;
	char *at = from + whole;
	if (whole > 0 && (*at == '.' || *at == ',')) {
		part = count_digits(at + 1);
		at += 1 + part;
	}
	if (whole == 0 || (*at != 'E' && *at != 'e'))
		return 0;
	at++;
	at += *at == '+';
	size_t n = count_digits(at);
	if (n == 0 || n > 2 || at[n] != '\0')
		return 0;
	size_t exponent = (size_t)(at[0] - '0') * (n == 2 ? 10 : 1) + (n == 2 ? (size_t)(at[1] - '0') : 0);
	/* As many digits behind the point as it moves: nothing was rounded. */
	if (part != exponent)
		return -1;
	if (part > 0) {
		memmove(from + whole, from + whole + 1, part);
		from[whole + part] = '\0';
	} else {
		from[whole] = '\0';
	}
	return 1;
}

static bool is_valid(const char *text, const char *region)
{
	char digits[NUMBER_BYTES];
	return number_parse_region(text, strlen(text), region, digits) == NUMBER_OK;
}

/* 447911123456.0: the zeros go. False when it could be read both ways. */
static bool drop_decimals(char *text, const char *region)
{
	char *point = text + (*text == '+') + count_digits(text + (*text == '+'));
	size_t zeros = (*point == '.' || *point == ',') ? strspn(point + 1, "0") : 0;
	if (zeros == 0 || point[1 + zeros] != '\0')
		return true;
	char joined[MAX_TEXT + 1];
	snprintf(joined, sizeof(joined), "%.*s%s", (int)(point - text), text, point + 1);
	*point = '\0';
	/* Nobody sets a single digit apart, but figures of a spreadsheet end like this. */
	return zeros == 1 || !is_valid(joined, region) || !is_valid(text, region);
}

/* ---- the number ---- */

/* Without a region only the international form counts, which 00 begins as well as a plus sign does. */
static const char *without_zeros(const char *text)
{
	const char *at = text + strspn(text, " (");
	return strncmp(at, "00", 2) == 0 ? at + 2 : text;
}

const char *number_cell(const char *text, const char *region, char ret[NUMBER_BYTES])
{
	static const char others[] =
		"the number holds something other than digits, blanks, dashes, dots, slashes, brackets and one plus "
		"sign before them";
	char room[MAX_TEXT + 1];
	if (!read_plain(text, room))
		return others;
	char *plain_text = unwrap(room);
	if (read_scientific(plain_text) < 0)
		return lost_digits;
	if (!drop_decimals(plain_text, region))
		return two_readings;
	const char *number = region ? plain_text : without_zeros(plain_text);
	switch (number_parse_region(number, strlen(number), region, ret)) {
	case NUMBER_OK:
		return NULL;
	case NUMBER_NOT_DIGITS:
		return others;
	case NUMBER_INVALID:
		break;
	}
	return region ? "the number is not a valid phone number of that region; one of another country must begin with a plus "
	                "sign"
	              : "the number is not a valid international phone number: it must have its country code";
}
