#include "sql/testdb.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "base/clock.h"

struct testdb {
	struct testdb *next;
	enum sql_engine engine;
	char place[256]; /* the folder, or the database's name */
	char url[1024];
};

static struct testdb *all;
static struct testdb *filled[2]; /* by engine; NULL as long as nobody asked for one */
static unsigned n_made;

static const char *server_url(void)
{
	const char *url = getenv("CRIER_TEST_PG");
	return url != NULL && *url != '\0' ? url : NULL;
}

bool testdb_available(enum sql_engine engine)
{
	return engine == SQL_SQLITE || server_url() != NULL;
}

static int on_server(const char *text)
{
	static const struct sql_options options = {.n_texts = 0};
	struct sql_db *server = NULL;
	struct err err;
	if (sql_open(server_url(), &options, &server, &err) < 0) {
		fprintf(stderr, "CRIER_TEST_PG: %s\n", err.text);
		return -1;
	}
	int ret = sql_script(server, text);
	if (ret < 0)
		fprintf(stderr, "%s: %s\n", text, sql_error(server));
	sql_close(server);
	return ret;
}

static const char *path_of(const struct testdb *db)
{
	return db->url + strlen("sqlite:");
}

static int copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ssize_t n = -1;
	if (in >= 0 && out >= 0)
		while ((n = sendfile(out, in, NULL, 1 << 20)) > 0)
			;
	if (n < 0)
		perror(to);
	close(in);
	close(out);
	return n < 0 ? -1 : 0;
}

static int make_file(struct testdb *db, const struct testdb *like)
{
	const char *tmp = getenv("TMPDIR");
	snprintf(db->place, sizeof db->place, "%s/crier-test-XXXXXX", tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
	if (mkdtemp(db->place) == NULL) {
		perror(db->place);
		return -1;
	}
	snprintf(db->url, sizeof db->url, "sqlite:%s/test.db", db->place);
	return like ? copy_file(path_of(like), path_of(db)) : 0;
}

static int make_database(struct testdb *db, const struct testdb *like)
{
	/* The time too, because a server may outlive processes and see their numbers again. */
	snprintf(db->place, sizeof db->place, "crier_test_%ld_%lld_%u", (long)getpid(), (long long)clock_now_ms(), ++n_made);
	/* A later `dbname` wins over the one in the path. */
	snprintf(db->url, sizeof db->url, "%s%cdbname=%s", server_url(), strchr(server_url(), '?') ? '&' : '?', db->place);
	/* As files: by way of the log, which is what the server would choose, takes four times as long. */
	char text[1024];
	snprintf(text, sizeof text,
	         "CREATE DATABASE %s TEMPLATE %s ENCODING 'UTF8' LOCALE 'C.UTF-8'"
	         " LOCALE_PROVIDER icu ICU_LOCALE 'en-US' STRATEGY file_copy",
	         db->place, like ? like->place : "template0");
	return on_server(text);
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *ftw)
{
	(void)stat;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void drop(struct testdb *db)
{
	if (db->engine == SQL_SQLITE) {
		nftw(db->place, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	} else {
		char text[512];
		snprintf(text, sizeof text, "DROP DATABASE %s WITH (FORCE)", db->place);
		(void)!on_server(text);
	}
	free(db);
}

/* `like` NULL: empty. */
static struct testdb *make(enum sql_engine engine, const struct testdb *like)
{
	struct testdb *db = calloc(1, sizeof *db);
	if (db == NULL)
		abort();
	db->engine = engine;
	if ((engine == SQL_SQLITE ? make_file(db, like) : make_database(db, like)) < 0) {
		free(db);
		return NULL;
	}
	return db;
}

static struct testdb *keep(struct testdb *db)
{
	if (db == NULL)
		return NULL;
	db->next = all;
	all = db;
	return db;
}

const char *testdb_url(enum sql_engine engine)
{
	struct testdb *db = keep(make(engine, NULL));
	if (db == NULL)
		abort();
	return db->url;
}

static void drop_filled(void)
{
	for (int engine = 0; engine < 2; engine++)
		if (filled[engine] != NULL)
			drop(filled[engine]);
}

const char *testdb_url_filled(enum sql_engine engine, int (*fill)(const char *url))
{
	if (filled[engine] == NULL) {
		if (filled[SQL_SQLITE] == NULL && filled[SQL_POSTGRESQL] == NULL)
			atexit(drop_filled);
		filled[engine] = make(engine, NULL);
		if (filled[engine] == NULL || fill(filled[engine]->url) < 0)
			abort();
	}
	struct testdb *db = keep(make(engine, filled[engine]));
	if (db == NULL)
		abort();
	return db->url;
}

int testdb_open(enum sql_engine engine, const struct sql_options *options, struct sql_db **ret)
{
	struct testdb *db = keep(make(engine, NULL));
	if (db == NULL)
		return -1;
	struct err err;
	if (sql_open(db->url, options, ret, &err) < 0) {
		fprintf(stderr, "%s: %s\n", db->place, err.text);
		return -1;
	}
	return 0;
}

void testdb_cleanup(void)
{
	while (all != NULL) {
		struct testdb *db = all;
		all = db->next;
		drop(db);
	}
}
