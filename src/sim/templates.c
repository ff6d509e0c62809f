#include "sim/templates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/fate.h"

#define MAX_NAME_BYTES 512
#define MAX_LANGUAGE_BYTES 16

static const char *const status_names[] = {"PENDING", "APPROVED", "REJECTED", "PAUSED", "DISABLED"};
static const char *const category_names[] = {"MARKETING", "UTILITY", "AUTHENTICATION"};
#define N_STATUSES ((int)(sizeof(status_names) / sizeof(status_names[0])))
#define N_CATEGORIES ((int)(sizeof(category_names) / sizeof(category_names[0])))

const char *sim_template_status_name(enum sim_template_status status)
{
	return status_names[status];
}

const char *sim_category_name(enum sim_category category)
{
	return category_names[category];
}

static int find_word(const char *word, const char *const *words, int n)
{
	for (int i = 0; word && i < n; i++) {
		if (text_equal_nocase(word, words[i]))
			return i;
	}
	return -1;
}

int sim_template_status_of(const char *word)
{
	return find_word(word, status_names, N_STATUSES);
}

int sim_category_of(const char *word)
{
	return find_word(word, category_names, N_CATEGORIES);
}

void sim_templates_init(struct sim_templates *templates, uint64_t seed)
{
	*templates = (struct sim_templates){.seed = seed};
}

static void destroy(struct sim_template *t)
{
	sim_spec_fini(&t->spec);
	free(t->name);
	free(t->language);
	free(t->components);
	free(t);
}

void sim_templates_fini(struct sim_templates *templates)
{
	for (size_t i = 0; i < templates->by_id.n_slots; i++) {
		if (templates->by_id.slots[i].value)
			destroy(templates->by_id.slots[i].value);
	}
	sim_map_fini(&templates->by_id);
	sim_map_fini(&templates->by_key);
	sim_map_fini(&templates->blocked);
}

static uint64_t key_of(const struct sim_waba *waba, struct sim_text name, struct sim_text language)
{
	return sim_fate_mix(waba->id, sim_world_hash(name.at, name.n), sim_world_hash(language.at, language.n));
}

static struct sim_text text_of(const char *text)
{
	return (struct sim_text){.at = text, .n = strlen(text)};
}

struct sim_template *sim_templates_find(const struct sim_templates *templates, const struct sim_waba *waba, struct sim_text name,
                                        struct sim_text language)
{
	struct sim_template *t = sim_map_get(&templates->by_key, key_of(waba, name, language));
	while (t && !(t->waba == waba && sim_text_is(name, t->name) && sim_text_is(language, t->language)))
		t = t->same_key;
	return t;
}

struct sim_template *sim_templates_by_id(const struct sim_templates *templates, uint64_t id)
{
	return sim_map_get(&templates->by_id, id);
}

static void refuse(struct sim_answer *answer, const struct sim_spec_fault *fault)
{
	if (fault->subcode)
		sim_answer_graph(answer, 400, 100, fault->subcode, "Invalid parameter", fault->title, fault->text);
	else
		sim_answer_graph(answer, 400, 100, 0, "Invalid parameter", "Invalid parameter", fault->text);
}

