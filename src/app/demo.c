/* `crier demo`: the simulator, the server, and one campaign from its template to its read receipts, all by the REST API. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/config.h"
#include "app/demo_process.h"
#include "app/demo_rest.h"
#include "app/demo_show.h"
#include "app/signals.h"

#define SENDER_NAME "MyBusiness"
#define SENDER_CODE "448081570123" /* of the range that Ofcom keeps for drama */
#define SENDER_ID SENDER_CODE     /* the simulator shows an id that reads like a number as that number */
#define WABA_ID "102290129340398"
#define ACCESS_TOKEN "EAAdemo"
#define MAX_SIM_OPTIONS 24
#define LOOK_MS 200
#define PATIENCE_MS (60 * SECOND_MS)
#define MAX_CONTACTS_BYTES ((long)1 << 30)

struct demo {
	/* options */
	bool once;
	const char *data, *contacts, *listen, *ceiling;
	const char *sim_option[2 * MAX_SIM_OPTIONS + 1];
	int n_sim_options;
	/* what runs */
	char folder[1024];
	bool own_folder;
	struct process sim, server;
	struct rest *rest, *sim_rest;
	char base[300], sim_base[300], key[64], verify_token[64], app_secret[64];
	/* what was made */
	char template_id[40], audience_id[40], campaign_id[40];
	int64_t contacts_added;
	msec_t begun;
};

/* ---- small things ---- */

/* True when a person or a supervisor wants us to stop. */
static bool wait_or_stop(msec_t ms)
{
	const struct timespec span = {ms / 1000, ms % 1000 * 1000000};
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	return sigtimedwait(&set, NULL, &span) > 0;
}

static void random_text(char out[64])
{
	unsigned char random[24];
	randombytes_buf(random, sizeof(random));
	sodium_bin2base64(out, 64, random, sizeof(random), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

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
		if (rest_get(d->rest, path, &tree, err) < 0)
			return -1;
		if (ready(json_get(tree, "data")))
			return 0;
		if (wait_or_stop(LOOK_MS))
			return 1;
	}
	return err_set(err, "%s did not come within %d s", what, (int)(PATIENCE_MS / SECOND_MS));
}

/* ---- starting ---- */

static int make_folder(struct demo *d, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	if (d->data) {
		snprintf(d->folder, sizeof(d->folder), "%s", d->data);
		return mkdir(d->folder, 0700) < 0 && errno != EEXIST ? err_set(err, "%s cannot be made: %s", d->folder, strerror(errno)) : 0;
	}
	snprintf(d->folder, sizeof(d->folder), "%s/crier-demo-XXXXXX", tmp ? tmp : "/tmp");
	d->own_folder = mkdtemp(d->folder) != NULL;
	return d->own_folder ? 0 : err_set(err, "no temporary folder: %s", strerror(errno));
}

static int start_simulator(struct demo *d, struct err *err)
{
	const char *argv[2 * MAX_SIM_OPTIONS + 16] = {"simulate", "--listen", "127.0.0.1:0", "--ceiling", d->ceiling, "--refuse-codes", "131026:0.5",
	                                              "--fail-codes", "131049:0.5"};
	char log[1100];
	int n = 9;
	for (int i = 0; i < d->n_sim_options; i++)
		argv[n++] = d->sim_option[i];
	snprintf(log, sizeof(log), "%s/simulator.log", d->folder);
	if (process_start(&d->sim, argv, NULL, log, err) < 0)
		return err_prefix(err, "the simulator");
	snprintf(d->sim_base, sizeof(d->sim_base), "http://%s", d->sim.address);
	rest_set_server(d->sim_rest, d->sim_base, NULL);
	return 0;
}

static int start_server_at(struct demo *d, const char *listen, struct err *err)
{
	char graph[400], key[128], token[128], log[1100];
	const char *argv[] = {"serve", "--data", d->folder, "--listen", listen, "--graph-url", graph, NULL};
	const char *environment[] = {key, token, NULL};
	snprintf(graph, sizeof(graph), "%s/v24.0", d->sim_base);
	snprintf(key, sizeof(key), "CRIER_ADMIN_KEY=%s", d->key);
	snprintf(token, sizeof(token), "CRIER_VERIFY_TOKEN=%s", d->verify_token);
	snprintf(log, sizeof(log), "%s/server.log", d->folder);
	return process_start(&d->server, argv, environment, log, err);
}

