/* Meta's webhook bodies: entries hold changes, a change has a field and a value, a value has lists. Read leniently (Meta's own
 * samples contradict each other): numbers as text or number, what is missing as "". */
#include "wa/event.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "model/number.h"
#include "wa/event_account.h"

struct walk {
	wa_event_fn *each;
	void *arg;
	struct wa_event event; /* what all events of the present change share */
	int result;
};

static const char *text_or_empty(const cJSON *object, const char *key)
{
	const char *text = json_text(object, key);
	return text ? text : "";
}

/* An id as text, from text or a number. */
static const char *id_text(const cJSON *object, const char *key, char scratch[32])
{
	const char *text = json_text(object, key);
	int64_t number;
	if (text)
		return text;
	if (!json_int(object, key, &number))
		return "";
	snprintf(scratch, 32, "%lld", (long long)number);
	return scratch;
}

static msec_t seconds(const cJSON *object, const char *key)
{
	int64_t s;
	return json_int(object, key, &s) && s >= 0 && s < (int64_t)1 << 40 ? s * SECOND_MS : -1;
}

/* An event begun from what its change shares. */
static struct wa_event event_of(const struct walk *w, enum wa_event_kind kind)
{
	struct wa_event e = w->event;
	e.kind = kind;
	return e;
}

static int tell(struct walk *w, const struct wa_event *e)
{
	w->result = w->each(e, w->arg);
	return w->result;
}

static int tell_unknown(struct walk *w)
{
	struct wa_event e = event_of(w, WA_EVENT_UNKNOWN);
	return tell(w, &e);
}

static int walk_status(struct walk *w, const cJSON *status)
{
	static const struct {
		const char *word;
		enum state state;
	} words[] = {{"sent", STATE_SENT}, {"delivered", STATE_DELIVERED}, {"read", STATE_READ}, {"failed", STATE_FAILED}};
	struct wa_event e = event_of(w, WA_EVENT_STATUS);
	const char *word = text_or_empty(status, "status"), *key = json_text(status, "biz_opaque_callback_data");
	size_t i = 0, n = sizeof(words) / sizeof(words[0]);
	while (i < n && strcmp(words[i].word, word) != 0)
		i++;
	e.wamid = text_or_empty(status, "id");
	e.has_key = key && wa_key_parse(key, &e.key);
	if (i == n || (!*e.wamid && !e.has_key))
		return tell_unknown(w);
	e.state = words[i].state;
	e.time_ms = seconds(status, "timestamp");
	const cJSON *error = cJSON_GetArrayItem(json_get(status, "errors"), 0);
	int64_t code;
	if (e.state == STATE_FAILED && json_int(error, "code", &code) && code >= 0 && code <= INT32_MAX)
		e.code = (int)code;
	const char *details = json_text(json_get(error, "error_data"), "details");
	e.detail = details ? details : text_or_empty(error, "title");
	return tell(w, &e);
}

static void read_interactive(const cJSON *message, struct wa_event *e)
{
	const cJSON *interactive = json_get(message, "interactive");
	const cJSON *reply = json_get(interactive, "button_reply");
	if (!reply)
		reply = json_get(interactive, "list_reply");
	e->text = text_or_empty(reply, "title");
	e->payload = text_or_empty(reply, "id");
}

static int walk_message(struct walk *w, const cJSON *message)
{
	struct wa_event e = event_of(w, WA_EVENT_INBOUND);
	e.wamid = text_or_empty(message, "id");
	e.from = text_or_empty(message, "from");
	e.type = text_or_empty(message, "type");
	e.time_ms = seconds(message, "timestamp");
	e.context_id = text_or_empty(json_get(message, "context"), "id");
	if (!*e.wamid)
		return tell_unknown(w);
	if (strcmp(e.type, "text") == 0) {
		e.text = text_or_empty(json_get(message, "text"), "body");
	} else if (strcmp(e.type, "button") == 0) {
		e.text = text_or_empty(json_get(message, "button"), "text");
		e.payload = text_or_empty(json_get(message, "button"), "payload");
		e.has_key = wa_payload_parse(e.payload, &e.key, &e.payload);
	} else if (strcmp(e.type, "interactive") == 0) {
		read_interactive(message, &e);
	} else {
		e.text = text_or_empty(json_get(message, e.type), "caption");
	}
	return tell(w, &e);
}

