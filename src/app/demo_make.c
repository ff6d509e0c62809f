/* Sender, template, audience and campaign, as a client makes them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/demo.h"

#define SENDER_NAME "MyBusiness"
#define SENDER_CODE "448081570123" /* of the range that Ofcom keeps for drama */
#define SENDER_ID SENDER_CODE      /* the simulator shows an id that reads like a number as that number */
#define WABA_ID "102290129340398"
#define ACCESS_TOKEN "EAAdemo"
#define TEMPLATE_TEXT "Hi {first_name|friend}, our sale starts today. Show your {custom1} card at the till and get 20% off."
#define PATIENCE_MS (60 * SECOND_MS)
#define MAX_CONTACTS_BYTES ((long)1 << 30)

/* Keep the id of an answer's `data`. */
static int keep_id(const cJSON *tree, char id[40], struct err *err)
{
	const char *text = json_text(json_get(tree, "data"), "id");
	if (!text)
		return err_set(err, "an answer has no id");
	snprintf(id, 40, "%s", text);
	return 0;
}

static int64_t number_in(const cJSON *object, const char *key)
{
	int64_t n = 0;
	(void)json_int(object, key, &n);
	return n;
}

/* Look at `path` until `ready` says so of its `data`. 1 when asked to stop. */
static int wait_for(struct demo *d, const char *path, bool (*ready)(const cJSON *data), const char *what, struct err *err)
{
	for (msec_t until = clock_now_ms() + PATIENCE_MS; clock_now_ms() < until;) {
		json_auto cJSON *tree = NULL;
		if (demo_check(d, err) < 0 || rest_get(d->rest, path, &tree, err) < 0)
			return -1;
		if (ready(json_get(tree, "data")))
			return 0;
		if (demo_wait_or_stop(DEMO_LOOK_MS))
			return 1;
	}
	return err_set(err, "%s did not come within %d s", what, (int)(PATIENCE_MS / SECOND_MS));
}

static int make_sender(struct demo *d, struct err *err)
{
	char body[700];
	json_auto cJSON *tree = NULL;
	snprintf(body, sizeof(body),
	         "{\"data\":{\"name\":\"" SENDER_NAME "\",\"code\":\"" SENDER_CODE
	         "\",\"channel\":\"whatsapp\",\"phone_number_id\":\"" SENDER_ID "\",\"waba_id\":\"" WABA_ID
	         "\",\"access_token\":\"" ACCESS_TOKEN "\",\"app_secret\":\"%s\"}}",
	         d->app_secret);
	if (rest_post_json(d->rest, "/v1/senders", body, &tree, err) < 0)
		return -1;
	printf("sender      " SENDER_NAME " (+" SENDER_CODE ")\n");
	return 0;
}

static bool has_verdict(const cJSON *data)
{
	const char *status = json_text(data, "status");
	return status && strcmp(status, "IN_PROCESS") != 0;
}

static int make_template(struct demo *d, struct err *err)
{
	char body[700];
	char path[80];
	json_auto cJSON *made = NULL;
	snprintf(body, sizeof(body),
	         "{\"data\":{\"name\":\"flash_sale\",\"channel\":\"whatsapp\",\"wa_sender_code\":\"%s\","
	         "\"wa_category\":\"MARKETING\",\"text\":\"%s\","
	         "\"button_type\":\"quick_reply\",\"button_text\":\"Count me in\",\"button_value\":\"join\"}}",
	         SENDER_CODE, TEMPLATE_TEXT);
	if (rest_post_json(d->rest, "/v1/templates", body, &made, err) < 0 || keep_id(made, d->template_id, err) < 0)
		return -1;
	snprintf(path, sizeof(path), "/v1/templates/%s", d->template_id);
	int result = wait_for(d, path, has_verdict, "the template's verdict", err);
	if (result != 0)
		return result;
	json_auto cJSON *tree = NULL;
	if (rest_get(d->rest, path, &tree, err) < 0)
		return -1;
	const cJSON *data = json_get(tree, "data");
	const char *status = json_text(data, "status"), *reason = json_text(data, "reason");
	if (!status || strcmp(status, "COMPLETED") != 0)
		return err_set(err, "WhatsApp did not approve the template: %s", reason ? reason : "it gave no reason");
	printf("template    flash_sale: %s\n", status);
	return 0;
}