/* On the usual port, or on any when that is taken. */
static int start_server(struct demo *d, struct err *err)
{
	if (start_server_at(d, d->listen ? d->listen : "127.0.0.1:8080", err) < 0 &&
	    (d->listen || start_server_at(d, "127.0.0.1:0", err) < 0))
		return err_prefix(err, "the server");
	snprintf(d->base, sizeof(d->base), "http://%s", d->server.address);
	rest_set_server(d->rest, d->base, d->key);
	return 0;
}

static int connect_webhooks(struct demo *d, struct err *err)
{
	char body[600];
	json_auto cJSON *tree = NULL;
	snprintf(body, sizeof(body), "{\"url\":\"%s/webhooks/whatsapp\",\"app_secret\":\"%s\",\"verify_token\":\"%s\"}", d->base, d->app_secret,
	         d->verify_token);
	return rest_post_json(d->sim_rest, "/_sim/webhook", body, &tree, err);
}

static int start(struct demo *d, struct err *err)
{
	random_text(d->key);
	random_text(d->verify_token);
	random_text(d->app_secret);
	if (make_folder(d, err) < 0 || rest_create(&d->rest, err) < 0 || rest_create(&d->sim_rest, err) < 0 || start_simulator(d, err) < 0 ||
	    start_server(d, err) < 0 || connect_webhooks(d, err) < 0)
		return -1;
	printf("simulator of Meta's Cloud API on %s, %s messages a second\nserver on %s, data in %s\n\n", d->sim_base, d->ceiling, d->base, d->folder);
	return 0;
}

/* ---- making the campaign ---- */