static int walk_preference(struct walk *w, const cJSON *preference)
{
	struct wa_event e = event_of(w, WA_EVENT_PREFERENCE);
	const char *value = text_or_empty(preference, "value");
	e.from = text_or_empty(preference, "wa_id");
	e.text = text_or_empty(preference, "detail");
	e.time_ms = seconds(preference, "timestamp");
	e.stop = strcmp(value, "stop") == 0;
	if (!e.stop && strcmp(value, "resume") != 0)
		return tell_unknown(w);
	return tell(w, &e);
}

/* What should be a list and is none is told as one element that is not understood. */
static int walk_list(struct walk *w, const cJSON *list, int (*one)(struct walk *, const cJSON *))
{
	if (!cJSON_IsArray(list))
		return tell_unknown(w);
	for (const cJSON *item = list->child; item; item = item->next)
		if (one(w, item) < 0)
			return -1;
	return 0;
}

static int walk_messages(struct walk *w, const cJSON *value)
{
	const cJSON *statuses = json_get(value, "statuses"), *messages = json_get(value, "messages");
	w->event.phone_number_id = text_or_empty(json_get(value, "metadata"), "phone_number_id");
	if (!statuses && !messages)
		return tell_unknown(w);
	if (statuses && walk_list(w, statuses, walk_status) < 0)
		return -1;
	return messages ? walk_list(w, messages, walk_message) : 0;
}

static int walk_preferences(struct walk *w, const cJSON *value)
{
	w->event.phone_number_id = text_or_empty(json_get(value, "metadata"), "phone_number_id");
	return walk_list(w, json_get(value, "user_preferences"), walk_preference);
}

#define STATUS_BYTES 64

/* Meta writes `PAUSED` on one page and `paused` on another. "" when it is too long to be one of its words. */
static const char *upper(const char *word, char out[STATUS_BYTES])
{
	size_t n = strlen(word);
	if (n >= STATUS_BYTES)
		return "";
	for (size_t i = 0; i <= n; i++)
		out[i] = word[i] >= 'a' && word[i] <= 'z' ? (char)(word[i] - 'a' + 'A') : word[i];
	return out;
}

/* Meta shows a number as people write it. "" when it is too long to be one. */
static const char *digits_of(const char *shown, char out[NUMBER_BYTES])
{
	size_t n = 0;
	for (; *shown && n < NUMBER_BYTES; shown++)
		if (*shown >= '0' && *shown <= '9')
			out[n++] = *shown;
	if (n == NUMBER_BYTES)
		return "";
	out[n] = '\0';
	return out;
}

#define LANGUAGE_BYTES 32

/* Webhooks write `en-US` where the API has `en_US`. */
static const char *language_of(const cJSON *value, char out[LANGUAGE_BYTES])
{
	snprintf(out, LANGUAGE_BYTES, "%s", text_or_empty(value, "message_template_language"));
	char *hyphen = strchr(out, '-');
	if (hyphen)
		*hyphen = '_';
	return out;
}

/* Two shapes: what has happened (`previous_category`, `new_category`), and what is announced for tomorrow, in which
 * `new_category` is the present one and `correct_category` the coming one. */
static void read_category(const cJSON *value, struct wa_event *e)
{
	e->category = text_or_empty(value, "new_category");
	e->correct_category = text_or_empty(value, "correct_category");
	e->previous_category = text_or_empty(value, "previous_category");
}

static int walk_template(struct walk *w, const cJSON *value, enum wa_event_kind kind, const char *status_key)
{
	char scratch[32], status[STATUS_BYTES], language[LANGUAGE_BYTES];
	struct wa_event e = event_of(w, kind);
	e.template_id = id_text(value, "message_template_id", scratch);
	e.template_name = text_or_empty(value, "message_template_name");
	e.language = language_of(value, language);
	e.status = upper(text_or_empty(value, status_key), status);
	const char *why = json_text(json_get(value, "rejection_info"), "reason");
	e.reason = why ? why : text_or_empty(value, "reason");
	if (kind == WA_EVENT_TEMPLATE_CATEGORY)
		read_category(value, &e);
	/* An id is a number here, and a large one is no longer exact; Meta's name of the template tells as much. */
	if ((!*e.template_id && !*e.template_name) || (*status_key && !*e.status))
		return tell_unknown(w);
	return tell(w, &e);
}

