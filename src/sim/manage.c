/* The management side of the Graph API: templates, subscriptions, phone-number records. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/hooks.h"
#include "sim/payload.h"

static struct sim_waba *use_waba(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	struct sim_waba *waba = sim_world_waba(&sim->world, call->id, call->token);
	if (!waba)
		sim_answer_error(answer, 100, "The simulator has as many accounts as it can keep.");
	return waba;
}

static void begin_object(struct sim_answer *answer, struct json_writer *w)
{
	json_begin(w, &answer->body);
	json_open_object(w, NULL);
}

static void list_templates(const struct sim_call *call, const struct sim_waba *waba, struct sim_answer *answer)
{
	struct sim_fields fields;
	if (!sim_fields_read(&fields, http_query(call->req, "fields", 0), sim_template_default_fields, sim_template_field_names,
	                     "WhatsAppMessageTemplate", answer))
		return;
	/* The next page's address repeats the question, without the token and the old cursor. */
	static const char *const kept[] = {"fields", "limit", "name", "status", "language", "category"};
	buf_auto struct buf query;
	buf_init(&query, 8192);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const char *value = http_query(call->req, kept[i], 0);
		if (value)
			buf_addf(&query, "%s%s=%s", query.len ? "&" : "", kept[i], value);
	}
	const char *host = http_header(call->req, "Host");
	char url[512];
	snprintf(url, sizeof(url), "http://%s%s", host ? host : "localhost", http_path(call->req));
	const struct sim_template_page page = {
		.name = http_query(call->req, "name", 0),
		.status = http_query(call->req, "status", 0),
		.language = http_query(call->req, "language", 0),
		.category = http_query(call->req, "category", 0),
		.after = http_query(call->req, "after", 0),
		.limit = http_query(call->req, "limit", 0),
		.url = url,
		.query = buf_text(&query),
		.fields = &fields,
	};
	sim_templates_list(waba, &page, answer);
}

static uint64_t query_id(const struct sim_call *call, const char *name)
{
	const char *text = http_query(call->req, name, 0);
	return text ? strtoull(text, NULL, 10) : 0;
}

/* A JSON object from the body; NULL with an error answered. */
static cJSON *read_object(const struct sim_call *call, struct sim_answer *answer)
{
	cJSON *tree = NULL;
	struct err err;
	if (json_parse(call->body, call->n_body_bytes, &tree, &err) == 0 && cJSON_IsObject(tree))
		return tree;
	cJSON_Delete(tree);
	sim_answer_graph(answer, 400, 100, 0, "(#100) The request body is not a valid JSON object.", NULL, NULL);
	return NULL;
}

/* Every sample that the components name, however deep, must be the handle of an upload. The lock is held. */
static bool samples_known(const struct sim *sim, const cJSON *tree)
{
	for (const cJSON *item = tree ? tree->child : NULL; item; item = item->next) {
		if (!item->string || strcmp(item->string, "header_handle") != 0) {
			if (!samples_known(sim, item))
				return false;
			continue;
		}
		for (const cJSON *handle = item->child; handle; handle = handle->next)
			if (!cJSON_IsString(handle) || !sim_media_handle_known(&sim->media, handle->valuestring))
				return false;
	}
	return true;
}

static bool check_samples(const struct sim *sim, const cJSON *request, struct sim_answer *answer)
{
	if (sim->options.any_sample || samples_known(sim, json_get(request, "components")))
		return true;
	sim_answer_graph(answer, 400, 100, 2388273, "Invalid parameter", "Sample media is not valid",
	                 "A header_handle is not the handle of a file that was uploaded for it.");
	return false;
}

void sim_manage_templates(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	const bool post = strcmp(call->method, "POST") == 0;
	json_auto cJSON *request = post ? read_object(call, answer) : NULL;
	if (post && !request)
		return;
	pthread_mutex_lock(&sim->lock);
	struct sim_waba *waba = use_waba(sim, call, answer);
	if (waba && post && check_samples(sim, request, answer)) {
		struct sim_template *t = sim_templates_create(&sim->templates, waba, request, answer);
		if (t)
			sim_hooks_review(sim, t);
	} else if (waba && !post && strcmp(call->method, "DELETE") == 0) {
		sim_templates_delete(&sim->templates, waba, http_query(call->req, "name", 0), query_id(call, "hsm_id"), answer);
	} else if (waba && !post) {
		list_templates(call, waba, answer);
	}
	pthread_mutex_unlock(&sim->lock);
}

