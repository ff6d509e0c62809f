#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sql/pg_url.h"
#include "sql/sql.h"

static void no_sentence_tells_the_password(void **state)
{
	(void)state;
	static const char *const urls[] = {
		"postgresql://crier:s3cr3t@/db?host=/nowhere",
		"postgresql://crier:s3/cr3t@127.0.0.1:1/db",
		"postgresql://crier:12/s3cr3t@127.0.0.1:1/db",
		"postgresql://crier:x@s3cr3t@127.0.0.1:1/db",
		"postgresql://crier:x@s3cr3t/y@127.0.0.1:1/db",
		"postgresql://crier:s3cr3t%zz@127.0.0.1:1/db",
		"postgresql://crier:s3cr3t@127.0.0.1:1/db?nonsense=s3cr3t",
		"postgresql:///db?host=/nowhere/s3cr3t&password=s3cr3t",
		"postgresql://crier:s3cr3t",
		"postgres://s3cr3t@[127.0.0.1/db",
	};
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct sql_db *db = NULL;
		struct sql_options options = {.n_texts = 0};
		struct err err = {""};
		assert_int_equal(sql_open(urls[i], &options, &db, &err), -1);
		assert_true(strlen(err.text) > 20);
		if (strstr(err.text, "cr3t") != NULL)
			fail_msg("%s", err.text);
	}
}

static void good_urls(void **state)
{
	(void)state;
	static const char *const urls[] = {
		"postgresql:///postgres?host=/run/x&user=postgres",
		"postgresql://crier:p%40ss%2Fword@db.example:5432/crier?sslmode=verify-full",
		"postgres://crier:p?w@a:1,b:2/crier?target_session_attrs=read-write",
		"postgresql://h/db?application_name=a@b",
		"postgresql://",
	};
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct err err = {""};
		if (pg_url_check(urls[i], &err) < 0)
			fail_msg("%s: %s", urls[i], err.text);
	}
}

static void telling(void **state)
{
	(void)state;
	assert_true(pg_url_tells("postgresql://u:a%20b@h/d", "user a b failed"));
	assert_false(pg_url_tells("postgresql://u:a%20b@h/d", "user u failed"));
	assert_false(pg_url_tells("postgresql://u@h/d", "user u failed"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_sentence_tells_the_password),
		cmocka_unit_test(good_urls),
		cmocka_unit_test(telling),
	};
	return cmocka_run_group_tests_name("sql/pg_url", tests, NULL, NULL);
}
