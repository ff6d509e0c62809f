/* Meta's answer to a send, and our key as it comes back: the first byte stands for the HTTP status. */
#include "base/text.h"
#include "fuzz.h"
#include "wa/send.h"

static void check_key(const char *text)
{
	struct wa_key key;
	char again[WA_KEY_BYTES];
	if (!wa_key_parse(text, &key))
		return;
	wa_key_format(&key, again);
	HOLDS(strcmp(again, text) == 0);
	HOLDS(key.campaign_no > 0 && key.seq > 0 && key.attempt > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	static const int statuses[] = {200, 201, 302, 400, 401, 403, 404, 429, 500, 503};
	if (n_bytes == 0)
		return 0;
	char *body = fuzz_text(data + 1, n_bytes - 1);
	struct wa_answer answer;
	int status = statuses[data[0] % 10];
	memset(&answer, 'x', sizeof(answer));
	wa_answer_decode(status, body, n_bytes - 1, &answer);
	HOLDS(answer.verdict <= WA_GARBLED);
	HOLDS(memchr(answer.detail, '\0', sizeof(answer.detail)) != NULL);
	HOLDS(utf8_valid(answer.detail, strlen(answer.detail)));
	HOLDS(!text_has_control(answer.detail, strlen(answer.detail)));
	if (answer.verdict == WA_ACCEPTED || answer.verdict == WA_HELD) {
		HOLDS(status < 300);
		HOLDS(answer.wamid[0] != '\0' && memchr(answer.wamid, '\0', sizeof(answer.wamid)) != NULL);
	}
	if (answer.verdict == WA_REFUSED)
		HOLDS(answer.rule != NULL);
	/* A server error proves nothing about the message, unless nothing can be sent at all. */
	if (status >= 500 && answer.verdict == WA_REFUSED)
		HOLDS(answer.rule->action == WA_AMBIGUOUS || answer.rule->action == WA_HOLD_CAMPAIGN ||
		      answer.rule->action == WA_HOLD_SENDER);
	check_key(body);
	free(body);
	return 0;
}