static void list_subscriptions(const struct sim_waba *waba, struct sim_answer *answer)
{
	struct json_writer w;
	begin_object(answer, &w);
	json_open_array(&w, "data");
	if (waba->subscription == SIM_SUBSCRIPTION_ON) {
		json_open_object(&w, NULL);
		json_open_object(&w, "whatsapp_business_api_data");
		json_put_text(&w, "link", "https://www.facebook.com/games/?app_id=67084");
		json_put_text(&w, "name", "Simulated App");
		json_put_text(&w, "id", "67084");
		json_close_object(&w);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
}

void sim_manage_subscription(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	pthread_mutex_lock(&sim->lock);
	struct sim_waba *waba = use_waba(sim, call, answer);
	if (waba && strcmp(call->method, "GET") == 0) {
		list_subscriptions(waba, answer);
	} else if (waba) {
		waba->subscription = strcmp(call->method, "POST") == 0 ? SIM_SUBSCRIPTION_ON : SIM_SUBSCRIPTION_OFF;
		sim_answer_success(answer);
	}
	pthread_mutex_unlock(&sim->lock);
}

void sim_manage_phone_numbers(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	struct json_writer w;
	pthread_mutex_lock(&sim->lock);
	struct sim_waba *waba = use_waba(sim, call, answer);
	if (waba) {
		sim_world_settle_numbers(&sim->world, waba, call->token);
		begin_object(answer, &w);
		json_open_array(&w, "data");
		bool good = true;
		for (uint32_t i = 0; good && i < sim->world.n_numbers; i++) {
			if (sim->world.number_list[i]->waba == waba)
				good = sim_record_number(sim, sim->world.number_list[i], http_query(call->req, "fields", 0), &w,
				                         answer);
		}
		if (good) {
			json_close_array(&w);
			json_close_object(&w);
		}
	}
	pthread_mutex_unlock(&sim->lock);
}

static void read_node(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	const char *fields_text = http_query(call->req, "fields", 0);
	const struct sim_template *t = sim_templates_by_id(&sim->templates, call->id);
	struct json_writer w;
	struct sim_fields fields;
	json_begin(&w, &answer->body);
	if (t) {
		if (sim_fields_read(&fields, fields_text, sim_template_default_fields, sim_template_field_names,
		                    "WhatsAppMessageTemplate", answer))
			sim_template_write(t, &fields, &w);
		return;
	}
	const struct sim_waba *waba = sim_world_find_waba(&sim->world, call->id);
	if (waba && !sim_world_find_number(&sim->world, call->id)) {
		(void)sim_record_waba(sim, waba, fields_text, &w, answer);
		return;
	}
	const struct sim_number *number = sim_world_number(&sim->world, call->id, call->token);
	if (number)
		(void)sim_record_number(sim, number, fields_text, &w, answer);
	else
		sim_answer_error(answer, 100, "The simulator has as many phone numbers as it can keep.");
}

static void answer_unknown(const struct sim_call *call, struct sim_answer *answer)
{
	char message[200];
	snprintf(message, sizeof(message),
	         "Unsupported post request. Object with ID '%llu' does not exist, cannot be loaded "
	         "due to missing permissions, or does not support this operation.",
	         (unsigned long long)call->id);
	sim_answer_graph(answer, 400, 100, 33, message, NULL, NULL);
}

/* GET reads a medium, a template, an account or a phone number; POST edits a template, DELETE ends a medium. */
void sim_manage_node(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	const bool post = strcmp(call->method, "POST") == 0;
	json_auto cJSON *request = post ? read_object(call, answer) : NULL;
	if (post && !request)
		return;
	pthread_mutex_lock(&sim->lock);
	struct sim_template *t = sim_templates_by_id(&sim->templates, call->id);
	if (!post && sim_uploads_node(sim, call, answer)) {
		pthread_mutex_unlock(&sim->lock);
		return;
	}
	if (strcmp(call->method, "DELETE") == 0 || (post && !t))
		answer_unknown(call, answer);
	else if (!post)
		read_node(sim, call, answer);
	else if (sim_templates_edit(t, request, answer))
		sim_hooks_review(sim, t);
	pthread_mutex_unlock(&sim->lock);
}

void sim_manage_unpause(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	pthread_mutex_lock(&sim->lock);
	struct sim_template *t = sim_templates_by_id(&sim->templates, call->id);
	if (!t) {
		answer_unknown(call, answer);
	} else if (t->status != SIM_TEMPLATE_PAUSED) {
		sim_answer_graph(answer, 400, 100, 2388039, "Invalid parameter", "Message Template Cannot Be Unpaused",
		                 "The template is not paused.");
	} else {
		t->status = SIM_TEMPLATE_APPROVED;
		sim_hooks_announce(sim, t->waba, sim_payload_template(t, clock_now_ms()));
		sim_answer_success(answer);
	}
	pthread_mutex_unlock(&sim->lock);
}
