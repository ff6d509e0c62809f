/* `crier import`: a client of the running server's API, as any other. The file is sent as it is read; what is shown of the import
 * is what the server tells. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/rest.h"
#include "base/text.h"

#define DEFAULT_URL "http://127.0.0.1:8080"
#define LOOK_EVERY_MS 200
#define PATIENCE_MS 60000 /* with a server that does not answer, which may be starting again */
#define SHOWN_REJECTS 10
#define BAR_CHARS 40

enum { EXIT_ALL = 0, EXIT_REJECTED = 1, EXIT_FAILED = 2 };

struct upload {
	const char *file, *audience, *region, *url;
	struct rest *rest;
	int fd;
	int64_t bytes;
	char audience_id[64], import_id[64];
	int shown_pct;
	bool terminal;
};

/* ---- what is asked for ---- */

static void usage(FILE *out)
{
	fprintf(out, "usage: crier import FILE --audience NAME [--region GB] [--url " DEFAULT_URL "]\n\n"
	             "  --audience   the audience that gets the contacts; made when there is none of that name\n"
	             "  --region     country of the numbers that are written without country code, such as GB\n"
	             "  --url        where the server is reached\n\n"
	             "The API key is read from CRIER_KEY. Ends with 0 when every row was taken, 1 when some were rejected,\n"
	             "2 when the import failed.\n");
}

/* 1: help was asked for. */
static int read_arguments(int argc, char **argv, struct upload *u, struct err *err)
{
	const struct {
		const char *name;
		const char **value;
	} options[] = {{"--audience", &u->audience}, {"--region", &u->region}, {"--url", &u->url}};
	for (int i = 0; i < argc; i++) {
		size_t at = 0, n = sizeof(options) / sizeof(options[0]);
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return 1;
		while (at < n && strcmp(options[at].name, argv[i]) != 0)
			at++;
		if (at < n && ++i == argc)
			return err_set(err, "'%s' needs a value", options[at].name);
		if (at == n && (argv[i][0] == '-' || u->file))
			return err_set(err, "'%.64s' is not understood", argv[i]);
		*(at < n ? options[at].value : &u->file) = argv[i];
	}
	if (!u->file || !u->audience)
		return err_set(err, "a FILE and --audience NAME are needed");
	return 0;
}

static int open_file(struct upload *u, struct err *err)
{
	struct stat is;
	u->fd = u->file ? open(u->file, O_RDONLY | O_CLOEXEC) : -1;
	if (u->fd < 0 || fstat(u->fd, &is) < 0)
		return err_set(err, "%s cannot be read: %s", u->file, strerror(errno));
	if (!S_ISREG(is.st_mode) || is.st_size == 0)
		return err_set(err, "%s is not a file with contents", u->file);
	u->bytes = is.st_size;
	return 0;
}

/* ---- the audience ---- */

static void add_escaped(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_addf(out, "%%%02X", (unsigned char)*text);
}

/* A path that goes on with an id of the server's. */
static int take_id(const cJSON *answer, char ret[64], struct err *err)
{
	const char *id = json_text(answer, "id");
	if (!id || strlen(id) >= 64 || strspn(id, "0123456789abcdefABCDEF-") != strlen(id))
		return err_set(err, "the server's answer has no id");
	snprintf(ret, 64, "%s", id);
	return 0;
}

/* On one page of the list: 0 found, 1 not here; *ret_next: the path of the next page, "" none. */
static int look_on_page(struct upload *u, const char *path, char ret_next[2048], struct err *err)
{
	json_auto cJSON *tree = NULL;
	ret_next[0] = '\0';
	if (rest_get(u->rest, path, &tree, err) < 0)
		return -1;
	const cJSON *list = json_get(tree, "data");
	for (const cJSON *item = list ? list->child : NULL; item; item = item->next) {
		const char *name = json_text(item, "name");
		if (name && strcmp(name, u->audience) == 0)
			return take_id(item, u->audience_id, err);
	}
	const char *next = json_text(json_get(json_get(tree, "pagination"), "links"), "next");
	const char *from = next ? strstr(next, "/v1/audiences") : NULL;
	snprintf(ret_next, 2048, "%s", from ? from : "");
	return 1;
}

static int make_audience(struct upload *u, struct err *err)
{
	buf_auto struct buf body;
	struct json_writer w;
	json_auto cJSON *tree = NULL;
	buf_init(&body, 4096);
	json_begin(&w, &body);
	json_open_object(&w, NULL);
	json_open_object(&w, "data");
	json_put_text(&w, "name", u->audience);
	json_put_text(&w, "channel", "WHATSAPP");
	json_close_object(&w);
	json_close_object(&w);
	if (rest_post_json(u->rest, "/v1/audiences", buf_text(&body), &tree, err) < 0)
		return -1;
	return take_id(json_get(tree, "data"), u->audience_id, err);
}

static int find_audience(struct upload *u, struct err *err)
{
	buf_auto struct buf path;
	char page[2048];
	buf_init(&path, sizeof(page));
	buf_adds(&path, "/v1/audiences?page_size=100&filter%5Bsearch%5D=");
	add_escaped(&path, u->audience);
	if (path.overflow)
		return err_set(err, "the audience's name is too long");
	snprintf(page, sizeof(page), "%s", buf_text(&path));
	int found = 1;
	while (found == 1 && page[0]) {
		char next[2048];
		found = look_on_page(u, page, next, err);
		snprintf(page, sizeof(page), "%s", next);
	}
	return found == 1 ? make_audience(u, err) : found;
}

/* ---- the import ---- */

