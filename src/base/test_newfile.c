#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/newfile.h"

static char folder[] = "/tmp/crier-newfile-XXXXXX";

static int setup(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	char path[320];
	snprintf(path, sizeof(path), "%s/name", folder);
	unlink(path);
	return rmdir(folder); /* fails when anything else was left behind */
}

static int count_files(void)
{
	DIR *dir = opendir(folder);
	int n = 0;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

static void read_name(char *ret, size_t n_bytes)
{
	char path[320];
	snprintf(path, sizeof(path), "%s/name", folder);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	ssize_t n = read(fd, ret, n_bytes - 1);
	assert_true(n >= 0);
	ret[n] = '\0';
	close(fd);
}

static void test_no_name_before_it_is_kept(void **state)
{
	(void)state;
	struct newfile file;
	char text[16];
	assert_int_equal(newfile_open(folder, &file), 0);
	assert_int_equal(write(file.fd, "one", 3), 3);
	assert_int_equal(count_files(), 0);
	assert_int_equal(newfile_keep(&file, folder, "name"), 0);
	newfile_drop(&file);
	newfile_drop(&file); /* once more is nothing */
	read_name(text, sizeof(text));
	assert_string_equal(text, "one");
}

static void test_a_name_that_is_taken(void **state)
{
	(void)state;
	struct newfile file;
	struct stat before, after;
	char text[16], path[320];
	snprintf(path, sizeof(path), "%s/name", folder);
	const struct timespec old[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(newfile_open(folder, &file), 0);
	assert_int_equal(write(file.fd, "two", 3), 3);
	assert_int_equal(newfile_keep(&file, folder, "name"), 1);
	newfile_drop(&file);
	read_name(text, sizeof(text));
	assert_string_equal(text, "one");
	assert_int_equal(stat(path, &after), 0);
	assert_true(after.st_mtime > before.st_mtime);
	assert_int_equal(count_files(), 1);
}

static void test_with_a_name_of_its_own(void **state)
{
	(void)state;
	struct newfile file = {0};
	char text[16];
	snprintf(file.path, sizeof(file.path), "%s/part-XXXXXX", folder);
	file.fd = mkostemp(file.path, O_CLOEXEC);
	assert_int_equal(write(file.fd, "three", 5), 5);
	assert_int_equal(newfile_keep(&file, folder, "name"), 1);
	newfile_drop(&file);
	assert_int_equal(count_files(), 1);
	char path[320];
	snprintf(path, sizeof(path), "%s/name", folder);
	unlink(path);
	snprintf(file.path, sizeof(file.path), "%s/part-XXXXXX", folder);
	file.fd = mkostemp(file.path, O_CLOEXEC);
	assert_int_equal(write(file.fd, "three", 5), 5);
	assert_int_equal(newfile_keep(&file, folder, "name"), 0);
	newfile_drop(&file);
	assert_int_equal(count_files(), 1);
	read_name(text, sizeof(text));
	assert_string_equal(text, "three");
}

static void test_dropped_before(void **state)
{
	(void)state;
	struct newfile file;
	int before = count_files();
	assert_int_equal(newfile_open(folder, &file), 0);
	newfile_drop(&file);
	assert_int_equal(count_files(), before);
	assert_int_equal(newfile_open("/nowhere-at-all", &file), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_name_before_it_is_kept),
		cmocka_unit_test(test_a_name_that_is_taken),
		cmocka_unit_test(test_with_a_name_of_its_own),
		cmocka_unit_test(test_dropped_before),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
