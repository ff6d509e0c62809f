/* The server: opens the rooms from the ground up, and closes them in the opposite order. */
#include <ctype.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/api.h"
#include "api/importer.h"
#include "api/keeper.h"
#include "app/commands.h"
#include "app/config.h"
#include "app/place.h"
#include "app/signals.h"
#include "base/log.h"
#include "delivery/delivery.h"
#include "model/number.h"
#include "store/accounts.h"
#include "webhook/in.h"
#include "webhook/out.h"

#define STOP_MS 10000
#define MAX_FILES 16384
#define HOOKS_STOP_MS 2000 /* what is not answered by then is told again at the next start */

struct server {
	struct config config;
	struct place place;
	char host[256], imports[1200], media[1200], name[160];
	uint16_t port;
	int64_t ready_fd, lease_s, unconfirmed_s, poll_s, max_inflight, rate_limit, max_import_mb, max_media_mb, test_allowance;
	struct lease lease;
	atomic_bool ready; /* all rooms are there */
	bool hex_signature, allow_private_urls;
	struct store *store;
	struct delivery *delivery;
	struct webhook_in *webhook_in;
	struct webhook_out *webhook_out;
	struct importer *importer;
	struct keeper *keeper;
	struct api *api;
	struct http_server *http;
};

/* ---- settings ---- */

/* ISO codes between commas, brought into upper case. */
static int read_countries(char *list, struct err *err)
{
	for (char *p = list; *p; p += p[2] ? 3 : 2) {
		char region[3] = {(char)toupper((unsigned char)p[0]), (char)toupper((unsigned char)p[1]), '\0'};
		if (!number_region_known(region) || (p[2] != '\0' && p[2] != ','))
			return err_set(err, "'blocked-countries' must be ISO country codes between commas, such as CU,IR");
		memcpy(p, region, 2);
	}
	return 0;
}

static int read_settings(struct server *s, struct err *err)
{
	const struct config *c = &s->config;
	enum log_level level;
	if (log_level_parse(c->log_level, &level) < 0)
		return err_set(err, "'log-level' must be debug, info, warn or error");
	log_set_level(level);
	if (config_address("listen", c->listen, s->host, sizeof(s->host), &s->port, err) < 0 ||
	    config_number("ready-fd", c->ready_fd, -1, 1024, &s->ready_fd, err) < 0 ||
	    config_number("lease-seconds", c->lease_seconds, 2, 600, &s->lease_s, err) < 0 ||
	    config_number("unconfirmed-window", c->unconfirmed_window, 1, 7 * 86400, &s->unconfirmed_s, err) < 0 ||
	    config_number("template-poll", c->template_poll, 1, 86400, &s->poll_s, err) < 0 ||
	    config_number("max-inflight", c->max_inflight, 1, 4096, &s->max_inflight, err) < 0 ||
	    config_number("rate-limit", c->rate_limit, 0, 1000000, &s->rate_limit, err) < 0 ||
	    config_number("max-import-mb", c->max_import_mb, 1, 1 << 20, &s->max_import_mb, err) < 0 ||
	    config_number("max-media-mb", c->max_media_mb, 1, 1 << 20, &s->max_media_mb, err) < 0 ||
	    config_number("test-allowance", c->test_allowance, 0, 1000000, &s->test_allowance, err) < 0 ||
	    read_countries(s->config.blocked_countries, err) < 0)
		return -1;
	if (config_choice("webhook-signature", c->webhook_signature, "base64", "hex", &s->hex_signature, err) < 0 ||
	    config_choice("allow-private-urls", c->allow_private_urls, "no", "yes", &s->allow_private_urls, err) < 0)
		return -1;
	if (strncmp(c->graph_url, "http://", 7) != 0 && strncmp(c->graph_url, "https://", 8) != 0)
		return err_set(err, "'graph-url' must begin with https:// or http://");
	size_t n = strlen(c->graph_url);
	while (n > 0 && c->graph_url[n - 1] == '/')
		s->config.graph_url[--n] = '\0';
	if (place_find(c, &s->place, err) < 0)
		return -1;
	snprintf(s->imports, sizeof(s->imports), "%s/imports", s->place.data);
	snprintf(s->media, sizeof(s->media), "%s/media", s->place.data);
	return place_make(s->imports, err) < 0 ? -1 : place_make(s->media, err);
}

