/* The file in a form, and forms that have none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/form.h"

static int keep(const char *body, size_t n)
{
	char path[] = "/tmp/crier-test-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, body, n), (ssize_t)n);
	return fd;
}

/* What stands in the file found; NULL when there is none. */
static const char *found(const char *type, const char *body)
{
	static char text[256];
	struct form_file file;
	struct err err;
	int fd = keep(body, strlen(body)), result = form_find_file(fd, type, &file, &err);
	if (result == 0) {
		size_t n = (size_t)(file.end - file.begin);
		assert_true(n < sizeof(text));
		assert_int_equal(pread(fd, text, n, file.begin), (ssize_t)n);
		text[n] = '\0';
	}
	close(fd);
	return result == 0 ? text : NULL;
}

#define TYPE FORM_TYPE "; boundary=XX"
#define FILE_HEAD "Content-Disposition: form-data; name=\"f\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n"

static void the_file_is_found(void **state)
{
	(void)state;
	assert_string_equal(found(TYPE, "--XX\r\n" FILE_HEAD "number\n1\n\r\n--XX--\r\n"), "number\n1\n");
	assert_string_equal(found(TYPE, "--XX\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\nv\r\n--XX\r\n" FILE_HEAD
	                                "a--XX\r\nb\r\n--XX\r\n" FILE_HEAD "second\r\n--XX--\r\n"),
	                    "a--XX\r\nb");
	assert_string_equal(found(TYPE, "preamble\r\n--XX\r\n" FILE_HEAD "\r\n--XX--"), "");
	assert_string_equal(found(FORM_TYPE "; charset=utf-8; boundary=\"a b\"", "--a b\r\n" FILE_HEAD "x\r\n--a b--\r\n"), "x");
}

static void other_bodies_have_none(void **state)
{
	(void)state;
	assert_null(found(FORM_TYPE, "--XX\r\n" FILE_HEAD "x\r\n--XX--\r\n"));
	assert_null(found(FORM_TYPE "; boundary=", "--\r\n" FILE_HEAD "x\r\n----\r\n"));
	assert_null(found(TYPE, ""));
	assert_null(found(TYPE, "number\n1\n"));
	assert_null(found(TYPE, "--XX\r\n" FILE_HEAD "cut off"));
	assert_null(found(TYPE, "--XX\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nno file\r\n--XX--\r\n"));
	assert_null(found(TYPE, "--XX--\r\n"));
	assert_null(found(TYPE, "--XX\r\nfilename="));
}

/* The file is longer than what is read at once, and its end falls on every place of a piece's end. */
static void long_files(void **state)
{
	(void)state;
	static const char end[] = "\r\n--XX--\r\n";
	static const char head[] = "--XX\r\n" FILE_HEAD;
	size_t piece = 256 * 1024;
	char *body = malloc(2 * piece);
	assert_non_null(body);
	for (size_t n = piece - 12; n < piece + 4; n++) {
		struct form_file file;
		struct err err;
		memcpy(body, head, sizeof(head) - 1);
		memset(body + sizeof(head) - 1, 'x', n);
		memcpy(body + sizeof(head) - 1 + n, end, sizeof(end) - 1);
		int fd = keep(body, sizeof(head) - 1 + n + sizeof(end) - 1);
		assert_int_equal(form_find_file(fd, TYPE, &file, &err), 0);
		assert_int_equal(file.end - file.begin, n);
		close(fd);
	}
	free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_is_found),
		cmocka_unit_test(other_bodies_have_none),
		cmocka_unit_test(long_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
