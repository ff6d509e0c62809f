/* The demo's processes and their folder. */
#include <errno.h>
#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/demo.h"
#include "app/demo_show.h"

static void random_text(char out[64])
{
	unsigned char random[24];
	randombytes_buf(random, sizeof(random));
	sodium_bin2base64(out, 64, random, sizeof(random), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* What the demo makes has names of its own, which are free only in a new database. */
static int use_folder(struct demo *d, struct err *err)
{
	char path[1100];
	snprintf(d->folder, sizeof(d->folder), "%s", d->data);
	if (mkdir(d->folder, 0700) < 0 && errno != EEXIST)
		return err_set(err, "%s cannot be made: %s", d->folder, strerror(errno));
	snprintf(path, sizeof(path), "%s/crier.db", d->folder);
	if (access(path, F_OK) == 0)
		return err_set(err, "%s holds data already: name a new folder, or go on with `crier serve --data`", d->folder);
	return 0;
}

static int make_folder(struct demo *d, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	if (d->data)
		return use_folder(d, err);
	snprintf(d->folder, sizeof(d->folder), "%s/crier-demo-XXXXXX", tmp ? tmp : "/tmp");
	d->own_folder = mkdtemp(d->folder) != NULL;
	return d->own_folder ? 0 : err_set(err, "no temporary folder: %s", strerror(errno));
}

static int start_simulator(struct demo *d, struct err *err)
{
	const char *argv[MAX_SIM_OPTIONS + 16] = {"simulate",       "--listen",   "127.0.0.1:0",  "--ceiling", d->ceiling,
	                                          "--refuse-codes", "131026:0.5", "--fail-codes", "131049:0.5"};
	char log[1100];
	int n = 9;
	for (int i = 0; i < d->n_sim_options; i++)
		argv[n++] = d->sim_option[i];
	snprintf(log, sizeof(log), "%s/simulator.log", d->folder);
	int result = process_start(&d->sim, argv, NULL, log, err);
	if (result < 0)
		process_tell(&d->sim);
	if (result != 0)
		return result < 0 ? err_prefix(err, "the simulator") : result;
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
	int result = start_server_at(d, d->listen ? d->listen : "127.0.0.1:8080", err);
	if (result < 0 && !d->listen)
		result = start_server_at(d, "127.0.0.1:0", err);
	if (result < 0)
		process_tell(&d->server);
	if (result != 0)
		return result < 0 ? err_prefix(err, "the server") : result;
	snprintf(d->base, sizeof(d->base), "http://%s", d->server.address);
	rest_set_server(d->rest, d->base, d->key);
	return 0;
}

static int connect_webhooks(struct demo *d, struct err *err)
{
	char body[600];
	json_auto cJSON *tree = NULL;
	snprintf(body, sizeof(body), "{\"url\":\"%s/webhooks/whatsapp\",\"app_secret\":\"%s\",\"verify_token\":\"%s\"}", d->base,
	         d->app_secret, d->verify_token);
	return rest_post_json(d->sim_rest, "/_sim/webhook", body, &tree, err);
}

int demo_start(struct demo *d, struct err *err)
{
	random_text(d->key);
	random_text(d->verify_token);
	random_text(d->app_secret);
	if (make_folder(d, err) < 0 || rest_create(&d->rest, err) < 0 || rest_create(&d->sim_rest, err) < 0)
		return -1;
	static int (*const acts[])(struct demo *, struct err *) = {start_simulator, start_server, connect_webhooks};
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		int result = acts[i](d, err);
		if (result != 0)
			return result;
	}
	printf("simulator of Meta's Cloud API on %s, %s messages a second\nserver on %s, data in %s\n", d->sim_base, d->ceiling,
	       d->base, d->folder);
	printf("dashboard, signed in: " SHOW_LINK "\n\n", d->base, d->key);
	return 0;
}

static int check_one(struct process *process, const char *name, struct err *err)
{
	if (process_check(process, err) == 0)
		return 0;
	process_tell(process);
	return err_prefix(err, "%s", name);
}

int demo_check(struct demo *d, struct err *err)
{
	return check_one(&d->sim, "the simulator", err) < 0 ? -1 : check_one(&d->server, "the server", err);
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *at)
{
	(void)stat;
	(void)kind;
	(void)at;
	return remove(path);
}

void demo_end(struct demo *d)
{
	process_stop(&d->server);
	process_stop(&d->sim);
	rest_destroy(d->rest);
	rest_destroy(d->sim_rest);
	for (int i = 0; i < d->n_sim_options; i++)
		free(d->sim_option[i]);
	/* Only ever the folder that mkdtemp made; links are removed, not followed. */
	if (d->own_folder && nftw(d->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0)
		fprintf(stderr, "crier demo: something is left in %s\n", d->folder);
}
