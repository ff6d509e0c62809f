/* A request's target: path and query, percent escapes, filters and comma lists. */
#include "api/call.h"
#include "api/route.h"
#include "base/text.h"
#include "fuzz.h"
#include "http/server_internal.h"

static struct http_server server = {.options = {.max_target_bytes = 8192}};

static void look(struct http_request *req)
{
	static const char *const filters[] = {"search", "statuses", "channel", "status"};
	struct api_call call = {.req = req, .arena = http_arena(req)};
	char allow[ROUTE_ALLOW_BYTES];
	HOLDS(http_path(req)[0] != '\0');
	HOLDS(utf8_valid(http_path(req), strlen(http_path(req))));
	HOLDS(utf8_valid(http_query_string(req), strlen(http_query_string(req))));
	int n = 0;
	for (const struct http_field *f = req->parameters; f; f = f->next, n++) {
		HOLDS(utf8_valid(f->name, strlen(f->name)) && utf8_valid(f->value, strlen(f->value)));
		HOLDS(http_query(req, f->name, 0) != NULL);
	}
	HOLDS(n <= HTTP_MAX_QUERY_PARAMETERS);
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		const char *rest = call_filter(&call, filters[i]), *value;
		while (rest && (value = call_next_value(&call, &rest)))
			HOLDS(!strchr(value, ',') && value[0] != ' ');
		(void)call_filter_allows(&call, filters[i], "whatsapp");
	}
	if (route_find("GET", http_path(req), &call.route, allow) == ROUTE_FOUND)
		HOLDS(call.route->path[0] == '/');
	HOLDS(strlen(allow) < ROUTE_ALLOW_BYTES);
}

/* Whatever text is escaped comes back. */
static void round_trip(const char *text, size_t n_bytes)
{
	static const char hex[] = "0123456789abcdefABCDEF";
	char *escaped = malloc(n_bytes * 3 + 1), *p = escaped;
	for (size_t i = 0; i < n_bytes; i++) {
		*p++ = '%';
		*p++ = hex[(unsigned char)text[i] >> 4];
		*p++ = hex[(unsigned char)text[i] & 15];
	}
	*p = '\0';
	bool good = http_percent_decode(escaped, true);
	HOLDS(good == (utf8_valid(text, n_bytes) && !memchr(text, '\0', n_bytes)));
	HOLDS(!good || strcmp(escaped, text) == 0);
	free(escaped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	char *text = fuzz_text(data, n_bytes);
	struct http_request *req = request_create(&server, NULL, text);
	if (req->target && request_read_target(req))
		look(req);
	request_destroy(req);
	round_trip(text, n_bytes);
	free(text);
	return 0;
}
