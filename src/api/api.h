#pragma once
/* The REST API: routes.def says which path and method is whose; each resource has a file. This is the face for app. */

#include "base/err.h"
#include "delivery/delivery.h"
#include "http/server.h"
#include "store/store.h"

struct api;
struct webhook_in;
struct webhook_out;
struct importer;
struct keeper;

struct api_options {
	struct store *store;
	struct delivery *delivery;
	const struct lease *lease;       /* delivery's */
	struct webhook_in *webhook_in;   /* takes /webhooks/whatsapp */
	struct webhook_out *webhook_out; /* for its figures */
	struct importer *importer;       /* works off CSV imports */
	struct keeper *keeper;           /* keeps media */
	const char *media_folder;        /* where bodies of media are written as they arrive */
	int64_t max_account_media_bytes; /* an account's media in all; 0: any */
	const char *import_folder;       /* where bodies of imports are written as they arrive */
	uint64_t max_import_bytes;       /* 0 means 1 GiB */
	unsigned key_rate;               /* requests a second of one API key; 0: no limit */
	const char *blocked_countries;   /* ISO codes between commas, that no single message goes to; NULL or "" none */
	int test_allowance;              /* test messages of an account in 24 hours */
	bool allow_private_urls;         /* URLs of clients' may lead to addresses that are not public */
	const char *public_url;          /* base of links; NULL: from the request's Host header */
};

struct api *api_create(const struct api_options *options);
/* The http server is quiesced: what takes long ends soon, with 503. */
void api_quiesce(struct api *api);
void api_destroy(struct api *api); /* after the http server has stopped */

/* The callbacks of http/server.h; `arg` is the struct api. */
void api_policy(struct http_request *req, struct http_policy *policy, void *arg);
void api_handle(struct http_request *req, void *arg);
void api_refuse(struct http_request *req, int status, void *arg);
void api_late(const struct http_request *req, struct buf *answer, void *arg);
