/* What requests say of themselves in header fields, a field a line: what answers may be packed in, what is known already, the
 * session's cookie, the host that links begin with, whose page it is (three lines: Origin, Host, our own address). */
#include "api/assets.h"
#include "api/authenticate.h"
#include "base/text.h"
#include "fuzz.h"

static char *joined(const char *a, const char *b)
{
	char *text = malloc(strlen(a) + strlen(b) + 1);
	if (!text)
		abort();
	return strcat(strcpy(text, a), b);
}

static void check_encoding(const char *field)
{
	char *first = joined("gzip, ", field), *none = joined("gzip;q=0, ", field);
	if (asset_takes_gzip(field))
		HOLDS(strcasestr(field, "gzip"));
	HOLDS(asset_takes_gzip(first));
	HOLDS(!asset_takes_gzip(none));
	free(first);
	free(none);
}

static void check_known(const char *field)
{
	char *more = joined("W/\"other\", ", field);
	HOLDS(!*field || (asset_is_known(field, field) && asset_is_known(more, field)));
	free(more);
}

static void check_cookie(const char *field, struct arena *arena)
{
	static const char ours[] = "a=b; " SESSION_COOKIE "=it; ";
	char *behind = joined(ours, field);
	const char *value = authenticate_cookie(field, arena), *own = authenticate_cookie(behind, arena);
	HOLDS(!value || (*value && strstr(field, value) && !strchr(value, ';')));
	HOLDS(own && strcmp(own, "it") == 0);
	free(behind);
}

static void check_origin(const char *origin, const char *host, const char *public_url)
{
	char *of_host = joined("http://", host);
	if (authenticate_is_own(origin, host, public_url))
		HOLDS(strstr(origin, "://") &&
		      (strcasecmp(strstr(origin, "://") + 3, host) == 0 || strncasecmp(public_url, origin, strlen(origin)) == 0));
	HOLDS(authenticate_is_own(of_host, host, NULL));
	HOLDS(!authenticate_is_own(origin, NULL, NULL));
	free(of_host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	char *text = fuzz_text(data, n_bytes), *rest = text;
	struct arena *arena = arena_create(4096);
	const char *line[3] = {fuzz_line(&rest), fuzz_line(&rest), fuzz_line(&rest)};
	check_encoding(line[0]);
	check_known(line[0]);
	check_cookie(line[0], arena);
	check_origin(line[0], line[1], line[2]);
	if (call_is_host(line[0]))
		HOLDS(utf8_valid(line[0], strlen(line[0])) && strcspn(line[0], "/?#@\"\\ ") == strlen(line[0]));
	arena_destroy(arena);
	free(text);
	return 0;
}