static int make_sender(struct demo *d, struct err *err)
{
	char body[700];
	json_auto cJSON *tree = NULL;
	snprintf(body, sizeof(body),
	         "{\"data\":{\"name\":\"" SENDER_NAME "\",\"code\":\"" SENDER_CODE "\",\"channel\":\"whatsapp\",\"phone_number_id\":\"" SENDER_ID
	         "\",\"waba_id\":\"" WABA_ID "\",\"access_token\":\"" ACCESS_TOKEN "\",\"app_secret\":\"%s\"}}",
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
	static const char body[] = "{\"data\":{\"name\":\"flash_sale\",\"channel\":\"whatsapp\",\"wa_sender_code\":\"" SENDER_CODE "\","
				   "\"wa_category\":\"MARKETING\",\"text\":\"Hi {first_name|friend}, our sale starts today. Show your {custom1} card at "
				   "the till and get 20% off.\",\"button_type\":\"quick_reply\",\"button_text\":\"Count me in\",\"button_value\":\"join\"}}";
	char path[80];
	json_auto cJSON *made = NULL;
	if (rest_post_json(d->rest, "/v1/templates", body, &made, err) < 0 || keep_id(made, d->template_id, err) < 0)
		return -1;
	snprintf(path, sizeof(path), "/v1/templates/%s", d->template_id);
	int result = wait_for(d, path, has_verdict, "the template's verdict", err);
	if (result != 0)
		return result;
	json_auto cJSON *tree = NULL;
	if (rest_get(d->rest, path, &tree, err) < 0)
		return -1;
	printf("template    flash_sale: %s\n", json_text(json_get(tree, "data"), "status"));
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
	printf("audience    %" PRId64 " contacts from %s, %" PRId64 " lines refused\n", d->contacts_added, d->contacts, number_in(data, "invalid"));
	return 0;
}

static int make_audience(struct demo *d, struct err *err)
{
	json_auto cJSON *tree = NULL;
	if (rest_post_json(d->rest, "/v1/audiences", "{\"data\":{\"name\":\"Loyalty cards\",\"channel\":\"whatsapp\"}}", &tree, err) < 0 ||
	    keep_id(tree, d->audience_id, err) < 0)
		return -1;
	return import_contacts(d, err);
}

static int make_campaign(struct demo *d, struct err *err)
{
	char body[400];
	json_auto cJSON *tree = NULL;
	snprintf(body, sizeof(body),
	         "{\"data\":{\"name\":\"January Flash Sale\",\"channel\":\"whatsapp\",\"from\":\"" SENDER_NAME "\",\"template\":\"%s\",\"audience\":\"%s\"}}",
	         d->template_id, d->audience_id);
	d->begun = clock_now_ms();
	if (rest_post_json(d->rest, "/v1/campaigns", body, &tree, err) < 0 || keep_id(tree, d->campaign_id, err) < 0)
		return -1;
	printf("campaign    January Flash Sale, %s\n\n", d->campaign_id);
	return 0;
}

/* ---- watching it ---- */

/* Has the simulator told everything it has to tell? */
static int sim_is_quiet(struct demo *d, bool *ret, struct err *err)
{
	json_auto cJSON *ledger = NULL, *stats = NULL;
	if (rest_get(d->sim_rest, "/_sim/ledger", &ledger, err) < 0 || rest_get(d->sim_rest, "/_sim/stats", &stats, err) < 0)
		return -1;
	const cJSON *webhook = json_get(stats, "webhook");
	*ret = number_in(ledger, "pending") == 0 && number_in(webhook, "waiting") == 0 && number_in(webhook, "in_flight") == 0;
	return 0;
}

/* Until the campaign is over and every status is in. 1 when asked to stop. */
static int watch(struct demo *d, struct err *err)
{
	char path[80];
	struct show show;
	snprintf(path, sizeof(path), "/v1/campaigns/%s", d->campaign_id);
	show_begin(&show, d->begun);
	for (;;) {
		json_auto cJSON *tree = NULL;
		bool quiet = false;
		if (rest_get(d->rest, path, &tree, err) < 0)
			return -1;
		const cJSON *data = json_get(tree, "data");
		const char *status = json_text(data, "status");
		bool over = status && strcmp(status, "in_progress") != 0;
		if (over && sim_is_quiet(d, &quiet, err) < 0)
			return -1;
		if (quiet)
			show.last = 0; /* the last line is always shown */
		show_progress(&show, json_get(data, "messages"), clock_now_ms());
		if (quiet || wait_or_stop(LOOK_MS)) {
			show_end(&show);
			return quiet ? 0 : 1;
		}
	}
}

/* ---- the account of it ---- */

struct sums {
	int64_t recipients, sent, delivered, read, failed, refused, skipped, unconfirmed, queued;
	int64_t sim_recipients, sim_taken, sim_doubles, sim_delivered, sim_read, sim_failed;
	double seconds;
};

static void read_sums(const cJSON *data, const cJSON *ledger, struct sums *s)
{
	const cJSON *f = json_get(data, "funnel");
	int64_t first = number_in(ledger, "first_taken_ms"), last = number_in(ledger, "last_taken_ms");
	*s = (struct sums){
		.recipients = number_in(f, "audience"),
		.sent = number_in(f, "sent"),
		.delivered = number_in(f, "delivered"),
		.read = number_in(f, "read"),
		.failed = number_in(f, "failed"),
		.refused = number_in(f, "refused"),
		.skipped = number_in(f, "skipped"),
		.unconfirmed = number_in(f, "unconfirmed"),
		.queued = number_in(f, "queued"),
		.sim_recipients = number_in(ledger, "recipients"),
		.sim_taken = number_in(ledger, "taken"),
		.sim_doubles = number_in(ledger, "doubles"),
		.sim_delivered = number_in(ledger, "delivered"),
		.sim_read = number_in(ledger, "read"),
		.sim_failed = number_in(ledger, "failed"),
		.seconds = (double)(last - first) / 1000,
	};
}

/* Our figures against the simulator's: every recipient accounted for, each one taken once, the same fates. */
static bool sums_agree(const struct demo *d, const struct sums *s)
{
	return s->recipients == d->contacts_added && s->recipients == s->sent + s->refused + s->skipped + s->unconfirmed + s->queued &&
	       s->queued == 0 && s->unconfirmed == 0 && s->sim_doubles == 0 && s->sim_recipients == s->sent && s->sim_taken == s->sent &&
	       s->sim_delivered == s->delivered && s->sim_read == s->read && s->sim_failed == s->failed - s->refused;
}

static int look_at_sums(struct demo *d, cJSON **ret_data, struct sums *ret, struct err *err)
{
	char path[100];
	json_auto cJSON *ledger = NULL;
	snprintf(path, sizeof(path), "/v1/campaigns/%s/analytics", d->campaign_id);
	if (rest_get(d->rest, path, ret_data, err) < 0 || rest_get(d->sim_rest, "/_sim/ledger", &ledger, err) < 0)
		return -1;
	read_sums(json_get(*ret_data, "data"), ledger, ret);
	return 0;
}

/* The last webhooks are durable but may not be applied yet: that takes a moment. 1 when the sums do not agree. */
static int account_for(struct demo *d, struct err *err)
{
	json_auto cJSON *data = NULL;
	struct sums s = {0};
	msec_t until = clock_now_ms() + 10 * SECOND_MS;
	do {
		json_cleanup(&data);
		data = NULL;
		if (look_at_sums(d, &data, &s, err) < 0)
			return -1;
	} while (!sums_agree(d, &s) && clock_now_ms() < until && !wait_or_stop(LOOK_MS));
	show_analytics(json_get(data, "data"));
	if (!d->once)
		return 0;
	printf("{\"recipients\":%" PRId64 ",\"sent\":%" PRId64 ",\"delivered\":%" PRId64 ",\"read\":%" PRId64 ",\"failed\":%" PRId64
	       ",\"unconfirmed\":%" PRId64 ",\"doubles\":%" PRId64 ",\"seconds\":%.3f,\"messages_per_second\":%.1f}\n",
	       s.recipients, s.sent, s.delivered, s.read, s.failed, s.unconfirmed, s.sim_doubles, s.seconds,
	       s.seconds > 0 ? (double)s.sim_taken / s.seconds : 0);
	return sums_agree(d, &s) ? 0 : err_set(err, "the sums do not agree with the simulator's");
}

static void serve_on(struct demo *d)
{
	show_next(d->base, d->key, d->campaign_id);
	printf("Serving until Ctrl-C.\n");
	fflush(stdout);
	while (process_alive(&d->server) && !wait_or_stop(HOUR_MS))
		;
}

static int run(struct demo *d, struct err *err)
{
	static int (*const acts[])(struct demo *, struct err *) = {start, make_sender, make_template, make_audience, make_campaign, watch, account_for};
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		int result = acts[i](d, err);
		if (result != 0)
			return result;
		fflush(stdout);
	}
	if (!d->once)
		serve_on(d);
	return 0;
}

