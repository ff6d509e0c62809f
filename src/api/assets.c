#include "api/assets.h"

#include <string.h>
#include <strings.h>

#include "api/call.h"

/* Scripts, styles and calls of this server only; no script or style inside a page, no frame around it. `data:` pictures are
 * those of the reference's own style sheet. */
#define POLICY                                                                                                \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " \
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

static const struct asset *find(const char *path)
{
	for (size_t i = 0; i < n_assets; i++)
		if (strcmp(assets[i].path, path) == 0)
			return &assets[i];
	return NULL;
}

/* Is gzip named, and not with the weight of nothing? */
static bool takes_gzip(const char *accepted)
{
	const char *at = accepted ? strcasestr(accepted, "gzip") : NULL;
	if (!at)
		return false;
	at += strlen("gzip");
	at += strspn(at, " ");
	if (*at != ';')
		return true;
	const char *weight = strcasestr(at, "q=");
	size_t own = strcspn(at, ",");
	return !weight || (size_t)(weight - at) > own || strspn(weight + 2, "0.") < strcspn(weight + 2, ", ");
}

static bool is_known(const char *known, const char *etag)
{
	return known && (strcmp(known, "*") == 0 || strstr(known, etag) != NULL);
}

static void send_asset(struct api_call *call)
{
	const struct asset *asset = find(http_path(call->req));
	if (!asset) {
		call_fault(call, FAULT_NO_ROUTE, NULL, "There is nothing at this path");
		return;
	}
	http_add_header(call->req, "ETag", asset->etag);
	http_add_header(call->req, "Cache-Control", "no-cache");
	http_add_header(call->req, "Vary", "Accept-Encoding");
	if (is_known(http_header(call->req, "If-None-Match"), asset->etag)) {
		call_answer_text(call, 304, NULL);
		return;
	}
	http_add_header(call->req, "Content-Security-Policy", POLICY);
	http_add_header(call->req, "Referrer-Policy", "no-referrer");
	http_add_header(call->req, "X-Content-Type-Options", "nosniff");
	bool gzip = takes_gzip(http_header(call->req, "Accept-Encoding"));
	if (gzip)
		http_add_header(call->req, "Content-Encoding", "gzip");
	buf_add(&call->out, gzip ? asset->gzip : asset->plain, gzip ? asset->n_gzip : asset->n_plain);
	call_answer_text(call, 200, asset->content_type);
}

void docs_page(struct api_call *call)
{
	send_asset(call);
}

void docs_file(struct api_call *call)
{
	send_asset(call);
}

void docs_contract(struct api_call *call)
{
	send_asset(call);
}
