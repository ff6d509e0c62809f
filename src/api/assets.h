#pragma once
/* What the server shows from itself: the dashboard's page at / with its parts, the reference at /docs and the contract as JSON,
 * packed into the binary when it is built (web/pack.mjs), so that nothing is fetched from elsewhere and no folder has to be
 * installed. */

#include <stdbool.h>
#include <stddef.h>

struct asset {
	const char *path; /* whole, as asked for */
	const char *content_type;
	const char *etag; /* weak: of the content, whichever way it is sent */
	const unsigned char *plain;
	size_t n_plain;
	const unsigned char *gzip; /* NULL: it would be no smaller, or is not sent as it is */
	size_t n_gzip;
};

extern const struct asset assets[];
extern const size_t n_assets;

/* Of header fields, NULL where a request has none. Accept-Encoding: is gzip named, and not with the weight of nothing? */
bool asset_takes_gzip(const char *accepted);
/* If-None-Match: is this one among what the client has? */
bool asset_is_known(const char *known, const char *etag);
