#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/multipart.h"

#define TYPE "multipart/form-data; boundary=XX"

static struct multipart_file file;
static struct err err;

static int find_bytes(const char *type, const char *body, size_t n)
{
	int fd = memfd_create("body", MFD_CLOEXEC);
	assert_int_equal(write(fd, body, n), (ssize_t)n);
	err.text[0] = '\0';
	file = (struct multipart_file){0};
	int result = multipart_find(fd, n, type, &file, &err);
	close(fd);
	return result;
}

static int find(const char *body)
{
	return find_bytes(TYPE, body, strlen(body));
}

static void test_one_file(void **state)
{
	(void)state;
	static const char body[] = "--XX\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nimage\r\n--XX\r\n"
				   "content-disposition: form-data; name=\"file\"; filename=\"C:\\a \\\"b\\\".png\"\r\n"
				   "CONTENT-TYPE:  image/png\r\n\r\nbytes\r\n--X\r\n\r\n--XX--\r\nafter";
	assert_int_equal(find(body), 0);
	assert_memory_equal(body + file.offset, "bytes\r\n--X\r\n", 12);
	assert_int_equal(file.n_bytes, 12);
	assert_string_equal(file.content_type, "image/png");
	assert_string_equal(file.file_name, "a \"b\".png");
}

static void test_boundaries(void **state)
{
	(void)state;
	static const char body[] = "--a b\r\nContent-Disposition: form-data; filename=x\r\n\r\n\r\n--a b--";
	assert_int_equal(find_bytes("multipart/form-data; charset=x; boundary=\"a b\"", body, sizeof(body) - 1), 0);
	assert_int_equal(file.n_bytes, 0);
	assert_string_equal(file.file_name, "x");
	assert_string_equal(file.content_type, "");
	assert_int_equal(find_bytes("multipart/form-data", body, sizeof(body) - 1), 1);
	assert_int_equal(find_bytes("multipart/form-data; boundary=", body, sizeof(body) - 1), 1);
	assert_int_equal(find_bytes("multipart/form-data; boundary="
	                            "0123456789012345678901234567890123456789012345678901234567890123456789x",
	                            body, sizeof(body) - 1),
	                 1);
	assert_true(multipart_is("Multipart/Form-Data; boundary=x"));
	assert_false(multipart_is("multipart/form-database"));
	assert_false(multipart_is(NULL));
}

/* Wherever the body is cut, nothing is taken for a file. */
static void test_cut_anywhere(void **state)
{
	(void)state;
	static const char body[] =
		"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\nbytes\r\n--XX--";
	for (size_t n = 0; n < sizeof(body) - 1; n++) {
		assert_int_equal(find_bytes(TYPE, body, n), 1);
		assert_true(err.text[0] != '\0');
	}
	assert_int_equal(find_bytes(TYPE, body, sizeof(body) - 1), 0);
}

static void test_not_one_file(void **state)
{
	(void)state;
	assert_int_equal(find("--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--XX--"), 1);
	assert_string_equal(err.text, "the body must have exactly one file; it has 0");
	assert_int_equal(find("--XX\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\n1\r\n--XX\r\n"
	                      "Content-Disposition: form-data; filename=\"b\"\r\n\r\n2\r\n--XX--"),
	                 1);
	assert_string_equal(err.text, "the body must have exactly one file; it has 2");
	char many[8192] = "";
	for (int i = 0; i < 40; i++)
		strcat(many, "--XX\r\n\r\n1\r\n");
	strcat(many, "--XX--");
	assert_int_equal(find(many), 1);
	char *head = malloc(10000);
	snprintf(head, 10000, "--XX\r\nX: %08000d\r\n\r\n1\r\n--XX--", 0);
	assert_int_equal(find(head), 1);
	free(head);
}

/* The boundary lies across the pieces in which the body is read. */
static void test_large_files(void **state)
{
	(void)state;
	enum { MOST = 65536 + 40 };
	char *body = malloc(MOST + 256);
	for (size_t size = 65536 - 90; size < MOST; size++) {
		size_t n = (size_t)sprintf(body, "--XX\r\nContent-Disposition: form-data; filename=a\r\n\r\n");
		memset(body + n, '-', size);
		memcpy(body + n + size, "\r\n--XX--", 8);
		assert_int_equal(find_bytes(TYPE, body, n + size + 8), 0);
		assert_int_equal(file.offset, n);
		assert_int_equal(file.n_bytes, size);
	}
	free(body);
}

static void test_names_that_are_no_names(void **state)
{
	(void)state;
	assert_int_equal(find("--XX\r\nContent-Disposition: form-data; filename=\"../../etc/passwd\"\r\n\r\n1\r\n--XX--"), 0);
	assert_string_equal(file.file_name, "passwd");
	assert_int_equal(find("--XX\r\nContent-Disposition: form-data; filename=\"\xff.png\"\r\n\r\n1\r\n--XX--"), 0);
	assert_string_equal(file.file_name, "");
	assert_int_equal(find("--XX\r\nContent-Disposition: form-data; filename=\"\"\r\n\r\n1\r\n--XX--"), 0);
	assert_string_equal(file.file_name, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_file),     cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_cut_anywhere), cmocka_unit_test(test_not_one_file),
		cmocka_unit_test(test_large_files),  cmocka_unit_test(test_names_that_are_no_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
