#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "wa/manage.h"
#include "wa/plain.h"
#include "wa/send.h"

void plain_copy(char *out, size_t out_bytes, const char *text)
{
	size_t n = strlen(text), used = 0;
	for (size_t pos = 0; pos < n;) {
		size_t from = pos;
		uint32_t c = utf8_next(text, n, &pos);
		bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029;
		size_t width = control ? 1 : pos - from;
		if (used + width + 1 > out_bytes)
			break;
		if (control)
			out[used] = ' ';
		else
			memcpy(out + used, text + from, width);
		used += width;
	}
	out[used] = '\0';
}

static const char *first_text(const char *a, const char *b, const char *c)
{
	const char *text = a && *a ? a : b && *b ? b : c;
	return text ? text : "";
}

bool wa_graph_error_decode(const char *body, size_t n_bytes, struct wa_graph_error *ret)
{
	json_auto cJSON *tree = NULL;
	int64_t code, subcode = 0;
	if (json_parse(body, n_bytes, &tree, NULL) < 0)
		return false;
	const cJSON *error = json_get(tree, "error");
	if (!json_int(error, "code", &code) || code < 0 || code > INT32_MAX)
		return false;
	if (!json_int(error, "error_subcode", &subcode) || subcode < 0 || subcode > INT32_MAX)
		subcode = 0;
	ret->code = (int)code;
	ret->subcode = (int)subcode;
	plain_copy(ret->message, sizeof(ret->message),
	           first_text(json_text(error, "error_user_msg"), json_text(json_get(error, "error_data"), "details"),
	                      json_text(error, "message")));
	return true;
}

static void refused(int http_status, const struct wa_graph_error *error, struct wa_answer *ret)
{
	ret->verdict = WA_REFUSED;
	ret->code = error->code;
	ret->rule = wa_error_rule_with(error->code, error->subcode, http_status);
	memcpy(ret->detail, error->message, sizeof(ret->detail));
}

static bool accepted(const char *body, size_t n_bytes, struct wa_answer *ret)
{
	json_auto cJSON *tree = NULL;
	if (json_parse(body, n_bytes, &tree, NULL) < 0)
		return false;
	const cJSON *message = cJSON_GetArrayItem(json_get(tree, "messages"), 0);
	const char *wamid = json_text(message, "id"), *status = json_text(message, "message_status");
	if (!wamid || !*wamid || strlen(wamid) >= sizeof(ret->wamid) || text_has_control(wamid, strlen(wamid)))
		return false;
	strcpy(ret->wamid, wamid);
	bool held = status && (text_equal_nocase(status, "held_for_quality_assessment") || text_equal_nocase(status, "paused"));
	ret->verdict = held ? WA_HELD : WA_ACCEPTED;
	return true;
}

/* A server's own failure proves nothing, whatever its body says, unless the code is one that WhatsApp gives for requests it
 * did not process (the table's other actions with Meta's own 5xx statuses: 3, 131045, 133016, 134102 and the like). */
void wa_answer_decode(int http_status, const char *body, size_t n_bytes, struct wa_answer *ret)
{
	struct wa_graph_error error;
	*ret = (struct wa_answer){.verdict = WA_GARBLED};
	if (http_status >= 200 && http_status < 300) {
		if (!accepted(body, n_bytes, ret))
			ret->verdict = WA_GARBLED;
		return;
	}
	if (wa_graph_error_decode(body, n_bytes, &error)) {
		refused(http_status, &error, ret);
		return;
	}
	if (http_status >= 400 && http_status < 500) {
		/* Something in between refused it: a proxy, a gateway. No code of Meta's, so nothing is known of its fate. */
		ret->verdict = WA_REFUSED;
		ret->rule = wa_error_rule(2, http_status);
		strcpy(ret->detail, "an answer without Meta's error form");
		return;
	}
}
