#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/config.h"

static struct config config;
static struct err err;

static int load(char **argv, int argc)
{
	return config_load(argc, argv, &config, &err);
}
#define LOAD(...) load((char *[]){__VA_ARGS__}, (int)(sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)))

/* A configuration file for one test; removed by the caller. */
static char *file_of(const char *text)
{
	static char path[64];
	strcpy(path, "/tmp/crier-config-XXXXXX");
	int fd = mkstemp(path);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

static void defaults(void **state)
{
	(void)state;
	assert_int_equal(load(NULL, 0), 0);
	assert_string_equal(config.listen, "127.0.0.1:8080");
	assert_string_equal(config.admin_key, "");
	config_fini(&config);
}

static void command_line_over_environment_over_file(void **state)
{
	(void)state;
	char *path = file_of("[crier]\nlisten = 1.1.1.1:1\nlog-level = debug\ntemplate-poll = 7\n");
	setenv("CRIER_LISTEN", "2.2.2.2:2", 1);
	setenv("CRIER_LOG_LEVEL", "warn", 1);
	assert_int_equal(LOAD("--config", path, "--listen=3.3.3.3:3"), 0);
	assert_string_equal(config.listen, "3.3.3.3:3");
	assert_string_equal(config.log_level, "warn");
	assert_string_equal(config.template_poll, "7");
	config_fini(&config);
	unsetenv("CRIER_LISTEN");
	unsetenv("CRIER_LOG_LEVEL");
	unlink(path);
}

static void unknown_names_tell_the_nearest(void **state)
{
	(void)state;
	assert_int_equal(LOAD("--lisen", "x"), -1);
	assert_non_null(strstr(err.text, "'lisen'"));
	assert_non_null(strstr(err.text, "'listen'"));
	char *path = file_of("data = /x\ngraf-url = y\n");
	assert_int_equal(LOAD("--config", path), -1);
	assert_non_null(strstr(err.text, "line 2"));
	assert_non_null(strstr(err.text, "'graph-url'"));
	unlink(path);
}

static void what_is_no_option(void **state)
{
	(void)state;
	assert_int_equal(LOAD("serve"), -1);
	assert_int_equal(LOAD("--listen"), -1);
	assert_non_null(strstr(err.text, "needs a value"));
	assert_int_equal(LOAD("--config", "/nowhere/at.all"), -1);
	assert_non_null(strstr(err.text, "/nowhere/at.all"));
	char *path = file_of("[other]\ndata = x\n");
	assert_int_equal(LOAD("--config", path), -1);
	assert_non_null(strstr(err.text, "[other]"));
	unlink(path);
	path = file_of("this is no setting\n");
	assert_int_equal(LOAD("--config", path), -1);
	unlink(path);
	assert_int_equal(LOAD("--help"), 1);
}

static void numbers_have_bounds(void **state)
{
	int64_t n;
	(void)state;
	assert_int_equal(config_number("x", "10", 1, 10, &n, &err), 0);
	assert_int_equal(n, 10);
	assert_int_equal(config_number("x", "11", 1, 10, &n, &err), -1);
	assert_non_null(strstr(err.text, "'x'"));
	assert_int_equal(config_number("x", "1e3", 1, 1000, &n, &err), -1);
	assert_int_equal(config_number("x", "", 1, 10, &n, &err), -1);
}

static void addresses(void **state)
{
	static const char *const bad[] = {"", "host", "host:", ":80", "host:65536", "host:-1", "host:8a", "[::1:80"};
	char host[64];
	uint16_t port;
	(void)state;
	assert_int_equal(config_address("listen", "127.0.0.1:0", host, sizeof(host), &port, &err), 0);
	assert_string_equal(host, "127.0.0.1");
	assert_int_equal(port, 0);
	assert_int_equal(config_address("listen", "[::1]:8080", host, sizeof(host), &port, &err), 0);
	assert_string_equal(host, "::1");
	assert_int_equal(port, 8080);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(config_address("listen", bad[i], host, sizeof(host), &port, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(command_line_over_environment_over_file),
		cmocka_unit_test(unknown_names_tell_the_nearest),
		cmocka_unit_test(what_is_no_option),
		cmocka_unit_test(numbers_have_bounds),
		cmocka_unit_test(addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
