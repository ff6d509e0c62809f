#include "sim/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/fate.h"
#include "sim/free.h"
#include "sim/numbers.h"

#define MIN_DIGITS 5
#define MAX_DIGITS 15
#define MAX_NATIONAL_DIGITS 10
#define MAX_USER_ID_CHARS 128

int sim_message_refuse(struct sim_refusal *refusal, int32_t code, const char *fmt, ...)
{
	va_list args;
	refusal->code = code;
	va_start(args, fmt);
	vsnprintf(refusal->details, sizeof(refusal->details), fmt, args);
	va_end(args);
	return 1;
}

/* Without '+' Meta puts the business's country code in front. Whether digits already begin with one cannot
 * be known; as many as a national number has are taken for one. */
bool sim_message_normalise(struct sim_text input, const char *country_code, char *ret)
{
	char digits[SIM_USER_BYTES];
	size_t n = 0;
	bool plus = false;
	for (size_t i = 0; i < input.n; i++) {
		char c = input.at[i];
		if (c == '+' && n == 0 && !plus)
			plus = true;
		else if (c >= '0' && c <= '9' && n <= MAX_DIGITS)
			digits[n++] = c;
		else if (!strchr(" -()", c) || c == '\0')
			return false;
	}
	digits[n] = '\0';
	bool national = !plus && n <= MAX_NATIONAL_DIGITS;
	int total = snprintf(ret, SIM_USER_BYTES, "%s%s", national ? country_code : "", digits);
	return n > 0 && total >= MIN_DIGITS && total <= MAX_DIGITS;
}

uint64_t sim_message_who(const char *user, bool is_user_id)
{
	if (is_user_id)
		return sim_world_hash(user, strlen(user)) | (uint64_t)1 << 63;
	return strtoull(user, NULL, 10);
}

/* Brazil's older mobile numbers have no 9 after the area code on WhatsApp; Mexico's have a 1 after the
 * country code. What was rewritten once stays as it is. */
bool sim_message_wa_id(struct sim_text input, const struct sim_numbering *numbering, char *ret)
{
	char to[SIM_USER_BYTES];
	if (!sim_message_normalise(input, numbering->country_code, to))
		return false;
	size_t n = strlen(to);
	const int area = n > 3 ? (to[2] - '0') * 10 + to[3] - '0' : 0;
	if (numbering->rewrite && n == 13 && strncmp(to, "55", 2) == 0 && to[4] == '9' && area >= 31)
		snprintf(ret, SIM_USER_BYTES, "%.4s%.8s", to, to + 5);
	else if (numbering->rewrite && n == 12 && strncmp(to, "52", 2) == 0)
		snprintf(ret, SIM_USER_BYTES, "521%.10s", to + 2);
	else
		memcpy(ret, to, n + 1);
	return true;
}

/* Two letters, a dot (and "ENT." for a parent's), then up to 128 letters and digits. */
static bool is_user_id(struct sim_text text)
{
	static const char digits[] = "0123456789", letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	if (text.n < 4 || text.n >= SIM_USER_BYTES || text.at[2] != '.')
		return false;
	size_t from = text.n > 7 && memcmp(text.at + 3, "ENT.", 4) == 0 ? 7 : 3;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.at[i];
		bool letter = c != '\0' && strchr(letters, c), digit = c != '\0' && strchr(digits, c);
		if (i < 2 ? !letter : i >= from && !letter && !digit)
			return false;
	}
	return text.n - from <= MAX_USER_ID_CHARS;
}

static int read_recipient(const struct sim_numbering *numbering, const struct sim_scan *scan, struct arena *arena,
                          struct sim_message *m, struct sim_refusal *refusal)
{
	struct sim_text to = sim_scan_text(scan, sim_scan_get(scan, 0, "to"), arena);
	struct sim_text user = sim_scan_text(scan, sim_scan_get(scan, 0, "recipient"), arena);
	if (!to.at && !user.at)
		return sim_message_refuse(refusal, 100, "The parameter to is required.");
	m->input = to.at ? to : user;
	m->is_user_id = !to.at;
	if (!m->is_user_id && !sim_message_wa_id(to, numbering, m->user))
		return sim_message_refuse(refusal, 131009, "The parameter to is not a valid phone number.");
	if (m->is_user_id && !is_user_id(user))
		return sim_message_refuse(refusal, 131009, "The parameter recipient is not a business-scoped user id.");
	if (m->is_user_id)
		memcpy(m->user, user.at, user.n);
	m->who = sim_message_who(m->user, m->is_user_id);
	return 0;
}

static uint64_t hash_text(struct sim_text text)
{
	return text.at ? sim_world_hash(text.at, text.n) : 0;
}

