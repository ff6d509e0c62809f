#pragma once
/* The keeper of media: a thread that judges the files that were uploaded, fetches those that are named by a URL, keeps each under
 * its hash, and sweeps away what nobody needs. It is a thread of its own, since hashing and fsync of a hundred megabytes may
 * hold up neither the http threads nor delivery.
 *
 * A file is kept before its medium is committed, so a crash in between leaves a file that nobody needs: it is swept when it is an
 * hour old, and whoever comes with the same bytes meanwhile touches it, which gives it another hour. */

#include <stdbool.h>

#include "base/err.h"
#include "model/fault.h"
#include "store/media.h"

#define KEEPER_MAX_TASKS 256 /* under way and waiting */

struct keeper;

struct keeper_options {
	struct store *store;
	const char *folder;    /* the media folder; borrowed */
	const char *ca_file;   /* NULL: the system's */
	bool private_urls;     /* fetch from addresses that are not public, too */
	int64_t account_bytes; /* an account's media may have in all; 0: any */
};

must_check int keeper_create(const struct keeper_options *options, struct keeper **ret, struct err *err);
/* End the thread. Tasks still open are told so, and no more are taken. Before the store closes. NULL is fine. */
void keeper_stop(struct keeper *keeper);
void keeper_destroy(struct keeper *keeper); /* when stopped, and nobody submits any more; NULL is fine */

/* One file. The caller's memory, until `done`. */
struct keeper_task {
	int64_t account_no;
	/* A fetch: from this URL, no more than max_bytes, or what came from it in the last ten minutes. The medium is there when
	 * it is done. NULL: an upload, the caller's own file; when it is done it is kept, and the medium is the caller's to
	 * create (media_create with `medium`). */
	const char *url;
	int64_t max_bytes;
	int fd;                   /* of an upload: a piece of the file */
	uint64_t offset, n_bytes; /* of an upload: where */
	const char *content_type; /* of an upload, as it was said; NULL or "" or application/octet-stream: the bytes must tell */
	const char *file_name;    /* of an upload; NULL */

	/* What came of it: fault 0, and the medium; or the fault with a sentence that goes on from the field's name. */
	enum fault_code fault;
	char why[256];
	struct medium medium; /* no: only of a fetch */
	char sha256[MEDIA_SHA256_BYTES];

	void (*done)(struct keeper_task *task); /* on the keeper's thread, once */
	void *arg;
	struct keeper_task *next; /* tasks that are submitted together */
};

/* The list of tasks, all or none: 1 when there are too many under way, or it is stopping. Any thread. */
must_check int keeper_submit(struct keeper *keeper, struct keeper_task *tasks);

/* The fault of a file that is no file of its kind, or too large for it: 1275, 1276, 1277, else the general one. */
enum fault_code keeper_kind_fault(enum media_kind kind);