static bool language_is_legal(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz");
	if (n < 2 || n > 3)
		return false;
	if (text[n] == '\0')
		return true;
	size_t rest = strspn(text + n + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	return text[n] == '_' && (rest == 2 || rest == 3) && text[n + 1 + rest] == '\0' && n + rest < MAX_LANGUAGE_BYTES;
}

/* What the request says of identity and kind; 1 with the fault. */
static int read_head(const cJSON *request, struct sim_template *t, bool *named, enum sim_category *category,
                     struct sim_spec_fault *fault)
{
	const char *name = json_text(request, "name"), *language = json_text(request, "language");
	if (!name || name[0] == '\0' || strlen(name) > MAX_NAME_BYTES ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
		return sim_spec_fail(fault, 0, "name must have 1 to %d of a-z, 0-9 and _", MAX_NAME_BYTES);
	if (!language || !language_is_legal(language))
		return sim_spec_fail(fault, 0, "language must be a code like en or en_US");
	int known = sim_category_of(json_text(request, "category"));
	if (known < 0)
		return sim_spec_fail(fault, 0, "category must be MARKETING, UTILITY or AUTHENTICATION");
	const char *format = json_text(request, "parameter_format");
	if (format && !text_equal_nocase(format, "NAMED") && !text_equal_nocase(format, "POSITIONAL"))
		return sim_spec_fail(fault, 0, "parameter_format must be NAMED or POSITIONAL");
	*named = format && text_equal_nocase(format, "NAMED");
	*category = (enum sim_category)known;
	t->name = strdup(name);
	t->language = strdup(language);
	if (!t->name || !t->language)
		abort();
	return 0;
}

/* One-time-password buttons read back as URL buttons. */
static void rewrite_otp(cJSON *components)
{
	cJSON *component, *button;
	cJSON_ArrayForEach(component, components)
	{
		cJSON *buttons = cJSON_GetObjectItemCaseSensitive(component, "buttons");
		cJSON_ArrayForEach(button, buttons)
		{
			const char *type = json_text(button, "type");
			if (!type || !text_equal_nocase(type, "OTP"))
				continue;
			cJSON_ReplaceItemInObjectCaseSensitive(button, "type", cJSON_CreateString("URL"));
			cJSON_AddStringToObject(button, "url",
			                        "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}");
		}
	}
}

static char *print_components(const cJSON *components)
{
	cJSON *copy = cJSON_Duplicate(components, true);
	rewrite_otp(copy);
	char *text = cJSON_PrintUnformatted(copy);
	cJSON_Delete(copy);
	if (!text)
		abort();
	return text;
}

static bool identity_is_free(struct sim_templates *templates, const struct sim_waba *waba, const struct sim_template *t,
                             struct sim_answer *answer)
{
	if (sim_templates_find(templates, waba, text_of(t->name), text_of(t->language))) {
		sim_answer_graph(answer, 400, 100, 2388024, "Invalid parameter", "Content in This Language Already Exists",
		                 "There is already content in this language for this template.");
		return false;
	}
	if (sim_map_get(&templates->blocked, key_of(waba, text_of(t->name), text_of(t->language)))) {
		sim_answer_graph(answer, 400, 100, 2388023, "Invalid parameter", "Message Template Language Is Being Deleted",
		                 "A template of this name was deleted; the name can be used again after 30 days.");
		return false;
	}
	if (waba->n_templates >= SIM_MAX_TEMPLATES) {
		sim_answer_graph(answer, 400, 100, 2388019, "Invalid parameter", "Message Template Limit Exceeded",
		                 "The account has as many templates as it may have.");
		return false;
	}
	return true;
}

static void insert(struct sim_templates *templates, struct sim_waba *waba, struct sim_template *t)
{
	t->waba = waba;
	t->key = key_of(waba, text_of(t->name), text_of(t->language));
	t->order = ++templates->order;
	uint64_t from = t->key;
	do {
		/* 16 digits, below 2^53: webhooks write it as a number. */
		from = sim_fate_mix(templates->seed, from, t->order);
		t->id = 1000000000000000u + from % 8000000000000000u;
	} while (sim_templates_by_id(templates, t->id));
	t->same_key = sim_map_get(&templates->by_key, t->key);
	sim_map_put(&templates->by_key, t->key, t);
	sim_map_put(&templates->by_id, t->id, t);
	t->next = waba->templates;
	waba->templates = t;
	waba->n_templates++;
}

struct sim_template *sim_templates_create(struct sim_templates *templates, struct sim_waba *waba, const cJSON *request,
                                          struct sim_answer *answer)
{
	struct sim_template *t = calloc(1, sizeof(*t));
	if (!t)
		abort();
	struct sim_spec_fault fault;
	bool named = false;
	enum sim_category category = SIM_MARKETING;
	const cJSON *components = json_get(request, "components");
	int rc = read_head(request, t, &named, &category, &fault);
	if (!rc)
		rc = sim_spec_read(components, named, category, &t->spec, &fault);
	if (rc)
		refuse(answer, &fault);
	if (rc || !identity_is_free(templates, waba, t, answer)) {
		destroy(t);
		return NULL;
	}
	t->components = print_components(components);
	insert(templates, waba, t);
	struct json_writer w;
	char id[24];
	snprintf(id, sizeof(id), "%llu", (unsigned long long)t->id);
	json_begin(&w, &answer->body);
	json_open_object(&w, NULL);
	json_put_text(&w, "id", id);
	json_put_text(&w, "status", sim_template_status_name(t->status));
	json_put_text(&w, "category", sim_category_name(category));
	json_close_object(&w);
	return t;
}

static int replace(struct sim_template *t, const cJSON *components, enum sim_category category, struct sim_spec_fault *fault)
{
	struct sim_spec spec;
	if (sim_spec_read(components, t->spec.named, category, &spec, fault)) {
		sim_spec_fini(&spec);
		return -1;
	}
	sim_spec_fini(&t->spec);
	free(t->components);
	t->spec = spec;
	t->components = print_components(components);
	return 0;
}

bool sim_templates_replace(struct sim_template *t, const cJSON *components)
{
	struct sim_spec_fault fault;
	return components && replace(t, components, t->spec.category, &fault) == 0;
}

bool sim_templates_edit(struct sim_template *t, const cJSON *request, struct sim_answer *answer)
{
	if (t->status == SIM_TEMPLATE_PENDING || t->status == SIM_TEMPLATE_DISABLED) {
		sim_answer_graph(answer, 400, 100, 2388039, "Invalid parameter", "Message Template Cannot Be Edited",
		                 "A template can be edited while it is approved, rejected or paused.");
		return false;
	}
	struct sim_spec_fault fault;
	const char *word = json_text(request, "category");
	int category = word ? sim_category_of(word) : (int)t->spec.category;
	const cJSON *components = json_get(request, "components");
	if (category < 0 || (t->status == SIM_TEMPLATE_APPROVED && category != (int)t->spec.category)) {
		sim_spec_fail(&fault, 0, "the category is unknown, or that of an approved template");
		refuse(answer, &fault);
		return false;
	}
	if (components && replace(t, components, (enum sim_category)category, &fault)) {
		refuse(answer, &fault);
		return false;
	}
	t->spec.category = (enum sim_category)category;
	t->status = SIM_TEMPLATE_PENDING;
	t->reason = NULL;
	sim_answer_success(answer);
	return true;
}

static void take_out(struct sim_templates *templates, struct sim_template *t)
{
	if (t->status == SIM_TEMPLATE_APPROVED)
		sim_map_put(&templates->blocked, t->key, t->waba);
	struct sim_template *head = sim_map_remove(&templates->by_key, t->key);
	struct sim_template **link = &head;
	while (*link != t)
		link = &(*link)->same_key;
	*link = t->same_key;
	if (head)
		sim_map_put(&templates->by_key, t->key, head);
	sim_map_remove(&templates->by_id, t->id);
	t->waba->n_templates--;
	destroy(t);
}

void sim_templates_delete(struct sim_templates *templates, struct sim_waba *waba, const char *name, uint64_t id,
                          struct sim_answer *answer)
{
	int n = 0, n_disabled = 0;
	for (struct sim_template **link = &waba->templates; name && *link;) {
		struct sim_template *t = *link;
		bool wanted = strcmp(t->name, name) == 0 && (id == 0 || t->id == id);
		if (wanted && t->status != SIM_TEMPLATE_DISABLED) {
			*link = t->next;
			take_out(templates, t);
			n++;
			continue;
		}
		n_disabled += wanted;
		link = &t->next;
	}
	if (n > 0)
		sim_answer_success(answer);
	else if (n_disabled > 0)
		sim_answer_graph(answer, 400, 100, 2388039, "Invalid parameter", "Message Template Cannot Be Deleted",
		                 "A disabled template cannot be deleted.");
	else
		sim_answer_graph(answer, 400, 100, 2593002, "Invalid parameter", "Message Template Not Found",
		                 "There is no template of this name or id.");
}