/* ---- the first start ---- */

struct bootstrap {
	const char *given;
	char made[KEY_TEXT_BYTES];
	bool first;
};

static int bootstrap_run(struct store_tx *tx, void *arg)
{
	struct bootstrap *b = arg;
	msec_t now = clock_now_ms();
	int result = accounts_bootstrap(tx, now, b->given, b->made);
	b->first = result == 0;
	if (result == 1)
		return b->given ? accounts_ensure_key(tx, now, b->given) : 0;
	return result;
}

static int bootstrap(struct server *s, struct err *err)
{
	const char *given = *s->config.admin_key ? s->config.admin_key : NULL;
	struct bootstrap b = {.given = given};
	if (given && strlen(given) < 16)
		return err_set(err, "'admin-key' must have at least 16 characters");
	if (store_call(s->store, bootstrap_run, &b) != 0)
		return err_set(err, "the first account could not be made");
	if (b.first && !given) {
		printf("Admin API key, shown this once: %s\n", b.made);
		fflush(stdout);
	}
	explicit_bzero(b.made, sizeof(b.made));
	return 0;
}

/* ---- up and down ---- */

static void notify_delivery(void *arg)
{
	struct server *s = arg;
	delivery_notify(s->delivery);
}

static void missed_webhook(void *arg)
{
	struct server *s = arg;
	delivery_missed(s->delivery);
}

/* Another server of the same database left something, or this one is to do what another did. */
static void look_around(void *arg)
{
	struct server *s = arg;
	if (!atomic_load(&s->ready))
		return;
	webhook_in_look(s->webhook_in);
	webhook_out_look(s->webhook_out);
	importer_wake(s->importer);
}

static void *text_or_null(char *text)
{
	return *text ? text : NULL;
}

/* Every connection of a client and to Meta is a file, and the usual limit of 1,024 is meant for programs that use select. */
static void allow_files(void)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= MAX_FILES)
		return;
	files.rlim_cur = files.rlim_max < MAX_FILES ? files.rlim_max : MAX_FILES;
	(void)setrlimit(RLIMIT_NOFILE, &files); /* refused: what there is must do */
}

/* Half of the files; the others are for clients, the database and media. */
static unsigned connections_to_meta(void)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return 0;
	return (unsigned)((files.rlim_cur < MAX_FILES ? files.rlim_cur : MAX_FILES) / 2);
}

static int start_delivery(struct server *s, struct err *err)
{
	char host[64] = "localhost";
	gethostname(host, sizeof(host) - 1);
	snprintf(s->name, sizeof(s->name), "%s:%d", host, (int)getpid());
	return delivery_start(&(struct delivery_options){.store = s->store,
	                                                 .graph_url = s->config.graph_url,
	                                                 .name = s->name,
	                                                 .lease = &s->lease,
	                                                 .lease_ms = s->lease_s * SECOND_MS,
	                                                 .look = look_around,
	                                                 .look_arg = s,
	                                                 .alone = *s->config.database == '\0',
	                                                 .ca_file = text_or_null(s->config.ca_file),
	                                                 .media_folder = s->media,
	                                                 .unconfirmed_window_ms = s->unconfirmed_s * SECOND_MS,
	                                                 .max_inflight = (unsigned)s->max_inflight,
	                                                 .max_connections = connections_to_meta(),
	                                                 .template_poll_ms = s->poll_s * SECOND_MS},
	                      &s->delivery, err);
}

static int start_http(struct server *s, struct err *err)
{
	return http_server_start(&(struct http_server_options){.host = s->host,
	                                                       .port = s->port,
	                                                       .arg = s->api,
	                                                       .policy = api_policy,
	                                                       .handle = api_handle,
	                                                       .refuse = api_refuse,
	                                                       .late = api_late},
	                         &s->http, err);
}

