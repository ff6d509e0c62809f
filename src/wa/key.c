#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "wa/send.h"

void wa_key_format(const struct wa_key *key, char out[WA_KEY_BYTES])
{
	snprintf(out, WA_KEY_BYTES, "cr1.%.8s.%" PRId64 ".%" PRId64 ".%d", key->instance, key->campaign_no, key->seq,
	         key->attempt);
}

/* A positive number up to the next dot or the end; *text moves behind it. */
static bool read_number(const char **text, int64_t *ret)
{
	size_t n = strspn(*text, "0123456789");
	if (n == 0 || (*text)[0] == '0' || !text_to_int(*text, n, ret))
		return false;
	*text += n;
	if (**text == '.')
		++*text;
	return true;
}

bool wa_key_parse(const char *text, struct wa_key *ret)
{
	struct wa_key key;
	int64_t attempt;
	char again[WA_KEY_BYTES];
	if (strncmp(text, "cr1.", 4) != 0 || strspn(text + 4, "0123456789abcdef") != 8 || text[12] != '.')
		return false;
	memcpy(key.instance, text + 4, 8);
	key.instance[8] = '\0';
	const char *p = text + 13;
	if (!read_number(&p, &key.campaign_no) || !read_number(&p, &key.seq) || !read_number(&p, &attempt) || attempt > INT32_MAX)
		return false;
	key.attempt = (int)attempt;
	wa_key_format(&key, again);
	if (strcmp(again, text) != 0)
		return false;
	*ret = key;
	return true;
}
