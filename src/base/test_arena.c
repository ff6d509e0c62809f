#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
	(void)state;
	arena_auto struct arena *arena = arena_create(256);
	unsigned char *piece[400];
	for (size_t i = 0; i < 400; i++) {
		piece[i] = arena_alloc(arena, i);
		assert_int_equal((uintptr_t)piece[i] % _Alignof(max_align_t), 0);
		for (size_t k = 0; k < i; k++)
			assert_int_equal(piece[i][k], 0);
		memset(piece[i], (int)(i % 251), i);
	}
	for (size_t i = 0; i < 400; i++)
		for (size_t k = 0; k < i; k++)
			assert_int_equal(piece[i][k], i % 251);
}

static void empty_pieces_differ(void **state)
{
	(void)state;
	arena_auto struct arena *arena = arena_create(4096);
	assert_ptr_not_equal(arena_alloc(arena, 0), arena_alloc(arena, 0));
}

static void reset_gives_zeroed_memory_again(void **state)
{
	(void)state;
	arena_auto struct arena *arena = arena_create(256);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(arena_used_bytes(arena), 0);
		char *first = arena_alloc(arena, 100);
		char *large = arena_alloc(arena, 10000); /* a block of its own */
		for (size_t i = 0; i < 100; i++)
			assert_int_equal(first[i], 0);
		memset(first, 'x', 100);
		memset(large, 'x', 10000);
		assert_true(arena_used_bytes(arena) >= 10100);
		arena_reset(arena);
	}
}

static void texts(void **state)
{
	(void)state;
	arena_auto struct arena *arena = arena_create(256);
	assert_string_equal(arena_strdup(arena, "town crier"), "town crier");
	assert_string_equal(arena_strdup(arena, ""), "");
	assert_null(arena_strdup(arena, NULL));
	assert_string_equal(arena_strndup(arena, "town crier", 4), "town");
	assert_string_equal(arena_strndup(arena, "town crier", 0), "");
	assert_string_equal(arena_printf(arena, "%s-%d", "a", 7), "a-7");
	assert_string_equal(arena_printf(arena, "%s", ""), "");
	assert_int_equal(strlen(arena_printf(arena, "%5000d", 1)), 5000);
	int *array = arena_array(arena, 10, sizeof(*array));
	for (int i = 0; i < 10; i++)
		assert_int_equal(array[i], 0);
}

static void nothing_to_destroy(void **state)
{
	(void)state;
	arena_destroy(NULL);
	struct arena *none = NULL;
	arena_cleanup(&none);
}

/* What a child that takes this array dies of; 0 when it lives. */
static int signal_of_array(size_t n, size_t item_bytes)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		struct arena *arena = arena_create(256);
		char *p = arena_array(arena, n, item_bytes);
		_exit(p[0] == 'x');
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void sizes_that_overflow_abort(void **state)
{
	(void)state;
	assert_int_equal(signal_of_array(10, 10), 0);
	assert_int_equal(signal_of_array(SIZE_MAX / 2, 3), SIGABRT);
	assert_int_equal(signal_of_array(SIZE_MAX / 16 + 1, 16), SIGABRT);
	assert_int_equal(signal_of_array(1, SIZE_MAX), SIGABRT);
	/* the sums of the size with what stands around it overflow too */
	for (size_t below = 0; below < 40; below += 8)
		assert_int_equal(signal_of_array(1, SIZE_MAX - below), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
		cmocka_unit_test(empty_pieces_differ),
		cmocka_unit_test(reset_gives_zeroed_memory_again),
		cmocka_unit_test(texts),
		cmocka_unit_test(nothing_to_destroy),
		cmocka_unit_test(sizes_that_overflow_abort),
	};
	return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