static int start_keeper(struct server *s, struct err *err)
{
	return keeper_create(&(struct keeper_options){.store = s->store,
	                                              .folder = s->media,
	                                              .ca_file = text_or_null(s->config.ca_file),
	                                              .private_urls = s->allow_private_urls,
	                                              .account_bytes = s->max_media_mb << 20},
	                     &s->keeper, err);
}

static int start(struct server *s, struct err *err)
{
	allow_files();
	if (store_open(&(struct store_options){.url = s->place.url,
	                                       .key_file = s->place.key_file,
	                                       /* what it has locked when it stands still is free before its lease is over */
	                                       .max_idle_ms = (int)(s->lease_s * SECOND_MS * 2 / 5)},
	               &s->store, err) < 0 ||
	    bootstrap(s, err) < 0 || start_delivery(s, err) < 0 || start_keeper(s, err) < 0)
		return -1;
	s->webhook_in = webhook_in_create(&(struct webhook_in_options){.store = s->store,
	                                                               .verify_token = text_or_null(s->config.verify_token),
	                                                               .notify = notify_delivery,
	                                                               .missed = missed_webhook,
	                                                               .arg = s,
	                                                               .lease = &s->lease,
	                                                               .alone = *s->config.database == '\0'});
	if (webhook_out_start(&(struct webhook_out_options){.store = s->store,
	                                                    .ca_file = text_or_null(s->config.ca_file),
	                                                    .allow_private = s->allow_private_urls,
	                                                    .hex_signature = s->hex_signature,
	                                                    .lease = &s->lease},
	                      &s->webhook_out, err) < 0)
		return -1;
	s->importer = importer_create(s->store, s->imports, &s->lease);
	s->api = api_create(&(struct api_options){.store = s->store,
	                                          .delivery = s->delivery,
	                                          .lease = &s->lease,
	                                          .webhook_in = s->webhook_in,
	                                          .webhook_out = s->webhook_out,
	                                          .importer = s->importer,
	                                          .keeper = s->keeper,
	                                          .media_folder = s->media,
	                                          .max_account_media_bytes = s->max_media_mb << 20,
	                                          .allow_private_urls = s->allow_private_urls,
	                                          .import_folder = s->imports,
	                                          .max_import_bytes = (uint64_t)s->max_import_mb << 20,
	                                          .key_rate = (unsigned)s->rate_limit,
	                                          .blocked_countries = s->config.blocked_countries,
	                                          .test_allowance = (int)s->test_allowance,
	                                          .public_url = text_or_null(s->config.public_url)});
	atomic_store(&s->ready, true);
	look_around(s);
	return start_http(s, err);
}

static void stop(struct server *s)
{
	if (s->http)
		http_server_quiesce(s->http);
	api_quiesce(s->api);
	delivery_stop(s->delivery, STOP_MS);
	keeper_stop(s->keeper);
	if (s->http)
		http_server_stop(s->http, STOP_MS);
	importer_destroy(s->importer);
	keeper_destroy(s->keeper);
	webhook_in_destroy(s->webhook_in);
	webhook_out_stop(s->webhook_out, HOOKS_STOP_MS);
	api_destroy(s->api);
	store_close(s->store);
	config_fini(&s->config);
}

int command_serve(int argc, char **argv)
{
	static struct server server;
	struct err err;
	int loaded = config_load(argc, argv, &server.config, &err);
	if (loaded == 1) {
		printf("usage: crier serve [OPTION…]\n\n");
		config_help();
		return 0;
	}
	signals_block();
	if (loaded < 0 || read_settings(&server, &err) < 0 || start(&server, &err) < 0) {
		fprintf(stderr, "crier serve: %s\n", err.text);
		if (loaded == 0)
			stop(&server);
		return 2;
	}
	if (store_restored(server.store) >= 0)
		log_warn("app", "the database is a restored backup: every campaign is held until it is resumed");
	log_info("app", "serving", log_t("host", server.host), log_i("port", http_server_port(server.http)),
	         log_t("version", CRIER_VERSION));
	signals_ready((int)server.ready_fd, server.host, http_server_port(server.http));
	int signal = signals_wait();
	log_info("app", "stopping", log_i("signal", signal));
	stop(&server);
	log_info("app", "stopped");
	return 0;
}
