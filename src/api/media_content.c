/* The bytes of a medium, for previews: from its file, a piece when the socket has taken the one before. They are strangers' bytes
 * on this server's origin, so a browser may neither guess another type nor run anything in them. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "api/api_internal.h"
#include "api/call.h"
#include "base/log.h"
#include "store/media.h"

#define PIECE_BYTES ((size_t)64 << 10)

struct content {
	int fd;
	char bytes[PIECE_BYTES];
};

static enum http_next produce(struct buf *piece, void *arg)
{
	struct content *c = arg;
	ssize_t n = read(c->fd, c->bytes, sizeof(c->bytes));
	if (n < 0 && errno == EINTR)
		return HTTP_GO_ON;
	if (n <= 0)
		return n < 0 ? HTTP_BROKEN : HTTP_END;
	buf_add(piece, c->bytes, (size_t)n);
	return HTTP_GO_ON;
}

static void closed(void *arg)
{
	struct content *c = arg;
	close(c->fd);
}

/* Its bytes never change, but it can be deleted, and who may see it can change. */
static void add_headers(struct http_request *req)
{
	http_add_header(req, "X-Content-Type-Options", "nosniff");
	http_add_header(req, "Content-Security-Policy", "default-src 'none'; sandbox");
	http_add_header(req, "Cross-Origin-Resource-Policy", "same-origin");
	http_add_header(req, "Cache-Control", "private, max-age=3600");
}

static int open_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct content *c = call->state;
	struct medium m;
	int got = media_read(tx, call->key.account_no, call->id[0], call->arena, &m);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	c->fd = open(arena_printf(call->arena, "%s/%s", call->api->options.media_folder, m.sha256), O_RDONLY | O_CLOEXEC);
	if (c->fd < 0) {
		log_error("api", "the file of a medium cannot be opened", log_i("medium", m.no), log_t("error", strerror(errno)));
		return -1;
	}
	call->content_type = m.mime_type;
	add_headers(call->req);
	return 0;
}

void media_files_content(struct api_call *call)
{
	struct content *c = call->state = arena_alloc(call->arena, sizeof(*c));
	call_stream(call, open_run, &(struct http_stream){produce, closed, c});
}
