#include "model/optout.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "model/letters.h"

#define LONGEST 64

/* Lower case of the scripts that the words are written in and that have cases: Latin-1 and Cyrillic beside ASCII. */
static uint32_t lower(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c + 32;
	if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x410 && c <= 0x42F))
		return c + 32;
	return c;
}

static size_t put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	out[0] = (char)(0xE0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3F));
	out[2] = (char)(0x80 | (c & 0x3F));
	return 3;
}

/* The message in lower case without what surrounds its letters; -1 when that is too long to be one of the words. */
static int normalise(const char *text, char out[LONGEST])
{
	size_t n = strlen(text), used = 0, begin = n, end = 0;
	for (size_t pos = 0; pos < n;) {
		size_t from = pos;
		if (!letter_or_digit(utf8_next(text, n, &pos)))
			continue;
		if (begin == n)
			begin = from;
		end = pos;
	}
	for (size_t pos = begin; pos < end;) {
		uint32_t c = lower(utf8_next(text, n, &pos));
		if (c > 0xFFFF || used + 4 >= LONGEST)
			return -1;
		used += put(out + used, c);
	}
	out[used] = '\0';
	return 0;
}

enum optout_word optout_word(const char *text)
{
	char word[LONGEST];
	if (normalise(text, word) < 0)
		return OPTOUT_NONE;
#define X(known, meaning)             \
	if (strcmp(word, known) == 0) \
		return OPTOUT_##meaning;
#include "model/optout_words.def"
#undef X
	return OPTOUT_NONE;
}
