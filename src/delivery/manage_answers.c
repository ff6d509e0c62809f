/* What came of an errand. What Meta says is recorded by a job; an errand that did not work out comes again later, after growing
 * pauses. A submission whose answer was lost is not made twice: Meta then says that the name exists, and the template is found by
 * its name. An edit whose answer was lost is looked for before it is made again. */
#include <string.h>

#include "base/log.h"
#include "delivery/manage_errand.h"

#define RETRY_FIRST_MS (5 * SECOND_MS)
#define RETRY_MOST_MS HOUR_MS
#define POLL_MOST_MS DAY_MS
#define WATCH_MOST_MS HOUR_MS /* while a campaign waits for the answer */

/* ---- recording ---- */

static void recorded(struct job *job, int result, struct now now)
{
	struct errand *e = (struct errand *)job;
	(void)now;
	if (result < 0)
		log_error("delivery", "a template's news could not be recorded; it will be asked for again",
		          log_i("template", e->tpl.no));
	e->manage->dirty = true;
	e->manage->changed(e->manage->changed_arg); /* a campaign may have waited for it */
	errand_free(e);
}

static void record(struct errand *e, store_run_fn *run)
{
	e->at = e->manage->now.wall;
	e->job = (struct job){.run = run, .done = recorded};
	if (mailbox_submit(&e->manage->mailbox, &e->job) != 0) /* the errand is put off already */
		errand_free(e);
}

static int later_run(struct store_tx *tx, void *arg)
{
	struct errand *e = arg;
	return template_errand_at(tx, e->tpl.no, e->next);
}

static void later(struct errand *e, const struct http_answer *answer)
{
	manage_reason(answer, e->reason, sizeof(e->reason));
	log_warn("delivery", "an errand of a template did not work out and comes again", log_i("template", e->tpl.no),
	         log_t("reason", e->reason));
	e->next = e->manage->now.wall + manage_growing(RETRY_FIRST_MS, RETRY_MOST_MS, e->tries);
	record(e, later_run);
}

static struct template_word word_of(const struct errand *e, const char *meta_id)
{
	return (struct template_word){
		.waba_id = e->tpl.waba_id, .meta_id = meta_id, .meta_name = e->tpl.meta_name, .language = e->tpl.language};
}

static int submitted_run(struct store_tx *tx, void *arg)
{
	struct errand *e = arg;
	const struct template_word word = word_of(e, e->record.id);
	if (template_submitted(tx, e->tpl.no, e->record.id, e->record.category, e->next, e->at) < 0)
		return -1;
	return template_verdict(tx, &word, e->record.status, e->record.reason, e->at) < 0 ? -1 : 0;
}

static int verdict_run(struct store_tx *tx, void *arg)
{
	struct errand *e = arg;
	const struct wa_template_record *r = &e->record;
	const struct template_word word = word_of(e, e->tpl.meta_id);
	if (template_errand_at(tx, e->tpl.no, e->next) < 0 || template_verdict(tx, &word, r->status, r->reason, e->at) < 0)
		return -1;
	if (r->category[0] && template_category(tx, &word, r->category, r->correct_category, r->previous_category, e->at) < 0)
		return -1;
	return r->quality[0] && template_quality(tx, &word, r->quality, e->at) < 0 ? -1 : 0;
}

static int fetched_run(struct store_tx *tx, void *arg)
{
	struct errand *e = arg;
	const struct wa_template_import *t = &e->import;
	const struct template_listing listing = {.waba_id = e->tpl.waba_id,
	                                         .meta_id = t->record.id,
	                                         .meta_name = t->name,
	                                         .language = t->language,
	                                         .status = t->record.status,
	                                         .category = t->record.category,
	                                         .correct_category = t->record.correct_category,
	                                         .previous_category = t->record.previous_category,
	                                         .reason = t->record.reason,
	                                         .quality = t->record.quality,
	                                         .text = t->text,
	                                         .components = t->components,
	                                         .params = t->params,
	                                         .unsupported = t->unsupported};
	return template_fetched(tx, e->tpl.no, &listing, e->next, e->at);
}

static int edited_run(struct store_tx *tx, void *arg)
{
	struct errand *e = arg;
	return template_edited(tx, e->tpl.no, e->next, e->at);
}

static int refused_run(struct store_tx *tx, void *arg)
{
	struct errand *e = arg;
	return e->step == STEP_EDIT ? template_edit_refused(tx, e->tpl.no, e->reason, e->at)
	                            : template_refused(tx, e->tpl.no, e->reason, e->at);
}

static int deleted_run(struct store_tx *tx, void *arg)
{
	struct errand *e = arg;
	return template_deleted_at_meta(tx, e->tpl.no);
}

void errand_nothing_to_delete(struct errand *e)
{
	record(e, deleted_run);
}

void errand_cannot_submit(struct errand *e)
{
	log_warn("delivery", "a template cannot be submitted", log_i("template", e->tpl.no), log_t("reason", e->reason));
	record(e, refused_run);
}

/* ---- answers ---- */

static bool succeeded(const struct http_answer *answer)
{
	return answer->outcome == HTTP_ANSWERED && answer->status >= 200 && answer->status < 300;
}

static void next_poll(struct errand *e)
{
	e->next = e->manage->now.wall + e->manage->poll_ms;
}

static void go_on_with(struct errand *e, enum errand_step step)
{
	e->step = step;
	errand_start(e);
}

static bool error_of(const struct http_answer *answer, struct wa_graph_error *ret)
{
	return answer->outcome == HTTP_ANSWERED && wa_graph_error_decode(answer->body, answer->n_body_bytes, ret);
}

