/* Cells as RFC 4180 has them, and none that a spreadsheet would run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/csv_answer.h"

static void check_cell(const char *text, const char *cell)
{
	buf_auto struct buf out;
	buf_init(&out, 1000);
	csv_put_cell(&out, text);
	assert_string_equal(buf_text(&out), cell);
}

static void cells(void **state)
{
	(void)state;
	check_cell("", "");
	check_cell("Ann", "Ann");
	check_cell("447400000001", "447400000001");
	check_cell("Leeds, UK", "\"Leeds, UK\"");
	check_cell("the \"A\"", "\"the \"\"A\"\"\"");
	check_cell("two\r\nlines", "\"two\r\nlines\"");
}

static void no_cell_is_a_formula(void **state)
{
	(void)state;
	check_cell("=1+1", "\"'=1+1\"");
	check_cell("+44 7400", "\"'+44 7400\"");
	check_cell("-1", "\"'-1\"");
	check_cell("@SUM(A1)", "\"'@SUM(A1)\"");
	check_cell("\t=1", "\"'\t=1\"");
	check_cell("\r=1", "\"'\r=1\"");
	check_cell("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"");
	check_cell("1=1", "1=1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells),
		cmocka_unit_test(no_cell_is_a_formula),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