static struct sim_text source_of(const struct sim_scan *scan, int token)
{
	if (token < 0)
		return (struct sim_text){0};
	return (struct sim_text){.at = scan->text + scan->at[token].start, .n = scan->at[token].end - scan->at[token].start};
}

static int read_template(const struct sim_scan *scan, struct arena *arena, struct sim_message *m, struct sim_refusal *refusal)
{
	int object = sim_scan_get(scan, 0, "template");
	if (!sim_scan_is(scan, object, SIM_TOKEN_OBJECT))
		return sim_message_refuse(refusal, 131008, "Parameter 'template' is mandatory for type 'template'");
	m->name = sim_scan_text(scan, sim_scan_get(scan, object, "name"), arena);
	m->language = sim_scan_text(scan, sim_scan_get(scan, sim_scan_get(scan, object, "language"), "code"), arena);
	if (!m->name.at || m->name.n == 0)
		return sim_message_refuse(refusal, 131008, "Parameter 'name' is mandatory for 'template'");
	if (!m->language.at || m->language.n == 0)
		return sim_message_refuse(refusal, 131008, "Parameter 'language.code' is mandatory for 'template'");
	m->components = sim_scan_get(scan, object, "components");
	if (m->components != SIM_SCAN_NONE && !sim_scan_is(scan, m->components, SIM_TOKEN_ARRAY))
		return sim_message_refuse(refusal, 131009, "Parameter 'components' must be an array");
	m->content = sim_fate_mix(hash_text(m->name), hash_text(m->language), hash_text(source_of(scan, m->components)));
	return 0;
}

static int read_free(const struct sim_scan *scan, struct arena *arena, struct sim_message *m, struct sim_refusal *refusal)
{
	static const char *const types[] = {"text",    "image",    "video",    "audio",       "document",
	                                    "sticker", "location", "contacts", "interactive", "reaction"};
	const char *type = NULL;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (sim_text_is(m->type, types[i]))
			type = types[i];
	}
	if (!type)
		return sim_message_refuse(refusal, 100,
		                          "Param type must be one of {TEXT, TEMPLATE, IMAGE, VIDEO, AUDIO, DOCUMENT, "
		                          "STICKER, LOCATION, CONTACTS, INTERACTIVE, REACTION}");
	int object = sim_scan_get(scan, 0, type);
	if (!sim_scan_is(scan, object, SIM_TOKEN_OBJECT) && !sim_scan_is(scan, object, SIM_TOKEN_ARRAY))
		return sim_message_refuse(refusal, 131008, "Parameter '%s' is mandatory for type '%s'", type, type);
	m->content = hash_text(source_of(scan, object));
	return sim_free_check(scan, type, object, arena, refusal);
}

int sim_message_read(const struct sim_numbering *numbering, struct sim_scan *scan, const char *text, size_t n_bytes,
                     struct arena *arena, struct sim_message *ret, struct sim_refusal *refusal)
{
	*ret = (struct sim_message){.components = SIM_SCAN_NONE, .type = {.at = "text", .n = 4}};
	if (sim_scan(scan, text, n_bytes) || !sim_scan_is(scan, 0, SIM_TOKEN_OBJECT))
		return sim_message_refuse(refusal, 100, "The request body is not a valid JSON object.");
	if (!sim_text_is(sim_scan_text(scan, sim_scan_get(scan, 0, "messaging_product"), arena), "whatsapp"))
		return sim_message_refuse(refusal, 100, "The parameter messaging_product is required.");
	int recipient_type = sim_scan_get(scan, 0, "recipient_type");
	if (recipient_type != SIM_SCAN_NONE && !sim_text_is(sim_scan_text(scan, recipient_type, arena), "individual"))
		return sim_message_refuse(refusal, 100, "Param recipient_type must be one of {INDIVIDUAL}");
	if (read_recipient(numbering, scan, arena, ret, refusal))
		return 1;
	int opaque = sim_scan_get(scan, 0, "biz_opaque_callback_data");
	if (opaque != SIM_SCAN_NONE) {
		ret->opaque = sim_scan_text(scan, opaque, arena);
		if (!sim_scan_is(scan, opaque, SIM_TOKEN_TEXT) ||
		    utf8_length(ret->opaque.at, ret->opaque.n) > SIM_OPAQUE_MAX_CHARS)
			return sim_message_refuse(refusal, 100,
			                          "Param biz_opaque_callback_data must be a string of at most %d characters.",
			                          SIM_OPAQUE_MAX_CHARS);
	}
	int type = sim_scan_get(scan, 0, "type");
	if (type != SIM_SCAN_NONE)
		ret->type = sim_scan_text(scan, type, arena);
	ret->is_template = sim_text_is(ret->type, "template");
	return ret->is_template ? read_template(scan, arena, ret, refusal) : read_free(scan, arena, ret, refusal);
}