static int read_file(const char *path, char **ret, size_t *ret_bytes, struct err *err)
{
	FILE *file = fopen(path, "re");
	long n = file && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
	char *text = n >= 0 && n <= MAX_CONTACTS_BYTES ? malloc((size_t)n + 1) : NULL;
	bool ok = text && fseek(file, 0, SEEK_SET) == 0 && fread(text, 1, (size_t)n, file) == (size_t)n;
	if (file)
		fclose(file);
	if (!ok) {
		free(text);
		return err_set(err, "the contacts in %s cannot be read: %s", path, strerror(errno));
	}
	*ret = text;
	*ret_bytes = (size_t)n;
	return 0;
}

static bool import_over(const cJSON *data)
{
	const char *status = json_text(data, "status");
	return status && strcmp(status, "waiting") != 0 && strcmp(status, "running") != 0;
}

static int import_contacts(struct demo *d, struct err *err)
{
	char path[120], id[40], *csv = NULL;
	size_t n = 0;
	json_auto cJSON *made = NULL;
	snprintf(path, sizeof(path), "/v1/audiences/%s/import", d->audience_id);
	if (read_file(d->contacts, &csv, &n, err) < 0)
		return -1;
	int result = rest_call(d->rest, "POST", path, "text/csv", csv, n, &made, err);
	free(csv);
	if (result < 0 || keep_id(made, id, err) < 0)
		return -1;
	snprintf(path, sizeof(path), "/v1/imports/%s", id);
	result = wait_for(d, path, import_over, "the end of the import", err);
	json_auto cJSON *tree = NULL;
	if (result != 0 || rest_get(d->rest, path, &tree, err) < 0)
		return result > 0 ? result : -1;
	const cJSON *data = json_get(tree, "data");
	d->contacts_added = number_in(data, "added");
	printf("audience    %" PRId64 " contacts from %s, %" PRId64 " lines refused\n", d->contacts_added, d->contacts,
	       number_in(data, "invalid"));
	return 0;
}

static int make_audience(struct demo *d, struct err *err)
{
	json_auto cJSON *tree = NULL;
	if (rest_post_json(d->rest, "/v1/audiences", "{\"data\":{\"name\":\"Loyalty cards\",\"channel\":\"whatsapp\"}}", &tree,
	                   err) < 0 ||
	    keep_id(tree, d->audience_id, err) < 0)
		return -1;
	return import_contacts(d, err);
}

static int make_campaign(struct demo *d, struct err *err)
{
	char body[400];
	json_auto cJSON *tree = NULL;
	snprintf(body, sizeof(body),
	         "{\"data\":{\"name\":\"January Flash Sale\",\"channel\":\"whatsapp\",\"from\":\"" SENDER_NAME
	         "\",\"template\":\"%s\",\"audience\":\"%s\",\"on_capped\":\"fail\"}}", /* nobody waits a day */
	         d->template_id, d->audience_id);
	d->begun = clock_now_ms();
	if (rest_post_json(d->rest, "/v1/campaigns", body, &tree, err) < 0 || keep_id(tree, d->campaign_id, err) < 0)
		return -1;
	printf("campaign    January Flash Sale, %s\n\n", d->campaign_id);
	return 0;
}

int demo_make(struct demo *d, struct err *err)
{
	static int (*const acts[])(struct demo *, struct err *) = {make_sender, make_template, make_audience, make_campaign};
	int result = 0;
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]) && result == 0; i++)
		result = acts[i](d, err);
	return result;
}
