#include "api/route.h"

#include <string.h>

#include "api/api_internal.h"
#include "model/number.h"

static const struct route routes[] = {
#define ROUTE(method, path, role, handler, body) {#method, path, ROLE_##role, handler, BODY_##body},
#include "api/routes.def"
#undef ROUTE
};
#define N_ROUTES (sizeof(routes) / sizeof(routes[0]))

static const struct {
	const char *name;
	enum pubid_kind kind;
	enum fault_code malformed, unknown;
} kinds[] = {
	{"{key}", PUBID_KEY, FAULT_KEY_ID, FAULT_KEY_UNKNOWN},
	{"{sender}", PUBID_SENDER, FAULT_SENDER_ID, FAULT_SENDER_UNKNOWN},
	{"{template}", PUBID_TEMPLATE, FAULT_TEMPLATE_ID, FAULT_TEMPLATE_UNKNOWN},
	{"{audience}", PUBID_AUDIENCE, FAULT_AUDIENCE_ID, FAULT_AUDIENCE_UNKNOWN},
	{"{contact}", PUBID_CONTACT, FAULT_CONTACT_ID, FAULT_CONTACT_UNKNOWN},
	{"{import}", PUBID_IMPORT, FAULT_IMPORT_ID, FAULT_IMPORT_UNKNOWN},
	{"{campaign}", PUBID_CAMPAIGN, FAULT_CAMPAIGN_ID, FAULT_CAMPAIGN_UNKNOWN},
	{"{media}", PUBID_MEDIA, FAULT_MEDIA_ID, FAULT_MEDIA_UNKNOWN},
	{"{message}", PUBID_MESSAGE, FAULT_MESSAGE_ID, FAULT_MESSAGE_UNKNOWN},
	{"{webhook}", PUBID_WEBHOOK, FAULT_HOOK_ID, FAULT_HOOK_UNKNOWN},
	{"{delivery}", PUBID_HOOK_EVENT, FAULT_HOOK_DELIVERY_ID, FAULT_HOOK_DELIVERY_UNKNOWN},
	{"{optout}", PUBID_OPTOUT, FAULT_OPTOUT_ID, FAULT_OPTOUT_UNKNOWN},
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* The segment that begins behind *path's slash; *path moves behind it. */
static size_t next_segment(const char **path, const char **ret)
{
	*ret = *path + 1;
	size_t n = strcspn(*ret, "/");
	*path = *ret + n;
	return n;
}

static bool fits(const char *pattern, const char *path)
{
	while (*pattern == '/' && *path == '/') {
		const char *want, *is;
		size_t n_want = next_segment(&pattern, &want), n_is = next_segment(&path, &is);
		bool same = *want == '{' ? n_is > 0 : n_want == n_is && memcmp(want, is, n_is) == 0;
		if (!same)
			return false;
	}
	return *pattern == '\0' && *path == '\0';
}

enum route_found route_find(const char *method, const char *path, const struct route **ret, char allow[ROUTE_ALLOW_BYTES])
{
	allow[0] = '\0';
	for (size_t i = 0; i < N_ROUTES; i++) {
		if (!fits(routes[i].path, path))
			continue;
		if (strcmp(routes[i].method, method) == 0) {
			*ret = &routes[i];
			return ROUTE_FOUND;
		}
		if (allow[0] != '\0')
			strcat(allow, ", ");
		strcat(allow, routes[i].method);
	}
	return allow[0] != '\0' ? ROUTE_NO_METHOD : ROUTE_NO_PATH;
}

static size_t kind_of(const char *segment, size_t n)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (strlen(kinds[i].name) == n && memcmp(kinds[i].name, segment, n) == 0)
			return i;
	return 0;
}

static void fault_unknown(struct api_call *call, size_t kind)
{
	int name_bytes = (int)strlen(kinds[kind].name) - 2;
	fault_add(&call->faults, kinds[kind].unknown, NULL, "There is no %.*s with this id", name_bytes, kinds[kind].name + 1);
}

static size_t last_kind(const struct route *route)
{
	size_t kind = 0;
	for (const char *pattern = route->path; *pattern == '/';) {
		const char *segment;
		size_t n = next_segment(&pattern, &segment);
		if (*segment == '{')
			kind = kind_of(segment, n);
	}
	return kind;
}

enum fault_code route_unknown_code(const struct route *route)
{
	return kinds[last_kind(route)].unknown;
}

void route_fault_unknown(struct api_call *call)
{
	fault_unknown(call, last_kind(call->route));
}

static bool open_id(struct api_call *call, size_t kind, const char *text, size_t n, int at)
{
	struct uuid uuid;
	int name_bytes = (int)strlen(kinds[kind].name) - 2;
	char digits[NUMBER_BYTES];
	if (kinds[kind].kind == PUBID_OPTOUT && number_parse(text, n, digits) == NUMBER_OK)
		return true; /* its number names an opt-out as well; its id is 0 then */
	if (!uuid_parse(text, n, &uuid)) {
		call_fault(call, kinds[kind].malformed, NULL, "The %.*s id in the path is malformed: it must be a UUID",
		           name_bytes, kinds[kind].name + 1);
		return false;
	}
	const struct pubid_key *ids = store_ids(call->api->options.store);
	if (pubid_open(ids, kinds[kind].kind, &uuid, &call->id[at], &call->id_b[at]))
		return true;
	if (kinds[kind].kind == PUBID_MESSAGE && pubid_open(ids, PUBID_INBOUND, &uuid, &call->id[at], NULL))
		return true; /* a message that a person wrote: its second number is 0 */
	fault_unknown(call, kind);
	call_faults(call);
	return false;
}

bool route_open_ids(struct api_call *call)
{
	const char *pattern = call->route->path, *path = http_path(call->req);
	int at = 0;
	while (*pattern == '/') {
		const char *want, *is;
		size_t n_want = next_segment(&pattern, &want), n_is = next_segment(&path, &is);
		bool is_id = *want == '{' && strncmp(want, "{file}", n_want) != 0;
		if (is_id && !open_id(call, kind_of(want, n_want), is, n_is, at++))
			return false;
	}
	return true;
}
