#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/templates.h"

#define DEFAULT_LIMIT 25
#define MAX_LIMIT 1000

const char sim_template_default_fields[] = "name,parameter_format,components,language,status,category,id";
const char sim_template_field_names[] =
	"id,name,language,status,category,sub_category,correct_category,previous_category,components,parameter_format,"
	"quality_score,rejected_reason,message_send_ttl_seconds,library_template_name,cta_url_link_tracking_opted_out,"
	"source";

static void write_quality(const struct sim_template *t, struct json_writer *w)
{
	json_open_object(w, "quality_score");
	json_put_text(w, "score", t->status == SIM_TEMPLATE_APPROVED ? "GREEN" : "UNKNOWN");
	json_close_object(w);
}

/* In the order asked for; what the simulator does not keep is left out, as Graph does with what is not set. */
void sim_template_write(const struct sim_template *t, const struct sim_fields *fields, struct json_writer *w)
{
	char id[24];
	snprintf(id, sizeof(id), "%llu", (unsigned long long)t->id);
	json_open_object(w, NULL);
	for (int i = 0; i < fields->n; i++) {
		const char *name = fields->names[i];
		if (strcmp(name, "name") == 0)
			json_put_text(w, name, t->name);
		else if (strcmp(name, "language") == 0)
			json_put_text(w, name, t->language);
		else if (strcmp(name, "status") == 0)
			json_put_text(w, name, sim_template_status_name(t->status));
		else if (strcmp(name, "category") == 0)
			json_put_text(w, name, sim_category_name(t->spec.category));
		else if (strcmp(name, "components") == 0)
			json_put_raw(w, name, t->components, strlen(t->components));
		else if (strcmp(name, "parameter_format") == 0)
			json_put_text(w, name, t->spec.named ? "NAMED" : "POSITIONAL");
		else if (strcmp(name, "quality_score") == 0)
			write_quality(t, w);
		else if (strcmp(name, "rejected_reason") == 0)
			json_put_text(w, name, t->reason ? t->reason : "NONE");
	}
	json_put_text(w, "id", id);
	json_close_object(w);
}

static bool is_wanted(const struct sim_template *t, const struct sim_template_page *page)
{
	/* The name filter finds parts of names; whoever wants one name must compare. */
	if (page->name && !strstr(t->name, page->name))
		return false;
	if (page->status && !text_equal_nocase(page->status, sim_template_status_name(t->status)))
		return false;
	if (page->category && !text_equal_nocase(page->category, sim_category_name(t->spec.category)))
		return false;
	return !page->language || strcmp(page->language, t->language) == 0;
}

/* A cursor is the making order of a template in a form that does not look like a number to do sums with. */
static void write_cursor(uint64_t order, char out[32])
{
	snprintf(out, 32, "QVFI%016llxZDZD", (unsigned long long)(order ^ 0x5bd1e995c3a7f041u));
}

static bool read_cursor(const char *text, uint64_t *ret)
{
	if (strlen(text) != 24 || strncmp(text, "QVFI", 4) != 0 || strcmp(text + 20, "ZDZD") != 0)
		return false;
	char hex[17];
	memcpy(hex, text + 4, 16);
	hex[16] = '\0';
	if (hex[strspn(hex, "0123456789abcdef")] != '\0')
		return false;
	*ret = strtoull(hex, NULL, 16) ^ 0x5bd1e995c3a7f041u;
	return true;
}

static void write_paging(struct json_writer *w, const struct sim_template_page *page, uint64_t first, uint64_t last, bool more)
{
	char before[32], after[32];
	write_cursor(first, before);
	write_cursor(last, after);
	json_open_object(w, "paging");
	json_open_object(w, "cursors");
	json_put_text(w, "before", before);
	json_put_text(w, "after", after);
	json_close_object(w);
	if (more) {
		buf_auto struct buf url;
		buf_init(&url, 16384);
		buf_addf(&url, "%s?%s%safter=%s", page->url, page->query, page->query[0] ? "&" : "", after);
		json_put_text(w, "next", buf_text(&url));
	}
	json_close_object(w);
}

void sim_templates_list(const struct sim_waba *waba, const struct sim_template_page *page, struct sim_answer *answer)
{
	uint64_t below = UINT64_MAX, first = 0, last = 0;
	int64_t limit = DEFAULT_LIMIT;
	if (page->limit && (!text_to_int(page->limit, strlen(page->limit), &limit) || limit < 1)) {
		sim_answer_graph(answer, 400, 100, 0, "(#100) Param limit must be a positive number", NULL, NULL);
		return;
	}
	limit = limit > MAX_LIMIT ? MAX_LIMIT : limit;
	if (page->after && !read_cursor(page->after, &below)) {
		sim_answer_error(answer, 131059, NULL);
		return;
	}
	struct json_writer w;
	json_begin(&w, &answer->body);
	json_open_object(&w, NULL);
	json_open_array(&w, "data");
	bool more = false;
	for (const struct sim_template *t = waba->templates; t && !more; t = t->next) {
		if (t->order >= below || !is_wanted(t, page))
			continue;
		more = limit-- == 0;
		if (more)
			break;
		first = first ? first : t->order;
		last = t->order;
		sim_template_write(t, page->fields, &w);
	}
	json_close_array(&w);
	if (last)
		write_paging(&w, page, first, last, more);
	json_close_object(&w);
}