/* A refusal that another try cannot change: a fault of the template itself. Tokens, limits and Meta's own trouble pass. */
static bool is_final(const struct http_answer *answer, const struct wa_graph_error *error)
{
	return answer->status >= 400 && answer->status < 500 && answer->status != 401 && answer->status != 429 &&
	       error->code == 100;
}

static void refused(struct errand *e, const struct http_answer *answer)
{
	manage_reason(answer, e->reason, sizeof(e->reason));
	log_warn("delivery", "template refused", log_i("template", e->tpl.no), log_t("reason", e->reason));
	record(e, refused_run);
}

static void submit_answered(struct errand *e, const struct http_answer *answer)
{
	struct wa_graph_error error = {0};
	struct err err;
	bool is_error = error_of(answer, &error);
	if (succeeded(answer) && wa_template_created_decode(answer->body, answer->n_body_bytes, &e->record, &err) == 0) {
		next_poll(e);
		record(e, submitted_run);
	} else if (is_error && error.subcode == WA_SUBCODE_TEMPLATE_EXISTS) {
		go_on_with(e, STEP_FIND);
	} else if (is_error && is_final(answer, &error)) {
		refused(e, answer);
	} else {
		later(e, answer);
	}
}

/* 0 found, 1 not there, -1 no telling. */
static int find(struct errand *e, const struct http_answer *answer)
{
	struct err err;
	return succeeded(answer)
	               ? wa_template_find(answer->body, answer->n_body_bytes, e->tpl.meta_name, e->tpl.language, &e->record, &err)
	               : -1;
}

static void find_answered(struct errand *e, const struct http_answer *answer)
{
	if (find(e, answer) == 0) {
		next_poll(e);
		record(e, submitted_run);
	} else {
		later(e, answer);
	}
}

static void edit_answered(struct errand *e, const struct http_answer *answer)
{
	struct wa_graph_error error = {0};
	bool is_error = error_of(answer, &error);
	if (succeeded(answer)) {
		next_poll(e);
		record(e, edited_run);
	} else if (is_error && is_final(answer, &error)) {
		refused(e, answer);
	} else {
		later(e, answer);
	}
}

/* Does Meta have what we want it to have? */
static bool edit_arrived(struct errand *e)
{
	struct template_form *ours = arena_alloc(e->arena, sizeof(*ours)), *theirs = arena_alloc(e->arena, sizeof(*theirs));
	struct faults *faults = arena_alloc(e->arena, sizeof(*faults));
	const struct template_request content = {.wa_category = e->tpl.category, .components = e->import.components};
	struct err err;
	faults_init(faults);
	template_form_build(&content, e->import.params, e->arena, theirs, faults);
	return template_form_read(&e->tpl, e->arena, ours, &err) == 0 && template_form_same(ours, theirs);
}

static void fetch_answered(struct errand *e, const struct http_answer *answer)
{
	struct err err;
	bool got = succeeded(answer) &&
	           wa_template_one_decode(answer->body, answer->n_body_bytes, e->arena, &e->import, &err) == 0;
	next_poll(e);
	if (!got)
		later(e, answer);
	else if (!e->tpl.editing)
		record(e, fetched_run);
	else if (edit_arrived(e))
		record(e, edited_run);
	else
		go_on_with(e, STEP_EDIT);
}

#define SUBCODE_NO_OBJECT 33 /* of code 100: deleted, or not to be seen with this token */

/* It has its verdict and is asked for all the same: a campaign is held for it. */
static void next_look(struct errand *e)
{
	msec_t most = e->tpl.status == TEMPLATE_IN_PROCESS ? POLL_MOST_MS : WATCH_MOST_MS;
	e->next = e->manage->now.wall + manage_growing(e->manage->poll_ms, most, e->tries);
}

static void poll_answered(struct errand *e, const struct http_answer *answer)
{
	struct wa_graph_error error = {0};
	struct err err;
	if (succeeded(answer) && wa_template_decode(answer->body, answer->n_body_bytes, &e->record, &err) == 0) {
		next_look(e);
		record(e, verdict_run);
	} else if (error_of(answer, &error) && error.code == 100 && error.subcode == SUBCODE_NO_OBJECT) {
		go_on_with(e, STEP_LOOK);
	} else {
		later(e, answer);
	}
}

/* A list that this token may read, without it: it was deleted there. */
static void look_answered(struct errand *e, const struct http_answer *answer)
{
	int found = find(e, answer);
	if (found < 0) {
		later(e, answer);
		return;
	}
	if (found == 1) {
		strcpy(e->record.status, "DELETED");
		strcpy(e->record.reason, "It was deleted at WhatsApp.");
		e->record.category[0] = e->record.quality[0] = '\0';
	}
	next_look(e);
	record(e, verdict_run);
}

static void delete_answered(struct errand *e, const struct http_answer *answer)
{
	bool gone = answer->outcome == HTTP_ANSWERED && (succeeded(answer) || answer->status == 404 || answer->status == 400);
	if (gone)
		record(e, deleted_run);
	else
		later(e, answer);
}

void errand_answered(const struct http_answer *answer, void *arg)
{
	static void (*const take[])(struct errand *, const struct http_answer *) = {
		[STEP_SUBMIT] = submit_answered, [STEP_FIND] = find_answered, [STEP_EDIT] = edit_answered,
		[STEP_FETCH] = fetch_answered,   [STEP_POLL] = poll_answered, [STEP_LOOK] = look_answered,
		[STEP_DELETE] = delete_answered,
	};
	struct errand *e = arg;
	take[e->step](e, answer);
}
