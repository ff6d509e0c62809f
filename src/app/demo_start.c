/* The demo's processes and their folder. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/demo.h"

static void random_text(char out[64])
{
	unsigned char random[24];
	randombytes_buf(random, sizeof(random));
	sodium_bin2base64(out, 64, random, sizeof(random), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static int make_folder(struct demo *d, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	if (d->data) {
		snprintf(d->folder, sizeof(d->folder), "%s", d->data);
		return mkdir(d->folder, 0700) < 0 && errno != EEXIST
		               ? err_set(err, "%s cannot be made: %s", d->folder, strerror(errno))
		               : 0;
	}
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
	snprintf(body, sizeof(body), "{\"url\":\"%s/webhooks/whatsapp\",\"app_secret\":\"%s\",\"verify_token\":\"%s\"}", d->base,
	         d->app_secret, d->verify_token);
	return rest_post_json(d->sim_rest, "/_sim/webhook", body, &tree, err);
}

int demo_start(struct demo *d, struct err *err)
{
	random_text(d->key);
	random_text(d->verify_token);
	random_text(d->app_secret);
	if (make_folder(d, err) < 0 || rest_create(&d->rest, err) < 0 || rest_create(&d->sim_rest, err) < 0 ||
	    start_simulator(d, err) < 0 || start_server(d, err) < 0 || connect_webhooks(d, err) < 0)
		return -1;
	printf("simulator of Meta's Cloud API on %s, %s messages a second\nserver on %s, data in %s\n\n", d->sim_base, d->ceiling,
	       d->base, d->folder);
	return 0;
}

void demo_end(struct demo *d)
{
	static const char *const files[] = {"crier.db",  "crier.db-wal", "crier.db-shm",
	                                    "crier.key", "server.log",   "simulator.log"};
	char path[1100];
	process_stop(&d->server);
	process_stop(&d->sim);
	rest_destroy(d->rest);
	rest_destroy(d->sim_rest);
	for (int i = 0; i < d->n_sim_options; i++)
		free(d->sim_option[i]);
	for (size_t i = 0; d->own_folder && i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", d->folder, files[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/imports", d->folder);
	if (d->own_folder && ((rmdir(path) < 0 && errno != ENOENT) || rmdir(d->folder) < 0))
		fprintf(stderr, "crier demo: something is left in %s\n", d->folder);
}
