#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

static char written[1 << 20];

static int setup(void **state)
{
	int *fd = malloc(sizeof(*fd));
	*fd = memfd_create("log", MFD_CLOEXEC);
	fcntl(*fd, F_SETFL, O_APPEND); /* many threads' lines behind each other */
	*state = fd;
	log_set_fd(*fd);
	log_set_level(LOG_INFO);
	return *fd < 0;
}

static int teardown(void **state)
{
	int *fd = *state;
	log_set_fd(2);
	log_set_level(LOG_INFO);
	close(*fd);
	free(fd);
	return 0;
}

/* All that was written, and nothing is left. */
static const char *take(void **state)
{
	int fd = *(int *)*state;
	ssize_t n = pread(fd, written, sizeof(written) - 1, 0);
	assert_true(n >= 0);
	written[n] = '\0';
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return written;
}

/* The line behind its time. */
static const char *take_line(void **state)
{
	const char *text = take(state), *end = strchr(text, '\n');
	assert_non_null(end);
	assert_string_equal(end, "\n"); /* one call, one line */
	assert_int_equal(text[24], ' ');
	return text + 25;
}

static void form_of_a_line(void **state)
{
	msec_t before = clock_now_ms(), at;
	log_info("delivery", "campaign started", log_t("campaign", "c1"), log_i("messages", -12));
	msec_t after = clock_now_ms();
	assert_string_equal(take_line(state), "info delivery campaign started campaign=c1 messages=-12\n");
	assert_int_equal(written[23], 'Z');
	assert_true(clock_parse_rfc3339(written, 24, &at));
	assert_true(before <= at && at <= after);
	log_warn("store", "alone");
	assert_string_equal(take_line(state), "warn store alone\n");
	log_error("store", "most", log_i("least", INT64_MIN), log_i("most", INT64_MAX));
	assert_string_equal(take_line(state), "error store most least=-9223372036854775808 most=9223372036854775807\n");
}

static void levels(void **state)
{
	enum log_level level = LOG_WARN;
	log_debug("base", "not told");
	assert_string_equal(take(state), "");
	log_set_level(LOG_DEBUG);
	log_debug("base", "told");
	assert_string_equal(take_line(state), "debug base told\n");
	log_set_level(LOG_ERROR);
	log_warn("base", "not told");
	assert_string_equal(take(state), "");
	log_error("base", "told");
	assert_string_equal(take_line(state), "error base told\n");
	assert_int_equal(log_level_parse("debug", &level), 0);
	assert_int_equal(level, LOG_DEBUG);
	assert_int_equal(log_level_parse("info", &level), 0);
	assert_int_equal(level, LOG_INFO);
	assert_int_equal(log_level_parse("error", &level), 0);
	assert_int_equal(level, LOG_ERROR);
	assert_int_equal(log_level_parse("warn", &level), 0);
	assert_int_equal(level, LOG_WARN);
	static const char *const bad[] = {"", "INFO", "warning", "inf", "info ", "0"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(log_level_parse(bad[i], &level), -1);
	assert_int_equal(level, LOG_WARN);
}

static void values(void **state)
{
	static const struct {
		const char *value, *told;
	} cases[] = {
		{"plain-1.5/x:y", "plain-1.5/x:y"},
		{"", "\"\""},
		{NULL, "-"},
		{"two words", "\"two words\""},
		{"say \"yes\"", "\"say \\\"yes\\\"\""},
		{"a=b", "\"a=b\""},
		{"back\\slash", "\"back\\\\slash\""},
		{"a\nb", "\"a\\x0ab\""},
		{"a\r\tb", "\"a\\x0d\\x09b\""},
		{"\x1b[31m", "\"\\x1b[31m\""},
		{"del\x7f", "\"del\\x7f\""},
		{"\xC3\xA9t\xC3\xA9", "\xC3\xA9t\xC3\xA9"},
		/* control characters and line ends of Unicode: next line, application command, line separator */
		{"a\xC2\x85"
	         "b",
	         "\"a\\xc2\\x85"
	         "b\""},
		{"\xC2\x9F", "\"\\xc2\\x9f\""},
		{"a\xE2\x80\xA8"
	         "b",
	         "\"a\\xe2\\x80\\xa8"
	         "b\""},
		{"\xE2\x80\x94", "\xE2\x80\x94"},
		{"not utf-8 \xFF", "\"not utf-8 \\xff\""},
		{"\xFF", "\"\\xff\""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char told[200] = "info room said value=";
		strcat(told, cases[i].told);
		strcat(told, " n=1\n");
		log_info("room", "said", log_t("value", cases[i].value), log_i("n", 1));
		assert_string_equal(take_line(state), told);
	}
}

static void long_values_are_cut_to_one_line(void **state)
{
	static char value[20000];
	for (size_t n = 3900; n < 4200; n += n < 4000 || n > 4100 ? 50 : 1) {
		memset(value, 'x', n);
		value[n] = '\0';
		value[10] = (char)(n % 2 ? '\n' : 'x'); /* with and without quotes */
		log_info("room", "long", log_t("value", value), log_i("n", 1));
		take_line(state);
		assert_true(strlen(written) <= PIPE_BUF); /* a pipe takes it in one piece */
		assert_memory_equal(written + 25, "info room long", 14);
	}
}

static void *shout(void *arg)
{
	for (int i = 0; i < 500; i++)
		log_info("room", "many", log_t("who", arg), log_t("text", "several words of text"), log_i("i", i));
	return NULL;
}

static void lines_of_many_threads_stay_whole(void **state)
{
	pthread_t thread[4];
	char names[4][2] = {"a", "b", "c", "d"};
	int next[4] = {0};
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, shout, names[i]), 0);
	for (size_t i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	char *at, *line = NULL;
	int n = 0;
	take(state);
	for (line = strtok_r(written, "\n", &at); line; line = strtok_r(NULL, "\n", &at), n++) {
		const char *who = strstr(line, " who=");
		const char *i = strstr(line, " text=\"several words of text\" i=");
		assert_true(who && i && who[5] >= 'a' && who[5] <= 'd');
		assert_int_equal(atoi(strrchr(line, '=') + 1), next[who[5] - 'a']++);
	}
	assert_int_equal(n, 2000);
}

static void nowhere_to_write_is_no_harm(void **state)
{
	log_set_fd(-1);
	log_error("room", "lost");
	log_set_fd(*(int *)*state);
	assert_string_equal(take(state), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(form_of_a_line, setup, teardown),
		cmocka_unit_test_setup_teardown(levels, setup, teardown),
		cmocka_unit_test_setup_teardown(values, setup, teardown),
		cmocka_unit_test_setup_teardown(long_values_are_cut_to_one_line, setup, teardown),
		cmocka_unit_test_setup_teardown(lines_of_many_threads_stay_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(nowhere_to_write_is_no_harm, setup, teardown),
	};
	return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
