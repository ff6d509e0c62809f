#include "api/assets.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "api/call.h"

/* Scripts, styles and calls of this server only; no script or style inside a page, no frame around it. `data:` pictures are
 * those of the reference's own style sheet. */
#define NOWHERE_ELSE "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
#define POLICY "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " NOWHERE_ELSE
/* The dashboard's: style elements too that its own scripts make, known by a word that is another one in every answer; and the
 * pictures and videos of templates, which lie where their makers keep them. */
#define PAGE_POLICY                                                                                         \
	"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; img-src 'self' data: https:; " \
	"media-src 'self' https:; font-src 'self'; connect-src 'self'; " NOWHERE_ELSE
#define NONCE_MARK "{{nonce}}"
#define NONCE_RANDOM_BYTES 16
/* The name of a part of the page changes with its content. */
#define FOREVER "public, max-age=31536000, immutable"
#define ASK_EACH_TIME "no-cache"

static const struct asset *find(const char *path)
{
	for (size_t i = 0; i < n_assets; i++)
		if (strcmp(assets[i].path, path) == 0)
			return &assets[i];
	return NULL;
}

bool asset_takes_gzip(const char *accepted)
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

bool asset_is_known(const char *known, const char *etag)
{
	return known && (strcmp(known, "*") == 0 || strstr(known, etag) != NULL);
}

/* NULL: answered. */
static const struct asset *find_or_answer(struct api_call *call)
{
	const struct asset *asset = find(http_path(call->req));
	if (!asset)
		call_fault(call, FAULT_NO_ROUTE, NULL, "There is nothing at this path");
	return asset;
}

static void add_headers(struct api_call *call, const char *cache, const char *policy)
{
	http_add_header(call->req, "Cache-Control", cache);
	http_add_header(call->req, "Content-Security-Policy", policy);
	http_add_header(call->req, "Referrer-Policy", "no-referrer");
	http_add_header(call->req, "X-Content-Type-Options", "nosniff");
}

static void send_asset(struct api_call *call, const char *cache)
{
	const struct asset *asset = find_or_answer(call);
	if (!asset)
		return;
	add_headers(call, cache, POLICY);
	http_add_header(call->req, "ETag", asset->etag);
	http_add_header(call->req, "Vary", "Accept-Encoding");
	if (asset_is_known(http_header(call->req, "If-None-Match"), asset->etag)) {
		call_answer_text(call, 304, NULL);
		return;
	}
	bool gzip = asset->gzip && asset_takes_gzip(http_header(call->req, "Accept-Encoding"));
	if (gzip)
		http_add_header(call->req, "Content-Encoding", "gzip");
	call->fixed = gzip ? asset->gzip : asset->plain;
	call->n_fixed = gzip ? asset->n_gzip : asset->n_plain;
	call_answer_text(call, 200, asset->content_type);
}

void page_index(struct api_call *call)
{
	const struct asset *asset = find_or_answer(call);
	unsigned char random[NONCE_RANDOM_BYTES];
	char nonce[sodium_base64_ENCODED_LEN(NONCE_RANDOM_BYTES, sodium_base64_VARIANT_ORIGINAL)];
	if (!asset)
		return;
	randombytes_buf(random, sizeof(random));
	sodium_bin2base64(nonce, sizeof(nonce), random, sizeof(random), sodium_base64_VARIANT_ORIGINAL);
	add_headers(call, ASK_EACH_TIME, arena_printf(call->arena, PAGE_POLICY, nonce));
	const unsigned char *at = asset->plain, *end = at + asset->n_plain, *mark;
	while ((mark = memmem(at, (size_t)(end - at), NONCE_MARK, strlen(NONCE_MARK)))) {
		buf_add(&call->out, at, (size_t)(mark - at));
		buf_add(&call->out, nonce, strlen(nonce));
		at = mark + strlen(NONCE_MARK);
	}
	buf_add(&call->out, at, (size_t)(end - at));
	call_answer_text(call, 200, asset->content_type);
}

void page_file(struct api_call *call)
{
	send_asset(call, FOREVER);
}

void docs_page(struct api_call *call)
{
	send_asset(call, ASK_EACH_TIME);
}

void docs_file(struct api_call *call)
{
	send_asset(call, ASK_EACH_TIME);
}

void docs_contract(struct api_call *call)
{
	send_asset(call, ASK_EACH_TIME);
}