static void end(struct demo *d)
{
	static const char *const files[] = {"crier.db", "crier.db-wal", "crier.db-shm", "crier.key", "server.log", "simulator.log"};
	char path[1100];
	process_stop(&d->server);
	process_stop(&d->sim);
	rest_destroy(d->rest);
	rest_destroy(d->sim_rest);
	for (size_t i = 0; d->own_folder && i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", d->folder, files[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/imports", d->folder);
	if (d->own_folder && (rmdir(path) < 0 || rmdir(d->folder) < 0))
		fprintf(stderr, "crier demo: something is left in %s\n", d->folder);
}

/* ---- the command line ---- */

static void help(void)
{
	printf("usage: crier demo [OPTION…]\n\nRuns the server against the simulator and shows a campaign.\n\n"
	       "  --once                 end when every status is in; the last line is one JSON object\n"
	       "  --data DIR             keep the data there (default: a temporary folder)\n"
	       "  --contacts FILE        CSV of the contacts (default: " CRIER_EXAMPLES "/contacts.csv)\n"
	       "  --ceiling N            messages a second that the simulator takes (default 1000)\n"
	       "  --listen HOST:PORT     address of the server (default 127.0.0.1:8080, or any free port)\n"
	       "  --sim NAME=VALUE       an option of `crier simulate`; may be given several times\n");
}

static int set_option(struct demo *d, const char *name, char *value, struct err *err)
{
	if (strcmp(name, "--data") == 0)
		d->data = value;
	else if (strcmp(name, "--contacts") == 0)
		d->contacts = value;
	else if (strcmp(name, "--ceiling") == 0)
		d->ceiling = value;
	else if (strcmp(name, "--listen") == 0)
		d->listen = value;
	else if (strcmp(name, "--sim") == 0 && d->n_sim_options < MAX_SIM_OPTIONS && strchr(value, '=')) {
		char *option = NULL;
		if (asprintf(&option, "--%s", value) < 0) /* lives as long as the program */
			abort();
		d->sim_option[d->n_sim_options++] = option;
	} else
		return err_set(err, "option '%s' is unknown, or its value is not one; see --help", name);
	return 0;
}

/* 0, 1 help was asked for, -1. */
static int read_options(int argc, char **argv, struct demo *d, struct err *err)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0)
			return 1;
		if (strcmp(argv[i], "--once") == 0) {
			d->once = true;
			continue;
		}
		if (i + 1 == argc)
			return err_set(err, "option '%s' is unknown, or needs a value; see --help", argv[i]);
		if (set_option(d, argv[i], argv[i + 1], err) < 0)
			return -1;
		i++;
	}
	return 0;
}

int command_demo(int argc, char **argv)
{
	struct demo demo = {.contacts = CRIER_EXAMPLES "/contacts.csv", .ceiling = "1000"};
	struct err err = {""};
	int result = read_options(argc, argv, &demo, &err);
	if (result == 1) {
		help();
		return 0;
	}
	if (result < 0) {
		fprintf(stderr, "crier demo: %s\n", err.text);
		return 2;
	}
	signals_block();
	result = sodium_init() < 0 ? err_set(&err, "libsodium cannot be used") : run(&demo, &err);
	if (result < 0)
		fprintf(stderr, "crier demo: %s\n", err.text);
	end(&demo);
	return result < 0 ? 1 : 0;
}
