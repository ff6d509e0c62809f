#pragma once
/* The message templates of all accounts. Identity is (account, name, language). Not locked; the owner is. */

#include "base/clock.h"
#include "sim/answers.h"
#include "sim/fields.h"
#include "sim/numbers.h"
#include "sim/scan.h"
#include "sim/spec.h"

#define SIM_MAX_TEMPLATES 6000 /* per account, as for a verified business */

enum sim_template_status {
	SIM_TEMPLATE_PENDING,
	SIM_TEMPLATE_APPROVED,
	SIM_TEMPLATE_REJECTED,
	SIM_TEMPLATE_PAUSED,
	SIM_TEMPLATE_DISABLED,
};

struct sim_template {
	struct sim_template *next;     /* of the account, newest first */
	struct sim_template *same_key; /* with the same hash of its identity */
	uint64_t id, key;
	uint64_t order; /* of making, for paging */
	struct sim_waba *waba;
	char *name, *language;
	char *components; /* JSON */
	enum sim_template_status status;
	const char *reason;    /* of a rejection; static */
	uint32_t verdicts_due; /* edits in review: the last one's verdict counts */
	struct sim_spec spec;
};

struct sim_templates {
	struct sim_map by_key, by_id;
	struct sim_map blocked; /* identities deleted while approved: not to be made again */
	uint64_t seed, order;
};

void sim_templates_init(struct sim_templates *templates, uint64_t seed);
void sim_templates_fini(struct sim_templates *templates);

struct sim_template *sim_templates_find(const struct sim_templates *templates, const struct sim_waba *waba, struct sim_text name,
                                        struct sim_text language);
struct sim_template *sim_templates_by_id(const struct sim_templates *templates, uint64_t id);

/* POST /{waba}/message_templates: the new template, in status PENDING, and the answer; NULL with an error. */
struct sim_template *sim_templates_create(struct sim_templates *templates, struct sim_waba *waba, const cJSON *request,
                                          struct sim_answer *answer);
/* POST /{template}: replaces components and category, PENDING again; false with an error. */
bool sim_templates_edit(struct sim_template *t, const cJSON *request, struct sim_answer *answer);
/* As Meta does by itself, without a review; false when they are not legal, or none. */
bool sim_templates_replace(struct sim_template *t, const cJSON *components);

/* GET /{waba}/message_templates. NULL filters match all; `url` is where the next page is fetched from, up to
 * its query, which is `query` without its cursor. */
struct sim_template_page {
	const char *name, *status, *language, *category;
	const char *after, *limit;
	const char *url, *query;
	const struct sim_fields *fields;
};
void sim_templates_list(const struct sim_waba *waba, const struct sim_template_page *page, struct sim_answer *answer);
void sim_template_write(const struct sim_template *t, const struct sim_fields *fields, struct json_writer *w);
extern const char sim_template_field_names[]; /* all that may be asked for */
extern const char sim_template_default_fields[];

/* DELETE /{waba}/message_templates: all languages of `name`, or with `id` (not 0) that one alone. */
void sim_templates_delete(struct sim_templates *templates, struct sim_waba *waba, const char *name, uint64_t id,
                          struct sim_answer *answer);

const char *sim_template_status_name(enum sim_template_status status);
/* -1 for a word that is none. */
int sim_template_status_of(const char *word);
const char *sim_category_name(enum sim_category category);
/* -1 for a word that is none. */
int sim_category_of(const char *word);
