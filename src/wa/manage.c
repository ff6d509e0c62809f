#include "wa/manage.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "wa/plain.h"

static void copy_member(const cJSON *object, const char *key, char *out, size_t out_bytes)
{
	const char *text = json_text(object, key);
	int64_t number;
	if (text)
		plain_copy(out, out_bytes, text);
	else if (json_int(object, key, &number))
		snprintf(out, out_bytes, "%lld", (long long)number);
	else
		out[0] = '\0';
}

/* An id goes into paths of later calls. */
static bool id_ok(const char *id)
{
	return *id && strspn(id, "0123456789") == strlen(id);
}

int wa_template_record_decode(const cJSON *object, struct wa_template_record *ret, struct err *err)
{
	struct wa_template_record r = {0};
	copy_member(object, "id", r.id, sizeof(r.id));
	copy_member(object, "status", r.status, sizeof(r.status));
	copy_member(object, "category", r.category, sizeof(r.category));
	copy_member(object, "rejected_reason", r.reason, sizeof(r.reason));
	copy_member(object, "correct_category", r.correct_category, sizeof(r.correct_category));
	copy_member(object, "previous_category", r.previous_category, sizeof(r.previous_category));
	copy_member(json_get(object, "quality_score"), "score", r.quality, sizeof(r.quality));
	if (!id_ok(r.id) || !r.status[0])
		return err_set(err, "a template without id or status");
	*ret = r;
	return 0;
}

static int parsed_record(const char *body, size_t n_bytes, struct wa_template_record *ret, struct err *err)
{
	json_auto cJSON *tree = NULL;
	if (json_parse(body, n_bytes, &tree, err) < 0)
		return -1;
	return wa_template_record_decode(tree, ret, err);
}

int wa_template_created_decode(const char *body, size_t n_bytes, struct wa_template_record *ret, struct err *err)
{
	return parsed_record(body, n_bytes, ret, err);
}

int wa_template_decode(const char *body, size_t n_bytes, struct wa_template_record *ret, struct err *err)
{
	return parsed_record(body, n_bytes, ret, err);
}

int wa_template_find(const char *body, size_t n_bytes, const char *name, const char *language, struct wa_template_record *ret,
                     struct err *err)
{
	json_auto cJSON *tree = NULL;
	if (json_parse(body, n_bytes, &tree, err) < 0)
		return -1;
	const cJSON *data = json_get(tree, "data");
	if (!cJSON_IsArray(data))
		return err_set(err, "a list of templates without data");
	for (const cJSON *item = data->child; item; item = item->next) {
		const char *n = json_text(item, "name"), *l = json_text(item, "language");
		if (n && l && strcmp(n, name) == 0 && text_equal_nocase(l, language))
			return wa_template_record_decode(item, ret, err);
	}
	return 1;
}

static void only_digits(char *text)
{
	char *out = text;
	for (const char *p = text; *p; p++)
		if (*p >= '0' && *p <= '9')
			*out++ = *p;
	*out = '\0';
}

/* Who may send is told of every party to it, the business portfolio among them. */
static void read_portfolio(const cJSON *health, char *out, size_t out_bytes)
{
	const cJSON *entities = json_get(health, "entities");
	for (const cJSON *e = entities ? entities->child : NULL; e; e = e->next) {
		const char *type = json_text(e, "entity_type");
		if (type && strcmp(type, "BUSINESS") == 0)
			copy_member(e, "id", out, out_bytes);
	}
}

int wa_number_decode(const char *body, size_t n_bytes, struct wa_number_record *ret, struct err *err)
{
	json_auto cJSON *tree = NULL;
	if (json_parse(body, n_bytes, &tree, err) < 0)
		return -1;
	if (!json_get(tree, "id"))
		return err_set(err, "a phone-number record without an id");
	*ret = (struct wa_number_record){0};
	copy_member(tree, "display_phone_number", ret->display_number, sizeof(ret->display_number));
	only_digits(ret->display_number);
	copy_member(tree, "verified_name", ret->verified_name, sizeof(ret->verified_name));
	copy_member(tree, "quality_rating", ret->quality, sizeof(ret->quality));
	copy_member(tree, "whatsapp_business_manager_messaging_limit", ret->tier, sizeof(ret->tier));
	copy_member(tree, "status", ret->status, sizeof(ret->status));
	const char *health = json_text(json_get(tree, "health_status"), "can_send_message");
	ret->can_send = health && strcmp(health, "AVAILABLE") == 0;
	if (!ret->quality[0] || strcmp(ret->quality, "NA") == 0)
		strcpy(ret->quality, "UNKNOWN");
	read_portfolio(json_get(tree, "health_status"), ret->portfolio_id, sizeof(ret->portfolio_id));
	char level[24] = "";
	const cJSON *throughput = json_get(tree, "throughput");
	copy_member(throughput, "level", level, sizeof(level));
	if (strcmp(level, "STANDARD") == 0)
		ret->limit_mps = 80;
	else if (strcmp(level, "HIGH") == 0)
		ret->limit_mps = 1000;
	else if (!text_to_int(level, strlen(level), &ret->limit_mps) || ret->limit_mps < 0)
		ret->limit_mps = 0;
	return 0;
}
