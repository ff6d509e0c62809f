#include "base/text.h"

#include <string.h>

/* Length of the sequence that `lead` begins, 0 when it begins none; *ret_min the smallest code point of that length. */
static size_t utf8_lead(unsigned char lead, uint32_t *ret_bits, uint32_t *ret_min)
{
	if (lead < 0x80) {
		*ret_bits = lead;
		*ret_min = 0;
		return 1;
	}
	if (lead >= 0xC2 && lead < 0xE0) {
		*ret_bits = lead & 0x1Fu;
		*ret_min = 0x80;
		return 2;
	}
	if (lead >= 0xE0 && lead < 0xF0) {
		*ret_bits = lead & 0x0Fu;
		*ret_min = 0x800;
		return 3;
	}
	if (lead >= 0xF0 && lead < 0xF5) {
		*ret_bits = lead & 0x07u;
		*ret_min = 0x10000;
		return 4;
	}
	return 0;
}

/* One code point at text[*pos]; false when it is not valid there. */
static bool utf8_read(const char *text, size_t n_bytes, size_t *pos, uint32_t *ret)
{
	uint32_t c, min;
	size_t n = utf8_lead((unsigned char)text[*pos], &c, &min);
	if (n == 0 || n > n_bytes - *pos)
		return false;
	for (size_t i = 1; i < n; i++) {
		unsigned char next = (unsigned char)text[*pos + i];
		if ((next & 0xC0) != 0x80)
			return false;
		c = c << 6 | (next & 0x3Fu);
	}
	if (c < min || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return false;
	*pos += n;
	*ret = c;
	return true;
}

bool utf8_valid(const char *text, size_t n_bytes)
{
	size_t pos = 0;
	uint32_t c;
	while (pos < n_bytes)
		if (!utf8_read(text, n_bytes, &pos, &c))
			return false;
	return true;
}

uint32_t utf8_next(const char *text, size_t n_bytes, size_t *pos)
{
	uint32_t c = 0xFFFD;
	if (!utf8_read(text, n_bytes, pos, &c))
		(*pos)++;
	return c;
}

size_t utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

size_t utf8_length(const char *text, size_t n_bytes)
{
	size_t n = 0;
	for (size_t i = 0; i < n_bytes; i++)
		n += ((unsigned char)text[i] & 0xC0) != 0x80;
	return n;
}

size_t utf8_prefix_bytes(const char *text, size_t n_bytes, size_t n_chars)
{
	size_t pos = 0;
	while (n_chars-- > 0 && pos < n_bytes)
		utf8_next(text, n_bytes, &pos);
	return pos;
}

bool text_has_control(const char *text, size_t n_bytes)
{
	for (size_t pos = 0; pos < n_bytes;) {
		uint32_t c = utf8_next(text, n_bytes, &pos);
		if (c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029)
			return true;
	}
	return false;
}

bool text_is_space(uint32_t c)
{
	return (c >= 9 && c <= 13) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
	       c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool text_is_blank(const char *text, size_t n_bytes)
{
	for (size_t pos = 0; pos < n_bytes;)
		if (!text_is_space(utf8_next(text, n_bytes, &pos)))
			return false;
	return true;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool text_equal_nocase(const char *a, const char *b)
{
	for (; *a && lower(*a) == lower(*b); a++, b++)
		;
	return lower(*a) == lower(*b);
}

bool text_to_int(const char *text, size_t n_bytes, int64_t *ret)
{
	bool negative = n_bytes > 0 && text[0] == '-';
	size_t i = negative ? 1 : 0;
	if (i == n_bytes)
		return false;
	int64_t value = 0;
	for (; i < n_bytes; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		int digit = text[i] - '0';
		if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, negative ? -digit : digit, &value))
			return false;
	}
	*ret = value;
	return true;
}

#define NEAREST_MAX 64

/* Levenshtein over at most NEAREST_MAX bytes of each. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t n_a = strnlen(a, NEAREST_MAX), n_b = strnlen(b, NEAREST_MAX);
	size_t row[NEAREST_MAX + 1];
	for (size_t j = 0; j <= n_b; j++)
		row[j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= n_b; j++) {
			size_t change = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));
			diagonal = row[j];
			size_t best = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			row[j] = change < best ? change : best;
		}
	}
	return row[n_b];
}

const char *text_nearest(const char *word, const char *const *candidates, size_t n)
{
	const char *best = NULL;
	size_t best_distance = SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		size_t d = edit_distance(word, candidates[i]);
		if (d < best_distance) {
			best_distance = d;
			best = candidates[i];
		}
	}
	return best;
}

bool text_equal_secret(const void *a, const void *b, size_t n_bytes)
{
	const volatile unsigned char *x = a, *y = b;
	unsigned char differ = 0;
	for (size_t i = 0; i < n_bytes; i++)
		differ |= (unsigned char)(x[i] ^ y[i]);
	return differ == 0;
}
