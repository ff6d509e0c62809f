/* What a client gives to name something: page tokens, ids, Idempotency-Keys. None that we did not make opens anything. */
#include "api/idempotency.h"
#include "fuzz.h"
#include "model/pubid.h"
#include "store/page.h"

static const struct pubid_key key = {.byte = {1, 2, 3}};

static void check_token(const char *text)
{
	struct page page = {0};
	char again[PAGE_TOKEN_BYTES];
	if (!page_token_parse(&key, 42, text, &page))
		return;
	bool backwards = page.after != 0;
	page_token_format(&key, 42, backwards, backwards ? page.after : page.before, backwards ? page.after_sub : page.before_sub,
	                  page.number, again);
	HOLDS(strcmp(again, text) == 0);
	HOLDS(!page_token_parse(&key, 43, text, &page));
}

static void check_id(const char *text, size_t n_bytes)
{
	struct uuid uuid;
	char again[UUID_TEXT_BYTES];
	int64_t a = 0, b = 0;
	if (!uuid_parse(text, n_bytes, &uuid))
		return;
	HOLDS(n_bytes == UUID_TEXT_BYTES - 1);
	uuid_format(&uuid, again);
	HOLDS(strcasecmp(again, text) == 0);
	for (int kind = PUBID_ACCOUNT; kind <= PUBID_PAGE; kind++) {
		if (!pubid_open(&key, (enum pubid_kind)kind, &uuid, &a, &b))
			continue;
		struct uuid made = pubid_make(&key, (enum pubid_kind)kind, a, b);
		HOLDS(uuid_equal(&made, &uuid));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	char *text = fuzz_text(data, n_bytes);
	check_token(text);
	check_id(text, n_bytes);
	if (idempotency_key_valid(text))
		HOLDS(strlen(text) > 0 && strlen(text) <= 255);
	/* Tokens of ours always open again. */
	if (n_bytes >= 17) {
		struct page page = {0};
		char token[PAGE_TOKEN_BYTES];
		int64_t no = 0, number = 0;
		memcpy(&no, data + 1, 8);
		memcpy(&number, data + 9, 8);
		no = no < 0 ? -(no + 1) : no;
		number = number < 0 ? -(number + 1) : number;
		page_token_format(&key, 42, data[0] & 1, no, -no, number, token);
		HOLDS(page_token_parse(&key, 42, token, &page));
		HOLDS(page.number == number && (data[0] & 1 ? page.after : page.before) == no);
		HOLDS((data[0] & 1 ? page.after_sub : page.before_sub) == -no);
	}
	free(text);
	return 0;
}
