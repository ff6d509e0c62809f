/* The keeper without the rest of the api: what it keeps, fetches once, sweeps away, and tells when it is stopped. */
#include <fcntl.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/keeper.h"
#include "base/log.h"
#include "http/test_peer.h"
#include "store/test_world.h"

#define PICTURE "\x89PNG\r\n\x1a\n and so on"

static struct keeper *keeper;
static char folder[320];
static sem_t done, asked;

static void begin(struct world *w)
{
	struct err err;
	log_set_level(LOG_ERROR);
	sem_init(&done, 0, 0);
	sem_init(&asked, 0, 0);
	assert_int_equal(
		keeper_create(&(struct keeper_options){.store = w->store, .folder = folder, .private_urls = true}, &keeper, &err),
		0);
}

static struct world *open_world(void **state)
{
	struct world *w = world_open(state, 0);
	snprintf(folder, sizeof(folder), "%s/media", w->folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	return w;
}

static int teardown(void **state)
{
	char command[400];
	keeper_stop(keeper);
	keeper_destroy(keeper);
	keeper = NULL;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
	return world_teardown(state);
}

static void on_done(struct keeper_task *task)
{
	(void)task;
	sem_post(&done);
}

static void run(struct keeper_task *task)
{
	task->done = on_done;
	assert_int_equal(keeper_submit(keeper, task), 0);
	sem_wait(&done);
}

static struct keeper_task upload(struct world *w, const char *type)
{
	int fd = memfd_create("upload", MFD_CLOEXEC);
	assert_int_equal(write(fd, PICTURE, sizeof(PICTURE) - 1), sizeof(PICTURE) - 1);
	struct keeper_task task = {
		.account_no = w->account, .fd = fd, .n_bytes = sizeof(PICTURE) - 1, .content_type = type, .file_name = "a.png"};
	run(&task);
	close(fd);
	return task;
}

static bool exists(const char *name)
{
	char path[400];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

static void test_uploads_are_judged_and_kept(void **state)
{
	struct world *w = open_world(state);
	begin(w);
	struct keeper_task good = upload(w, "image/png"), sniffed = upload(w, NULL), wrong = upload(w, "image/jpeg");
	assert_int_equal(good.fault, 0);
	assert_int_equal(good.medium.kind, MEDIA_IMAGE);
	assert_true(exists(good.sha256));
	assert_string_equal(sniffed.medium.mime_type, "image/png");
	assert_string_equal(sniffed.sha256, good.sha256);
	assert_int_equal(wrong.fault, FAULT_MEDIA_IMAGE);
	assert_string_equal(wrong.why, " is said to be image/jpeg, but its bytes are not");
}

static void put_file(const char *name, time_t age_s)
{
	char path[400];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	const struct timespec times[2] = {{.tv_sec = time(NULL) - age_s}, {.tv_sec = time(NULL) - age_s}};
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static void test_what_nobody_needs_is_swept(void **state)
{
	struct world *w = open_world(state);
	struct medium m = {
		.account_no = w->account, .kind = MEDIA_IMAGE, .mime_type = "image/png", .size = 1, .sha256 = "needed"};
	int64_t no;
	assert_int_equal(IN_JOB(w, media_create(tx, &m, 0, w->now, &no)), 0);
	put_file("needed", 7200);
	put_file("orphan", 7200);
	put_file("part-abc", 7200);
	put_file("young", 60);
	begin(w);
	upload(w, NULL); /* the first sweep is over when this has been dealt with */
	upload(w, NULL);
	assert_true(exists("needed"));
	assert_true(exists("young"));
	assert_false(exists("orphan"));
	assert_false(exists("part-abc"));
}

static atomic_int n_requests;

static void serve_picture(int fd, int n_before, void *arg)
{
	char request[2048];
	(void)n_before;
	(void)arg;
	while (peer_read_request(fd, request, sizeof(request))) {
		atomic_fetch_add(&n_requests, 1);
		peer_send(fd, "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 18\r\n\r\n" PICTURE);
	}
	close(fd);
}

static void serve_nothing(int fd, int n_before, void *arg)
{
	char request[2048];
	(void)n_before;
	(void)arg;
	(void)peer_read_request(fd, request, sizeof(request));
	sem_post(&asked);
	(void)peer_read_request(fd, request, sizeof(request)); /* until it is closed */
	close(fd);
}

static void test_a_url_is_fetched_once(void **state)
{
	struct world *w = open_world(state);
	struct peer_server server;
	char url[64];
	atomic_store(&n_requests, 0);
	begin(w);
	peer_server_start(&server, serve_picture, NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/a.png", server.port);
	struct keeper_task first = {.account_no = w->account, .url = url, .max_bytes = 1000}, second = first;
	run(&first);
	run(&second);
	assert_int_equal(first.fault, 0);
	assert_int_equal(second.fault, 0);
	assert_int_equal(second.medium.no, first.medium.no);
	assert_string_equal(second.sha256, first.sha256);
	assert_int_equal(atomic_load(&n_requests), 1);
	assert_true(exists(first.sha256));
	keeper_stop(keeper); /* closes the connection that the server waits on */
	peer_server_stop(&server);
}

static void test_stopped_in_the_middle(void **state)
{
	struct world *w = open_world(state);
	struct peer_server server;
	char url[64];
	begin(w);
	peer_server_start(&server, serve_nothing, NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/a.png", server.port);
	struct keeper_task task = {.account_no = w->account, .url = url, .max_bytes = 1000, .done = on_done};
	assert_int_equal(keeper_submit(keeper, &task), 0);
	sem_wait(&asked);
	keeper_stop(keeper);
	sem_wait(&done);
	assert_int_equal(task.fault, FAULT_OVERLOADED);
	assert_int_equal(keeper_submit(keeper, &task), 1);
	peer_server_stop(&server);
}

#define KEEPER_TEST(f)                                           \
	{                                                        \
#f, f, NULL, teardown, &engines_list[SQL_SQLITE] \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KEEPER_TEST(test_uploads_are_judged_and_kept),
		KEEPER_TEST(test_what_nobody_needs_is_swept),
		KEEPER_TEST(test_a_url_is_fetched_once),
		KEEPER_TEST(test_stopped_in_the_middle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