static int send_file(struct upload *u, struct err *err)
{
	json_auto cJSON *tree = NULL;
	char path[160];
	snprintf(path, sizeof(path), "/v1/audiences/%s/import%s%.8s", u->audience_id, u->region ? "?region=" : "",
	         u->region ? u->region : "");
	if (u->terminal)
		fprintf(stderr, "Sending %.1f MB…", (double)u->bytes / 1e6);
	if (rest_post_file(u->rest, path, "text/csv", u->fd, (uint64_t)u->bytes, &tree, err) < 0)
		return -1;
	return take_id(json_get(tree, "data"), u->import_id, err);
}

static int64_t number_of(const cJSON *data, const char *key)
{
	int64_t n = 0;
	return json_int(data, key, &n) ? n : 0;
}

static void show_progress(struct upload *u, const cJSON *data)
{
	const cJSON *progress = json_get(data, "progress");
	int pct = cJSON_IsNumber(progress) ? (int)(progress->valuedouble * 100) : 0;
	long long rows = (long long)number_of(data, "rows");
	if (u->terminal) {
		char bar[BAR_CHARS + 1];
		int filled = pct * BAR_CHARS / 100;
		for (int i = 0; i < BAR_CHARS; i++)
			bar[i] = i < filled ? '#' : '.';
		bar[BAR_CHARS] = '\0';
		fprintf(stderr, "\r\033[K[%s] %3d %%  %lld rows", bar, pct, rows);
	} else if (pct / 10 > u->shown_pct / 10) {
		fprintf(stderr, "%d %%, %lld rows\n", pct, rows);
		u->shown_pct = pct;
	}
}

/* The import as it is when it is over. */
static int wait_for_end(struct upload *u, cJSON **ret, struct err *err)
{
	char path[96];
	snprintf(path, sizeof(path), "/v1/imports/%s", u->import_id);
	for (int silent_ms = 0;;) {
		json_auto cJSON *tree = NULL;
		int got = rest_get(u->rest, path, &tree, err);
		if (got < 0 && ((rest_status(u->rest) != 0 && rest_status(u->rest) != 503) || silent_ms >= PATIENCE_MS))
			return -1;
		silent_ms = got < 0 ? silent_ms + LOOK_EVERY_MS : 0;
		const cJSON *data = json_get(tree, "data");
		const char *status = json_text(data, "status");
		if (status)
			show_progress(u, data);
		if (status && strcmp(status, "waiting") != 0 && strcmp(status, "running") != 0) {
			*ret = tree;
			tree = NULL;
			return 0;
		}
		nanosleep(&(struct timespec){.tv_nsec = LOOK_EVERY_MS * 1000000L}, NULL);
	}
}

/* ---- what came of it ---- */

static void show_rejects(const cJSON *data, int64_t invalid)
{
	const cJSON *list = json_get(data, "rejected");
	int n = 0;
	for (const cJSON *item = list ? list->child : NULL; item && n < SHOWN_REJECTS; item = item->next, n++) {
		const char *number = json_text(item, "number"), *reason = json_text(item, "reason");
		printf("  line %lld: '%s': %s\n", (long long)number_of(item, "line"), number ? number : "", reason ? reason : "");
	}
	if (invalid > n)
		printf("  … and %lld more\n", (long long)invalid - n);
}

static int show_end(const struct upload *u, const cJSON *tree)
{
	const cJSON *data = json_get(tree, "data");
	const char *status = json_text(data, "status"), *error = json_text(data, "error");
	int64_t invalid = number_of(data, "invalid");
	if (u->terminal)
		fprintf(stderr, "\n");
	printf("%lld rows: %lld added, %lld updated, %lld there already, %lld rejected\n", (long long)number_of(data, "rows"),
	       (long long)number_of(data, "added"), (long long)number_of(data, "updated"),
	       (long long)number_of(data, "duplicates"), (long long)invalid);
	show_rejects(data, invalid);
	if (invalid > SHOWN_REJECTS)
		printf("All that are kept: GET /v1/imports/%s with Accept: text/csv\n", u->import_id);
	if (strcmp(status, "completed") == 0)
		return invalid > 0 ? EXIT_REJECTED : EXIT_ALL;
	fprintf(stderr, "crier import: the import is %s%s%s\n", status, error ? ": " : "", error ? error : "");
	return EXIT_FAILED;
}

static int import_file(struct upload *u, const char *key, struct err *err)
{
	json_auto cJSON *tree = NULL;
	if (rest_create(&u->rest, err) < 0)
		return -1;
	rest_set_server(u->rest, u->url, key);
	if (find_audience(u, err) < 0 || send_file(u, err) < 0 || wait_for_end(u, &tree, err) < 0)
		return -1;
	return show_end(u, tree);
}

int command_import(int argc, char **argv)
{
	struct upload u = {.url = DEFAULT_URL, .fd = -1, .terminal = isatty(STDERR_FILENO)};
	struct err err;
	const char *key = getenv("CRIER_KEY");
	int got = read_arguments(argc, argv, &u, &err);
	if (got == 1) {
		usage(stdout);
		return EXIT_ALL;
	}
	if (got == 0 && (!key || !*key))
		got = err_set(&err, "CRIER_KEY is not set: it is the API key");
	if (got == 0)
		got = open_file(&u, &err);
	if (got == 0)
		got = import_file(&u, key, &err);
	if (got < 0)
		fprintf(stderr, "crier import: %s\n", err.text);
	rest_destroy(u.rest);
	if (u.fd >= 0)
		close(u.fd);
	return got < 0 ? EXIT_FAILED : got;
}
