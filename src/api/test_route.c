#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "api/route.h"

static const struct route *route;
static char allow[ROUTE_ALLOW_BYTES];

static void a_path_finds_its_handler(void **state)
{
	(void)state;
	assert_int_equal(route_find("GET", "/v1/campaigns", &route, allow), ROUTE_FOUND);
	assert_ptr_equal(route->handler, campaigns_list);
	assert_int_equal(route_find("POST", "/v1/campaigns", &route, allow), ROUTE_FOUND);
	assert_ptr_equal(route->handler, campaigns_create);
	assert_int_equal(route_find("GET", "/v1/campaigns/anything/analytics", &route, allow), ROUTE_FOUND);
	assert_ptr_equal(route->handler, campaigns_analytics);
	assert_int_equal(route_find("DELETE", "/v1/audiences/a/contacts/b", &route, allow), ROUTE_FOUND);
	assert_ptr_equal(route->handler, contacts_delete);
	assert_int_equal(route_find("GET", "/", &route, allow), ROUTE_FOUND);
	assert_ptr_equal(route->handler, page_index);
}

static void other_paths_find_none(void **state)
{
	static const char *const paths[] = {"/v1",
	                                    "/v1/",
	                                    "/v1/campaign",
	                                    "/v1/campaigns/",
	                                    "/v1/campaigns//analytics",
	                                    "/v1/campaigns/a/b/c",
	                                    "/v2/campaigns",
	                                    "/V1/campaigns",
	                                    "//v1/campaigns"};
	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_int_equal(route_find("GET", paths[i], &route, allow), ROUTE_NO_PATH);
}

static void other_methods_are_told(void **state)
{
	(void)state;
	assert_int_equal(route_find("PATCH", "/v1/campaigns/x", &route, allow), ROUTE_NO_METHOD);
	assert_string_equal(allow, "GET, PUT, DELETE");
	assert_int_equal(route_find("GET", "/v1/campaigns/x/pause", &route, allow), ROUTE_NO_METHOD);
	assert_string_equal(allow, "POST");
}

/* Whoever adds a route with an id must give it its codes. */
static void every_id_has_its_codes(void **state)
{
	static const char *const paths[] = {
#define ROUTE(method, path, role, handler, body) path,
#include "api/routes.def"
#undef ROUTE
	};
	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct route one = {.path = paths[i]};
		const char *brace = strrchr(paths[i], '{');
		if (brace)
			assert_int_equal(fault_status(route_unknown_code(&one)), 404);
		if (brace && strncmp(brace, "{contact}", 9) == 0)
			assert_int_equal(route_unknown_code(&one), FAULT_CONTACT_UNKNOWN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_finds_its_handler),
		cmocka_unit_test(other_paths_find_none),
		cmocka_unit_test(other_methods_are_told),
		cmocka_unit_test(every_id_has_its_codes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