/* Whatever it says, the number's record says more of it. */
static int walk_number(struct walk *w, const cJSON *value)
{
	char word[STATUS_BYTES], digits[NUMBER_BYTES];
	struct wa_event e = event_of(w, WA_EVENT_NUMBER), flag = event_of(w, WA_EVENT_FLAG);
	const char *event = upper(text_or_empty(value, "event"), word);
	flag.stop = strcmp(event, "FLAGGED") == 0;
	flag.code_digits = digits_of(text_or_empty(value, "display_phone_number"), digits);
	if (*flag.code_digits && (flag.stop || strcmp(event, "UNFLAGGED") == 0) && tell(w, &flag) < 0)
		return -1;
	return tell(w, &e);
}

static int walk_account(struct walk *w, const cJSON *value)
{
	struct wa_event e = event_of(w, WA_EVENT_ACCOUNT), warning = event_of(w, WA_EVENT_WARNING);
	bool acts = event_account_read(value, &e), warns = event_account_warning(value, &warning);
	if (acts && tell(w, &e) < 0)
		return -1;
	if (warns)
		return tell(w, &warning);
	return acts ? 0 : tell_unknown(w);
}

static int walk_change(struct walk *w, const cJSON *change)
{
	const cJSON *value = json_get(change, "value");
	w->event.what = text_or_empty(change, "field");
	w->event.phone_number_id = "";
	if (strcmp(w->event.what, "messages") == 0)
		return walk_messages(w, value);
	if (strcmp(w->event.what, "message_template_status_update") == 0)
		return walk_template(w, value, WA_EVENT_TEMPLATE, "event");
	if (strcmp(w->event.what, "message_template_quality_update") == 0)
		return walk_template(w, value, WA_EVENT_TEMPLATE_QUALITY, "new_quality_score");
	if (strcmp(w->event.what, "template_category_update") == 0)
		return walk_template(w, value, WA_EVENT_TEMPLATE_CATEGORY, "new_category");
	if (strcmp(w->event.what, "message_template_components_update") == 0)
		return walk_template(w, value, WA_EVENT_TEMPLATE_COMPONENTS, "");
	if (strcmp(w->event.what, "user_preferences") == 0)
		return walk_preferences(w, value);
	if (strcmp(w->event.what, "phone_number_quality_update") == 0)
		return walk_number(w, value);
	if (strcmp(w->event.what, "business_capability_update") == 0) {
		struct wa_event e = event_of(w, WA_EVENT_NUMBER);
		return tell(w, &e);
	}
	if (strcmp(w->event.what, "account_update") == 0)
		return walk_account(w, value);
	return tell_unknown(w);
}

static int walk_entry(struct walk *w, const cJSON *entry)
{
	char scratch[32];
	w->event.what = w->event.phone_number_id = "";
	w->event.waba_id = id_text(entry, "id", scratch);
	w->event.time_ms = seconds(entry, "time");
	int result = walk_list(w, json_get(entry, "changes"), walk_change);
	w->event.waba_id = "";
	return result;
}

int wa_event_each(const char *body, size_t n_bytes, wa_event_fn *each, void *arg, struct err *err)
{
	json_auto cJSON *tree = NULL;
	if (json_parse(body, n_bytes, &tree, err) < 0)
		return -1;
	const cJSON *entries = json_get(tree, "entry");
	if (!cJSON_IsArray(entries))
		return err_set(err, "a webhook without a list of entries");
	static const struct wa_event blank = {
		.waba_id = "",
		.phone_number_id = "",
		.what = "",
		.time_ms = -1,
		.wamid = "",
		.detail = "",
		.from = "",
		.type = "",
		.code_digits = "",
		.until_ms = -1,
		.text = "",
		.payload = "",
		.context_id = "",
		.template_id = "",
		.template_name = "",
		.language = "",
		.category = "",
		.correct_category = "",
		.previous_category = "",
		.status = "",
		.reason = "",
	};
	struct walk w = {.each = each, .arg = arg, .event = blank};
	if (walk_list(&w, entries, walk_entry) < 0)
		return err_set(err, "an event could not be handled");
	return 0;
}
